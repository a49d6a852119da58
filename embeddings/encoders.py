"""Encoders: texts to unit vectors."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (texts, dimensions), rows of length 1."""

Progress = Callable[[int], None]
"""Called with the number of texts done since the last call."""


class Encoder(Protocol):
    """Turns texts into unit vectors of one space. Implementations load nothing heavy before the first text."""

    @property
    def identity(self) -> str:
        """Names weights, pooling and length: vectors of different identities never share an index."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many of its own tokens the encoder reads, the two special ones included."""

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` by the encoder's own tokenizer, special ones left out. Loads no model."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), dimensions)."""

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of passages, shape (len(texts), dimensions)."""

    def verify(self) -> None:
        """EncoderError when the weights are not the ones that were promised. Reads the files, loads no model."""
