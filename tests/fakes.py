"""Small real stand-ins that a person can compute, shared by the tests."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from bot.answering.calibration import Calibration
from embeddings.encoders import Encoding, Progress, without_tokens


class LetterEncoder:
    """Counts of letters, digits and pairs of them as a vector of 64 numbers, folded to 32 for each word: needs no
    model."""

    identity = "letters-64"
    dimensions = 64
    token_dimensions = 32
    max_tokens = 256

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        words = [text.split() for text in texts]
        vectors = [self._vector(text, self.dimensions) for text in texts]
        tokens = [self._vector(word, self.token_dimensions) for text in words for word in text]
        return Encoding(
            np.array(vectors, dtype=np.float32).reshape(len(texts), self.dimensions),
            np.rint(127 * np.array(tokens)).astype(np.int8).reshape(len(tokens), self.token_dimensions),
            np.array(list(accumulate(map(len, words), initial=0)), dtype=np.int64),
        )

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        encoding = self.encode_queries(texts)
        if progress is not None and texts:
            progress(len(texts))
        return encoding

    def verify(self) -> None:
        """There is nothing to check."""

    def _vector(self, text: str, dimensions: int) -> list[float]:
        letters = [character for character in text.lower() if character.isalnum()]
        half = dimensions // 2
        counts = [0.0] * dimensions
        counts[0] = 0.1
        for first, second in pairwise([*letters, ""]):
            counts[1 + ord(first) % (half - 1)] += 1.0
            counts[half + sum(map(ord, first + second)) % half] += 0.5
        length = math.sqrt(sum(count * count for count in counts))
        return [count / length for count in counts]


class TokenlessEncoder(LetterEncoder):
    """Letters in the lesser mode: texts have no token vectors."""

    token_dimensions = 0

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        return without_tokens(LetterEncoder().encode_queries(texts).vectors)


@dataclass(frozen=True, slots=True)
class WordVerdict:
    """What `check_words` found."""

    supported: bool
    score: float
    why: str


def check_words(sentence: str, passage: str, about: str) -> WordVerdict:
    """Supported when every number of a sentence and three quarters of its words stand in the passage, its title or its
    headings."""
    known = set(re.findall(r"\w+", f"{about} {passage}".lower()))
    words = re.findall(r"\w+", sentence.lower())
    if strange := [word for word in words if word[0].isdigit() and word not in known]:
        return WordVerdict(False, 0.0, f"{strange[0]} does not stand there.")
    share = sum(word in known for word in words) / max(1, len(words))
    return WordVerdict(share >= 0.75, share, "" if share >= 0.75 else "Its words do not stand there.")


def calibration(**values: Any) -> Calibration:
    """A calibration with these values, others as they may be."""
    usual = {
        "threshold": 0.7,
        "alpha": 0.05,
        "delta": 0.05,
        "n": 400,
        "answered": 200,
        "wrong": 2,
        "coverage": 0.5,
        "bound": 0.04,
        "index_sha256": "a" * 64,
        "config_hash": "c" * 16,
        "cases_sha256": "e" * 64,
        "made_at": datetime(2026, 11, 21, tzinfo=UTC),
    }
    return Calibration.model_validate({**usual, **values})
