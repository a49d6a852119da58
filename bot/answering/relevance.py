"""How near each sentence or step of an article comes to the question: its meaning by the encoder, its words by shared
terms."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.answering.questions import Question
from bot.answering.search_index import StoredTexts
from embeddings.encoders import Encoder, Vectors
from embeddings.terms import terms

TERM_WEIGHT = 0.3


def relevance_to(question: Question, encoder: Encoder, stored: StoredTexts) -> Callable[[Sequence[str]], list[float]]:
    """A function from texts to relevance (cosine plus weighted share of the question's terms), at least 0."""
    asked = set(terms(question.text))
    needs = [need.vector for need in question.needs]

    def relevance(texts: Sequence[str]) -> list[float]:
        if not needs:
            return [TERM_WEIGHT * _share(asked, text) for text in texts]
        known = [text for text in texts if text in stored]
        new = [text for text in texts if text not in stored]
        cosines = dict(zip(known, _nearest(stored.vectors(known), needs), strict=True))
        if new:
            cosines.update(zip(new, _nearest(encoder.encode_passages(new).vectors, needs), strict=True))
        return [max(0.0, cosines[text]) + TERM_WEIGHT * _share(asked, text) for text in texts]

    return relevance


def _nearest(vectors: Vectors, needs: Sequence[NDArray[np.float32]]) -> list[float]:
    """The cosine of each text with the need that it is nearest to."""
    cosines: list[float] = (vectors @ np.stack(needs, axis=1)).max(axis=1).tolist()
    return cosines


def _share(asked: set[str], text: str) -> float:
    return len(asked & set(terms(text))) / len(asked) if asked else 0.0
