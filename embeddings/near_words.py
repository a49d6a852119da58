"""The words of a list that are spelt nearly like a given one: pure, and quick for a hundred thousand words."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

_LETTERS = 32


class NearWords:
    """Finds words by edits: a letter more, less or another one, or two neighbours swapped (optimal string alignment,
    Boytsov 2011). Never changed once built.

    A word of which letters stand once and more than once is a pattern of 64 bits. One edit changes at most two bits, so
    whatever differs in more need not be compared: a few words in a thousand are left.
    """

    def __init__(self, words: Iterable[str]) -> None:
        by_length: dict[int, list[str]] = {}
        for word in dict.fromkeys(words):
            by_length.setdefault(len(word), []).append(word)
        self._words = by_length
        self._patterns: dict[int, NDArray[np.uint64]] = {
            length: np.array([_pattern(word) for word in same], dtype=np.uint64) for length, same in by_length.items()
        }

    def within(self, word: str, edits: int) -> Iterator[tuple[str, int]]:
        """Every word of the list at most `edits` (0 or more) away from `word`, with its distance."""
        pattern = np.uint64(_pattern(word))
        for length in range(len(word) - edits, len(word) + edits + 1):
            if length not in self._words:
                continue
            words = self._words[length]
            differing = np.bitwise_count(self._patterns[length] ^ pattern)
            for row in np.flatnonzero(differing <= 2 * edits):
                distance = OSA.distance(word, words[row], score_cutoff=edits)
                if distance <= edits:
                    yield words[row], distance


def _pattern(word: str) -> int:
    once = more = 0
    for letter in word:
        bit = 1 << ord(letter) % _LETTERS
        more |= once & bit
        once |= bit
    return once | more << _LETTERS
