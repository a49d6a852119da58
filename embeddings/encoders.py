"""Encoders: texts to unit vectors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (texts, dimensions), rows of length 1."""

TokenVectors = NDArray[np.int8]
"""Shape (tokens, token_dimensions): vectors of length 1, times 127, rounded."""

Progress = Callable[[int], None]
"""Called with the number of texts done since the last call."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """Texts as one vector each and one for each of their tokens, the special ones left out.

    `starts` has shape (texts + 1,): the tokens of text i are the rows starts[i]:starts[i + 1] of `tokens`. An encoder
    whose `token_dimensions` are 0 gives tokens of shape (0, 0), and zeros as starts.
    """

    vectors: Vectors
    tokens: TokenVectors
    starts: NDArray[np.int64]


def without_tokens(vectors: Vectors) -> Encoding:
    """The encoding of texts that have no token vectors."""
    return Encoding(vectors, np.zeros((0, 0), dtype=np.int8), np.zeros(len(vectors) + 1, dtype=np.int64))


class Encoder(Protocol):
    """Turns texts into unit vectors of one space. Implementations load nothing heavy before the first text."""

    @property
    def identity(self) -> str:
        """Names weights, pooling, length and precision: vectors of different identities never share an index."""

    @property
    def dimensions(self) -> int:
        """The length of a text's vector."""

    @property
    def token_dimensions(self) -> int:
        """The length of a token's vector; 0 in the lesser mode without late interaction. Cheap: loads no model."""

    @property
    def max_tokens(self) -> int:
        """How many of its own tokens the encoder reads, the two special ones included."""

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` by the encoder's own tokenizer, special ones left out. Loads no model."""

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        """Questions as vectors, in their order."""

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        """Passages as vectors, in their order."""

    def verify(self) -> None:
        """EncoderError when the weights are not the ones that were promised. Reads the files, loads no model."""
