"""The vectors of the last texts, kept: a message is read by several models, and encoded once."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import Encoder, Encoding, Progress, TokenVectors

_Held = tuple[NDArray[np.float32], TokenVectors]


class RecallingEncoder:
    """An `Encoder` that gives a question it has encoded among the last `most` texts the same vectors again.

    Safe in several threads: two that ask for the same new text at once may both encode it. The encoder within must give
    a text the same vectors alone and among others. Passages are not kept.
    """

    def __init__(self, encoder: Encoder, most: int) -> None:
        if most < 1:
            raise ValueError(f"{most} texts kept are none; keep 1 or more.")
        self._encoder = encoder
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[str, _Held] = OrderedDict()

    @property
    def identity(self) -> str:
        """The identity of the encoder within."""
        return self._encoder.identity

    @property
    def dimensions(self) -> int:
        """The length of a text's vector."""
        return self._encoder.dimensions

    @property
    def token_dimensions(self) -> int:
        """The length of a token's vector; 0 when there are none."""
        return self._encoder.token_dimensions

    @property
    def max_tokens(self) -> int:
        """How many of its own tokens the encoder reads, the two special ones included."""
        return self._encoder.max_tokens

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, special ones left out."""
        return self._encoder.count_tokens(text)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        """As the encoder within."""
        return self._encoder.encode_passages(texts, progress)

    def verify(self) -> None:
        """As the encoder within."""
        self._encoder.verify()

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        """Questions as vectors, those that are not kept encoded together. Raises what the encoder within raises."""
        if not texts:
            return self._encoder.encode_queries(texts)
        with self._lock:
            held = {text: self._held[text] for text in texts if text in self._held}
        if new := [text for text in dict.fromkeys(texts) if text not in held]:
            held |= self._encoded(new)
        self._keep({text: held[text] for text in texts})
        found = [held[text] for text in texts]
        starts = np.array(list(accumulate((len(tokens) for _, tokens in found), initial=0)), dtype=np.int64)
        return Encoding(
            np.stack([vector for vector, _ in found]), np.concatenate([tokens for _, tokens in found]), starts
        )

    def _encoded(self, texts: Sequence[str]) -> dict[str, _Held]:
        found = self._encoder.encode_queries(texts)
        return {
            text: (np.array(vector), np.array(found.tokens[start:end]))
            for text, vector, start, end in zip(texts, found.vectors, found.starts, found.starts[1:], strict=False)
        }

    def _keep(self, held: dict[str, _Held]) -> None:
        with self._lock:
            for text, vectors in held.items():
                self._held[text] = vectors
                self._held.move_to_end(text)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
