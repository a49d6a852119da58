"""Vectors that a person can compute: a text is the words that it has."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from embeddings.encoders import Vectors
from embeddings.terms import terms

DIMENSIONS = 256


def word_vectors(texts: Sequence[str]) -> Vectors:
    """Unit vectors with a place for each word (and a little for all, so that none is 0)."""
    rows = np.full((len(texts), DIMENSIONS), 1e-3, dtype=np.float32)
    for row, text in enumerate(texts):
        for term in terms(re.sub(r"\d+", "", text)):
            place = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest(), "big") % DIMENSIONS
            rows[row, place] += 1
    vectors: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return vectors
