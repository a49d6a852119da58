from collections.abc import Sequence

import numpy as np
import pytest

from embeddings.encoders import Encoding
from eval.recalling import RecallingEncoder
from tests.fakes import LetterEncoder


class Counted(LetterEncoder):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, ...]] = []

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        self.asked.append(tuple(texts))
        return super().encode_queries(texts)


def test_a_text_is_encoded_once() -> None:
    within = Counted()
    encoder = RecallingEncoder(within, 8)
    first = encoder.encode_queries(["one", "two"])
    again = encoder.encode_queries(["two", "three", "two", "one"])
    assert within.asked == [("one", "two"), ("three",)]
    expected = LetterEncoder().encode_queries(["two", "three", "two", "one"])
    assert np.array_equal(again.vectors, expected.vectors)
    assert np.array_equal(again.tokens, expected.tokens)
    assert np.array_equal(again.starts, expected.starts)
    assert np.array_equal(first.vectors, LetterEncoder().encode_queries(["one", "two"]).vectors)


def test_the_oldest_text_is_forgotten() -> None:
    within = Counted()
    encoder = RecallingEncoder(within, 2)
    for text in ("one", "two", "one", "three", "one", "two"):
        encoder.encode_queries([text])
    assert within.asked == [("one",), ("two",), ("three",), ("two",)]


def test_more_texts_at_once_than_are_kept() -> None:
    encoder = RecallingEncoder(Counted(), 1)
    texts = ["one", "two", "three"]
    assert np.array_equal(encoder.encode_queries(texts).vectors, LetterEncoder().encode_queries(texts).vectors)


def test_nothing_to_encode() -> None:
    assert len(RecallingEncoder(Counted(), 1).encode_queries([]).vectors) == 0


def test_it_speaks_for_the_encoder_within() -> None:
    within = Counted()
    encoder = RecallingEncoder(within, 1)
    assert (encoder.identity, encoder.dimensions, encoder.token_dimensions, encoder.max_tokens) == (
        within.identity,
        within.dimensions,
        within.token_dimensions,
        within.max_tokens,
    )
    assert encoder.count_tokens("a b") == within.count_tokens("a b")
    assert np.array_equal(encoder.encode_passages(["a"]).vectors, within.encode_passages(["a"]).vectors)


def test_to_keep_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="keep 1 or more"):
        RecallingEncoder(Counted(), 0)
