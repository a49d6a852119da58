"""Which sentences of two articles say the same, and how much of each the other covers: pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.improving.article_reading import ReadArticle, Sentence

SAYS_THE_SAME = 0.6
"""Sentences that are so alike (cosine) say the same."""
MAY_SAY_THE_SAME = 0.5
"""Sentences that are so alike, and each the most like the other, are read side by side."""
SAME_VALUES = 0.15
"""What it adds to that when they give the same values."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which sentences of two articles say the same; `cosines` has shape (sentences, sentences), and is more where both
    give the same values. `covered` and `shared` are 0–1."""

    cosines: NDArray[np.float32]
    covered: float
    shared: float
    pairs: tuple[tuple[int, int], ...]
    own: int
    """How many of the pairs say the same and are no boilerplate."""


def align(one: ReadArticle, other: ReadArticle, boilerplate: Collection[str] = ()) -> Alignment:
    """Which sentences of the two say the same, each by the one that is most like it."""
    cosines = one.vectors @ other.vectors.T
    if not cosines.size:
        return Alignment(cosines, 0.0, 0.0, (), 0)
    level = np.minimum(cosines + SAME_VALUES * _same_values(one, other), 1)
    pairs = _mutual(level)
    mine = [place for place, sentence in enumerate(one.sentences) if sentence.text not in boilerplate]
    its = [place for place, sentence in enumerate(other.sentences) if sentence.text not in boilerplate]
    if not mine or not its:
        return Alignment(cosines, 0.0, 0.0, pairs, 0)
    own_level = level[np.ix_(mine, its)]
    tops, its_tops = own_level.max(axis=1), own_level.max(axis=0)
    weights, its_weights = _weights(one, mine), _weights(other, its)
    covered = min(float(weights @ tops), float(its_weights @ its_tops))
    shared = min(float(weights @ (tops >= SAYS_THE_SAME)), float(its_weights @ (its_tops >= SAYS_THE_SAME)))
    strong = [pair for pair in pairs if level[pair] >= SAYS_THE_SAME]
    own = sum(left in mine and right in its for left, right in strong)
    return Alignment(cosines, covered, shared, pairs, own)


def _mutual(level: NDArray[np.float32]) -> tuple[tuple[int, int], ...]:
    """The sentences that are each the most like the other."""
    best, its_best = level.argmax(axis=1), level.argmax(axis=0)
    return tuple(
        (row, int(column))
        for row, column in enumerate(best)
        if its_best[column] == row and level[row, column] >= MAY_SAY_THE_SAME
    )


def _same_values(one: ReadArticle, other: ReadArticle) -> NDArray[np.float32]:
    """1 where two sentences give the same values of the same units, and give any."""
    own = [_values(sentence) for sentence in one.sentences]
    others = [_values(sentence) for sentence in other.sentences]
    return np.array([[float(bool(left) and left == right) for right in others] for left in own], dtype=np.float32)


def _values(sentence: Sentence) -> frozenset[tuple[str, str]]:
    return frozenset((slot.unit, slot.value) for slot in sentence.claim.slots)


def _weights(read: ReadArticle, places: Sequence[int]) -> NDArray[np.float64]:
    """What each sentence counts: the root of its length; all together 1."""
    roots = np.sqrt([len(read.sentences[place].text) for place in places])
    return np.asarray(roots / roots.sum())
