"""Small real stand-ins that a person can compute, shared by the tests."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from embeddings.encoders import Progress, Vectors


class LetterEncoder:
    """Counts of letters, digits and pairs of them as a vector of 64 numbers: needs no model."""

    identity = "letters-64"
    dimensions = 64
    max_tokens = 256

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(len(texts), self.dimensions)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = self.encode_queries(texts)
        if progress is not None and texts:
            progress(len(texts))
        return vectors

    def verify(self) -> None:
        """There is nothing to check."""

    def _vector(self, text: str) -> list[float]:
        letters = [character for character in text.lower() if character.isalnum()]
        counts = [0.0] * self.dimensions
        counts[0] = 0.1
        for first, second in pairwise([*letters, ""]):
            counts[1 + ord(first) % 31] += 1.0
            counts[32 + sum(map(ord, first + second)) % 32] += 0.5
        length = math.sqrt(sum(count * count for count in counts))
        return [count / length for count in counts]
