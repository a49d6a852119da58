"""How near each sentence or step of an article comes to the question: its meaning by the encoder, its words by shared
terms."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import Encoder
from embeddings.terms import terms

TERM_WEIGHT = 0.3


def relevance_to(
    question: str, vector: NDArray[np.float32], encoder: Encoder
) -> Callable[[Sequence[str]], list[float]]:
    """A function from texts to relevance (cosine plus weighted share of the question's terms), at least 0."""
    asked = set(terms(question))

    def relevance(texts: Sequence[str]) -> list[float]:
        if not texts:
            return []
        cosines = encoder.encode_passages(texts) @ vector
        return [
            max(0.0, float(cosine)) + TERM_WEIGHT * _share(asked, text)
            for cosine, text in zip(cosines, texts, strict=True)
        ]

    return relevance


def _share(asked: set[str], text: str) -> float:
    return len(asked & set(terms(text))) / len(asked) if asked else 0.0
