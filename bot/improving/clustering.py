"""Which questions are about the same: pure.

A graph joins each question with those nearest to it, in meaning (vectors of the encoder, the mean of all taken out) and
in words (TF-IDF). Questions are alike when short walks from them on this graph end in the same places (a diffusion, as
in Coifman and Lafon 2006, "Diffusion maps"), which holds a chain of wordings together that no single distance would,
and when they come near to the same sections of the help center, where they come near to any. Groups are then merged as
long as their members are alike on the average (agglomerative clustering, average linkage). How many groups there are is
not given.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.improving.shared_sections import Nearness, Shared, shared_sections
from embeddings.encoders import Vectors
from embeddings.terms import terms

NEIGHBOURS = 10
"""Each question is joined with so many, or with a quarter of all when there are few."""
WORDS_SHARE = 0.15
"""What common words count beside the meaning."""
STEPS = 4
"""Of a walk."""
SECTIONS_SHARE = 0.15
"""What common sections count beside meaning and words, where questions are joined."""
SAME_SECTION = 0.75
"""How alike two questions are that find the same section and have nothing else in common."""
LEAST_ALIKE = 0.5
"""How alike the members of two groups are at least, on the average, that are one, 0–1."""
MANY = 50
"""The mean of so many questions is half of what all questions have in common; of a few it is what they are about."""
FEWEST = 3
"""Below so many questions there is nothing to compare."""

Labels = NDArray[np.int64]
"""Shape (questions,): the number of its group for each question, from 0, in the order of their first members."""
Alike = NDArray[np.float32]
"""Shape (questions, questions): how alike each two are, 0–1 where it is a share, symmetric."""


def cluster_labels(
    texts: Sequence[str], vectors: Vectors, near: Sequence[Nearness] = (), least_alike: float = LEAST_ALIKE
) -> Labels:
    """The group of each question; a group of one is one that is like no other. `vectors` are those of the texts, `near`
    the sections they come near to, for each of them or, where there is no index, for none.

    Takes memory and time with the square of their number: for a few thousand.
    """
    if len(texts) < FEWEST:
        return np.arange(len(texts))
    alike = _alike(texts, vectors)
    if not any(near):
        return _cut(_walked(_graph(alike)), least_alike)
    shared = shared_sections(near)
    walked = _walked(_graph((1 - SECTIONS_SHARE) * alike + SECTIONS_SHARE * shared))
    return _cut(_either(walked, shared), least_alike)


def most_typical(vectors: Vectors) -> list[int]:
    """The places of a group's questions, the one nearest to the middle of all first."""
    middle = vectors.mean(axis=0)
    return [int(place) for place in np.argsort(-(vectors @ middle), kind="stable")]


def _alike(texts: Sequence[str], vectors: Vectors) -> Alike:
    known = len(vectors) / (len(vectors) + MANY)
    centred = _unit(vectors - known * vectors.mean(axis=0))
    meant = centred @ centred.T
    alike: Alike = ((1 - WORDS_SHARE) * meant + WORDS_SHARE * _words_in_common(texts)).astype(np.float32)
    return alike


def _words_in_common(texts: Sequence[str]) -> NDArray[np.float64]:
    """The cosines of TF-IDF vectors, shape (texts, texts); all 0 when no text has a term."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # heavy

    found = [terms(text) for text in texts]
    if not any(found):
        return np.zeros((len(texts), len(texts)))
    weights = TfidfVectorizer(analyzer=lambda own: own, sublinear_tf=True).fit_transform(found)
    common: NDArray[np.float64] = (weights @ weights.T).toarray()
    return common


def _graph(alike: Alike) -> Alike:
    """Each question with its nearest, and itself: weights are squares, so that near ones count more."""
    count = len(alike)
    near = min(NEIGHBOURS, max(2, count // 4))
    others = alike.copy()
    np.fill_diagonal(others, -np.inf)
    nearest = np.argpartition(-others, near - 1, axis=1)[:, :near].ravel()
    rows = np.repeat(np.arange(count), near)
    graph = np.zeros_like(alike)
    graph[rows, nearest] = np.maximum(others[rows, nearest], 0) ** 2
    graph = np.maximum(graph, graph.T)
    np.fill_diagonal(graph, max(float(graph.max()), np.finfo(np.float32).tiny))
    return graph


def _walked(graph: Alike) -> Alike:
    """How alike the ends of walks from each two questions are: cosines."""
    degree = graph.sum(axis=1) ** -0.5
    ends = np.linalg.matrix_power(graph * degree[:, None] * degree[None], STEPS)
    rows = _unit(ends)
    return rows @ rows.T


def _either(walked: Alike, shared: Shared) -> Alike:
    """Alike by one or the other, as if both spoke independently (a noisy or)."""
    return 1 - (1 - walked) * (1 - SAME_SECTION * shared)


def _cut(alike: Alike, least_alike: float) -> Labels:
    from scipy.cluster.hierarchy import fcluster, linkage  # heavy
    from scipy.spatial.distance import squareform

    apart = np.maximum(1 - (alike + alike.T) / 2, 0)
    np.fill_diagonal(apart, 0)
    groups = fcluster(linkage(squareform(apart, checks=False), "average"), 1 - least_alike, "distance")
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    labels: Labels = order[inverse]
    return labels


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit
