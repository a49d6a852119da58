"""Made-up vectors that are spread as those of real passages are, for sizes at which nobody has real ones.

A vector is the sum of a mean, its topic, its article and a part of its own, each drawn with variances that fall off
as the principal components of real vectors do (see SPECTRUM_POWER), turned by a random rotation and brought to length
1. A question is a passage's vector with noise of the same spectrum. The shares were set by hand until the cosines of
pairs, of neighbours and of questions were near those of all-MiniLM-L6-v2 on four corpora; `footnote-eval scale` prints
both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import Vectors

PASSAGES_PER_ARTICLE = 9
PASSAGES_PER_TOPIC = 250
MEAN, TOPIC, ARTICLE, OWN, QUESTION = 0.23, 0.5, 0.65, 0.6, 1.35
"""Shares of a passage's vector, before it is brought to length 1, and of the noise of a question."""
SPECTRUM_POWER, SPECTRUM_SHIFT = 0.5, 10
"""The i-th component's standard deviation is proportional to (i + shift) to the minus power."""

_BLOCK = 50_000


@dataclass(frozen=True, slots=True)
class Spread:
    """How a set of vectors and its questions lie: cosines."""

    pairs_mean: float
    pairs_sd: float
    neighbour: float
    """Median over passages of the nearest other passage."""
    question_best: float
    question_tenth: float
    question_sixtieth: float
    """Medians over questions of the best, tenth and sixtieth passage."""


def made_up_vectors(passages: int, questions: int, dimensions: int = 384, seed: int = 0) -> tuple[Vectors, Vectors]:
    """Unit vectors of passages and questions, shapes (passages, dimensions) and (questions, dimensions), by `seed`."""
    random = np.random.default_rng(seed)
    deviations = (np.arange(dimensions) + SPECTRUM_SHIFT) ** -SPECTRUM_POWER
    rotation = np.linalg.qr(random.standard_normal((dimensions, dimensions)))[0]
    basis = (deviations[:, np.newaxis] / np.linalg.norm(deviations) * rotation).astype(np.float32)
    mean = (MEAN * rotation[0]).astype(np.float32)

    def drawn(rows: int) -> Vectors:
        return random.standard_normal((rows, dimensions), dtype=np.float32)

    topics = drawn(max(1, passages // PASSAGES_PER_TOPIC))
    articles = ARTICLE * drawn(max(1, passages // PASSAGES_PER_ARTICLE))
    articles += TOPIC * topics[random.integers(0, len(topics), len(articles))]
    article = random.integers(0, len(articles), passages)
    vectors = np.empty((passages, dimensions), dtype=np.float32)
    for start in range(0, passages, _BLOCK):
        block = vectors[start : start + _BLOCK]
        block[:] = _unit((articles[article[start : start + _BLOCK]] + OWN * drawn(len(block))) @ basis + mean)
    asked = vectors[random.integers(0, passages, questions)]
    return vectors, _unit(asked + QUESTION * (drawn(questions) @ basis))


def spread_of(vectors: Vectors, questions: Vectors, seed: int = 0) -> Spread:
    """The spread of at least 60 vectors; pairs and neighbours are those of a sample."""
    random = np.random.default_rng(seed)
    first, second = random.integers(0, len(vectors), (2, 20_000))
    pairs = np.einsum("ij,ij->i", vectors[first], vectors[second])[first != second]
    sample = random.permutation(len(vectors))[:100]
    near = vectors[sample] @ vectors.T
    near[np.arange(len(sample)), sample] = -1
    best = -np.partition(-(questions @ vectors.T), (0, 9, 59), axis=1)[:, [0, 9, 59]]
    medians = [round(float(value), 3) for value in np.median(best, axis=0)]
    return Spread(
        round(float(pairs.mean()), 3),
        round(float(pairs.std()), 3),
        round(float(np.median(near.max(axis=1))), 3),
        *medians,
    )


def _unit(rows: NDArray[np.float32]) -> Vectors:
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit
