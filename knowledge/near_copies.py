"""Which of many texts are nearly the same, without comparing each with each: pure.

MinHash over shingles of words with locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of
Massive Datasets, chapter 3): texts that share most of their shingles meet in one of the bands, others hardly ever.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

SHINGLE_WORDS = 4
BANDS = 24
ROWS = 3
"""Of a band. Two texts with three quarters of their shingles in common meet in a band with a probability above
.99999, two with a tenth in common with one of .024."""
NEIGHBOURS = 24
"""In a crowd of like texts each is compared with so many that come after it."""

_SEED = 20261121
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Shingles = NDArray[np.uint64]
"""Shape (n,): the distinct shingles of a text, ascending."""


def shingles(words: NDArray[np.int64]) -> Shingles:
    """The distinct runs of four words, each as a number; `words` has shape (n,), a number for each word. A text of
    fewer than four words is one shingle, one of none has none."""
    width = min(SHINGLE_WORDS, len(words))
    if not width:
        return np.zeros(0, dtype=np.uint64)
    mixed = np.zeros(len(words) - width + 1, dtype=np.uint64)
    for place in range(width):
        run = words[place : len(words) - width + 1 + place].astype(np.uint64)
        mixed = _mix(mixed * _MULTIPLIER + run + np.uint64(1))
    return np.unique(mixed)


def jaccard(first: Shingles, second: Shingles) -> float:
    """Shared shingles as a share of all, 0–1; 0 when there are none."""
    shared = len(np.intersect1d(first, second, assume_unique=True))
    every = len(first) + len(second) - shared
    return shared / every if every else 0.0


def likely_copies(texts: Sequence[Shingles]) -> Iterator[tuple[int, int]]:
    """Pairs of numbers of texts, the smaller first, that may be nearly the same; some come more than once.

    Work grows with the number of texts, not with its square. Texts without shingles are in no pair.
    """
    numbers = [number for number, found in enumerate(texts) if len(found)]
    if not numbers:
        return
    signatures = np.stack([_signature(texts[number]) for number in numbers])
    for band in range(BANDS):
        rows = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
        _, buckets = np.unique(rows, axis=0, return_inverse=True)
        order = np.argsort(buckets, kind="stable")
        ends = np.flatnonzero(np.diff(buckets[order])) + 1
        for bucket in np.split(order, ends):
            if len(bucket) > 1:
                yield from neighbours([numbers[place] for place in bucket])


def neighbours(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Every pair of a small group; of a large one each number with the next few."""
    for place, number in enumerate(numbers):
        for other in numbers[place + 1 : place + 1 + NEIGHBOURS]:
            yield number, other


def _signature(found: Shingles) -> NDArray[np.uint32]:
    """The smallest of the shingles' hashes for each of many hash functions (multiply and shift; a shingle is mixed
    already)."""
    values = np.empty(BANDS * ROWS, dtype=np.uint32)
    for place, seed in enumerate(_SEEDS):
        values[place] = ((found * seed) >> np.uint64(32)).min()
    return values


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input moves every bit of the
    output."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


_SEEDS = np.random.default_rng(_SEED).integers(0, 2**63, size=BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
