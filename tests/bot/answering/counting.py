"""An encoder that tells what it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from embeddings.encoders import Encoding
from embeddings.errors import EncoderError
from tests.fakes import LetterEncoder


@dataclass
class CountingEncoder(LetterEncoder):
    """Counts what it encodes, and fails when it is told to."""

    encoded: list[str] = field(default_factory=list)
    calls: int = 0
    fails: bool = False

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        if self.fails:
            raise EncoderError("The encoder is broken.")
        self.calls += 1
        self.encoded += texts
        return super().encode_queries(texts)
