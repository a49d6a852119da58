"""Texts as counts of letter sequences, which see through misspellings and endings: pure.

Sequences are hashed into a fixed number of columns with a sign each, so that collisions cancel on average (Weinberger
et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009).
"""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

COLUMNS = 512
LENGTHS = (2, 3, 4)
"""Of the sequences, a space before and after each word counted."""
MOST = 127
_WORD = re.compile(r"\w+")
_SPACE = ord(" ")
_MIXING = np.uint64(0x9E3779B97F4A7C15)
"""2^64 divided by the golden ratio: a product's high bits depend on all bits of a factor (Knuth, The Art of Computer
Programming, volume 3, section 6.4)."""

LetterCounts = NDArray[np.int8]
"""Shape (texts, COLUMNS)."""


def letter_counts(texts: Sequence[str]) -> LetterCounts:
    """The signed counts of each text's letter sequences, accents and case left out."""
    counts = np.zeros((len(texts), COLUMNS), dtype=np.int8)
    for row, text in enumerate(texts):
        hashes = _sequences(text) >> np.uint64(32)
        signs = 1.0 - 2.0 * (hashes & np.uint64(1))
        columns = (hashes >> np.uint64(1)).astype(np.int64) % COLUMNS
        counts[row] = np.bincount(columns, signs, minlength=COLUMNS).clip(-MOST, MOST)
    return counts


def cosines(counts: LetterCounts) -> NDArray[np.float32]:
    """The cosine of each text's counts with each other's, shape (texts, texts); 0 with a text without letters."""
    rows = counts.astype(np.float32)
    products = rows @ rows.T
    lengths = np.sqrt(np.maximum(products.diagonal(), 1.0))
    scaled: NDArray[np.float32] = products / lengths / lengths[:, np.newaxis]
    return scaled


def _sequences(text: str) -> NDArray[np.uint64]:
    """A hash of each sequence, of all LENGTHS; those across words are none."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = folded if folded.isascii() else "".join(each for each in folded if not unicodedata.combining(each))
    words = _WORD.findall(plain)
    letters = np.frombuffer(" ".join(["", *words, ""] if words else []).encode("utf-32-le"), dtype=np.uint32)
    spaces, found = letters == _SPACE, []
    hashes, broken = letters.astype(np.uint64), np.zeros(len(letters), dtype=np.bool_)
    for length in range(2, max(LENGTHS) + 1):
        broken = broken[:-1] | spaces[length - 2 : -1] if length > 2 else broken[:-1]
        hashes = (hashes[:-1] ^ (hashes[:-1] >> np.uint64(29))) * _MIXING + letters[length - 1 :]
        if length in LENGTHS:
            found.append(hashes[~broken] * _MIXING)
    return np.concatenate(found)
