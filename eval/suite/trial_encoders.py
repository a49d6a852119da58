"""Encoders that a gate is tried with: one that remembers, one that rounds otherwise, and one of another kind."""

import hashlib
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import Encoder, Encoding, Progress

LONGEST_TOKEN = 127
"""What a token's vector of length 1 is multiplied by."""


class _Around:
    """What has the form of the encoder within: its identity, dimensions and tokens."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.identity = encoder.identity
        self.dimensions = encoder.dimensions
        self.token_dimensions = encoder.token_dimensions
        self.max_tokens = encoder.max_tokens

    def count_tokens(self, text: str) -> int:
        """As the encoder within."""
        return self._encoder.count_tokens(text)

    def verify(self) -> None:
        """As the encoder within."""
        self._encoder.verify()


class RememberingEncoder(_Around):
    """The same encoder, which encodes each text once."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self._questions: dict[str, Encoding] = {}
        self._passages: dict[str, Encoding] = {}

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        """Questions as vectors."""
        for text in texts:
            if text not in self._questions:
                self._questions[text] = self._encoder.encode_queries([text])
        return _joined([self._questions[text] for text in texts], self.dimensions, self.token_dimensions)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        """Passages as vectors."""
        new = [text for text in dict.fromkeys(texts) if text not in self._passages]
        found = self._encoder.encode_passages(new, progress)
        for at, text in enumerate(new):
            start, end = found.starts[at], found.starts[at + 1]
            self._passages[text] = Encoding(
                found.vectors[at : at + 1], found.tokens[start:end], np.array([0, end - start], dtype=np.int64)
            )
        return _joined([self._passages[text] for text in texts], self.dimensions, self.token_dimensions)


class RoundingEncoder(_Around):
    """An encoder whose vectors are a little off, each in a direction of chance that its text and `seed` decide, as if
    its numbers were rounded otherwise. `questions` and `passages` are the lengths of what is added."""

    def __init__(self, encoder: Encoder, questions: float, passages: float, seed: int) -> None:
        super().__init__(encoder)
        self._questions, self._passages, self._seed = questions, passages, seed

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        """Questions as vectors."""
        return self._off(texts, self._encoder.encode_queries(texts), self._questions)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        """Passages as vectors."""
        return self._off(texts, self._encoder.encode_passages(texts, progress), self._passages)

    def _off(self, texts: Sequence[str], encoding: Encoding, length: float) -> Encoding:
        if not length or not texts:
            return encoding
        added = np.stack([_direction(f"{self._seed} {text}", self.dimensions) for text in texts])
        vectors = encoding.vectors + np.float32(length) * added
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return Encoding((vectors / lengths).astype(np.float32), encoding.tokens, encoding.starts)


class HashingEncoder(_Around):
    """An encoder of another kind with vectors of the same form: each word has a direction of its own, by its letters,
    and a text the mean of its words'."""

    def __init__(self, form: Encoder, identity: str) -> None:
        super().__init__(form)
        self.identity = identity

    def verify(self) -> None:
        """There is nothing to check."""

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        """Questions as vectors."""
        return _joined([self._encoded(text) for text in texts], self.dimensions, self.token_dimensions)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        """Passages as vectors."""
        if progress is not None and texts:
            progress(len(texts))
        return self.encode_queries(texts)

    def _encoded(self, text: str) -> Encoding:
        words = text.lower().split() or [""]
        total = np.sum([_direction(word, self.dimensions) for word in words], axis=0)
        vector = (total / np.linalg.norm(total)).astype(np.float32)
        tokens = np.stack([_direction(word, self.token_dimensions) for word in words])
        return Encoding(
            vector[np.newaxis],
            np.rint(LONGEST_TOKEN * tokens).astype(np.int8),
            np.array([0, len(words)], dtype=np.int64),
        )


def _direction(text: str, dimensions: int) -> NDArray[np.float32]:
    """A unit vector of chance, the same for the same text in every process."""
    seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big")
    drawn = np.random.default_rng(seed).standard_normal(dimensions)
    unit: NDArray[np.float32] = (drawn / (np.linalg.norm(drawn) or 1.0)).astype(np.float32)
    return unit


def _joined(encodings: Sequence[Encoding], dimensions: int, token_dimensions: int) -> Encoding:
    if len(encodings) == 1:
        return encodings[0]
    counts = [len(each.tokens) for each in encodings]
    return Encoding(
        np.concatenate([np.zeros((0, dimensions), dtype=np.float32), *(each.vectors for each in encodings)]),
        np.concatenate([np.zeros((0, token_dimensions), dtype=np.int8), *(each.tokens for each in encodings)]),
        np.array(list(accumulate(counts, initial=0)), dtype=np.int64),
    )
