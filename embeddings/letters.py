"""Texts as counts of letter sequences, which see through misspellings and endings: pure.

Sequences are hashed into a fixed number of columns with a sign each, so that collisions cancel on average (Weinberger
et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009).
"""

import re
import unicodedata
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

COLUMNS = 512
LENGTHS = (2, 3, 4)
"""Of the sequences, a space before and after each word counted."""
MOST = 127
_WORD = re.compile(r"\w+")
_SIGN = 1 << 31

LetterCounts = NDArray[np.int8]
"""Shape (texts, COLUMNS)."""


def letter_counts(texts: Sequence[str]) -> LetterCounts:
    """The signed counts of each text's letter sequences, accents and case left out."""
    counts = np.zeros((len(texts), COLUMNS), dtype=np.int32)
    for row, text in enumerate(texts):
        hashes = np.fromiter((zlib.crc32(piece.encode()) for piece in _sequences(text)), dtype=np.int64)
        np.add.at(counts[row], hashes % COLUMNS, np.where(hashes & _SIGN, 1, -1))
    return counts.clip(-MOST, MOST).astype(np.int8)


def unit_rows(counts: LetterCounts) -> NDArray[np.float32]:
    """The counts as vectors of length 1; those of a text without letters stay 0."""
    rows = counts.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    scaled: NDArray[np.float32] = rows / np.maximum(lengths, 1.0)[:, None]
    return scaled


def _sequences(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = folded if folded.isascii() else "".join(each for each in folded if not unicodedata.combining(each))
    words = [f" {word} " for word in _WORD.findall(plain)]
    return [word[at : at + n] for word in words for n in LENGTHS for at in range(len(word) - n + 1)]
