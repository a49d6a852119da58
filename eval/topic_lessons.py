"""What the model of topics is taught and measured on: written messages, and questions of public data sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.handoff.policy import load_policy
from bot.indexing.progress import IndexProgress
from embeddings.encoders import Encoder
from eval.escalation import (
    LESSONS,
    POLICY_CASES,
    WORDINGS,
    EscalationCase,
    intent_cases,
    is_set_aside,
    policy_cases,
)
from eval.ordinary_questions import article_cases, own_cases, public_cases
from eval.topics_fit import Lesson, TopicFit, fit_topics

INTENTS = Path("escalation_intents") / "rows_tune.jsonl"
AT_ONCE = 64
"""Texts encoded in a run."""


@dataclass(frozen=True, slots=True)
class _Taught:
    case: EscalationCase
    ordinary: str | None


def fit_topic_model(shared: Path, encoder: Encoder, progress: IndexProgress) -> TopicFit:
    """The model for `encoder`: of the written cases those that are not set aside, every lesson, and the ordinary
    questions under `shared` that are not set aside. DatasetError when a row cannot be read."""
    taught = [*_written(), *_ordinary(shared)]
    vectors = encoded([each.case.text for each in taught], encoder, progress)
    lessons = [
        Lesson(f"{each.ordinary} {each.case.id}", each.case.text, each.case.topics, vector, each.ordinary)
        for each, vector in zip(taught, vectors, strict=True)
    ]
    return fit_topics(lessons, encoder.identity, load_policy().wording)


def encoded(texts: Sequence[str], encoder: Encoder, progress: IndexProgress) -> NDArray[np.float32]:
    """The vectors of texts as questions, shape (texts, dimensions)."""
    progress.stage("Encoding", len(texts))
    found = []
    for start in range(0, len(texts), AT_ONCE):
        batch = texts[start : start + AT_ONCE]
        found.append(encoder.encode_queries(batch).vectors)
        progress.advance(len(batch))
    return np.concatenate(found)


def _written() -> list[_Taught]:
    cases = [case for file in (POLICY_CASES, WORDINGS) for case in policy_cases(file) if not is_set_aside(case.id)]
    return [_Taught(case, None) for case in (*cases, *policy_cases(LESSONS))]


def _ordinary(shared: Path) -> list[_Taught]:
    public = [case for case in (*public_cases(shared), *own_cases(), *article_cases()) if not case.expected]
    others = [case for case in intent_cases(shared / INTENTS) if case.group == "not_human"]
    return [
        *(_Taught(case, case.group) for case in public if not is_set_aside(case.id)),
        *(_Taught(case, INTENTS.parent.name) for case in others if not is_set_aside(case.id)),
    ]
