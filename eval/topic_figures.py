"""Whether a person is called when one is needed, by the phrases and by the model of topics beside them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.handoff.escalation import Decision, decide_after_search, decide_before_search
from bot.handoff.policy import load_policy
from bot.handoff.topic_model import TopicModel, load_topic_model, pieces_of
from bot.indexing.progress import IndexProgress
from embeddings.encoders import Encoder
from eval.escalation import (
    UNSEEN_CASES,
    WORDINGS,
    Decide,
    EscalationReport,
    intent_cases,
    measure_escalation,
    policy_cases,
)
from eval.ordinary_questions import article_cases, own_cases, public_cases
from eval.topic_lessons import INTENTS, encoded


def measure_topics(
    encoder: Encoder, progress: IndexProgress, shared: Path | None = None, model: TopicModel | None = None
) -> EscalationReport:
    """Decide every case with the model that ships unless another is given; by the phrases alone where it does not fit
    the encoder. `shared` holds the public data sets. DatasetError when a row cannot be read."""
    model = model or load_topic_model()
    questions = (*((*public_cases(shared), *article_cases()) if shared else ()), *own_cases())
    cases = [*policy_cases(), *policy_cases(UNSEEN_CASES), *policy_cases(WORDINGS), *questions]
    if shared:
        cases += intent_cases(shared / INTENTS)
    texts = list(dict.fromkeys(piece for case in cases for piece in pieces_of(case.text)))
    vectors: dict[str, NDArray[np.float32]] = {}
    if model.fits(encoder.identity):
        vectors = dict(zip(texts, encoded(texts, encoder, progress), strict=True))
    return measure_escalation(
        shared / INTENTS if shared else None, decide=deciding(vectors, model), questions=questions
    )


def deciding(vectors: Mapping[str, NDArray[np.float32]], model: TopicModel) -> Decide:
    """What is decided of the first message of a conversation, by the phrases and by the model, where there are
    `vectors` of the message's pieces."""
    wording = load_policy().wording

    def decide(text: str) -> Decision | None:
        pieces = pieces_of(text)
        read = np.array([vectors[piece] for piece in pieces]) if vectors else None
        guesses = () if read is None else model.guesses(pieces, read, wording)
        return decide_before_search(text, ()) or decide_after_search(0.0, 0.0, guesses)

    return decide
