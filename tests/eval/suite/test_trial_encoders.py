import numpy as np
import pytest

from embeddings.encoders import Encoder
from eval.suite.trial_encoders import HashingEncoder, RememberingEncoder, RoundingEncoder
from tests.fakes import LetterEncoder

TEXTS = ["change my email", "fees", "", "change my email"]


class Counting(LetterEncoder):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode_queries(self, texts: object) -> object:  # type: ignore[override]
        self.seen.extend(texts)  # type: ignore[arg-type]
        return super().encode_queries(texts)  # type: ignore[arg-type]


def test_a_text_is_encoded_once_and_comes_out_the_same() -> None:
    inner = Counting()
    remembering, plain = RememberingEncoder(inner), LetterEncoder()
    for _ in range(2):
        for found, expected in (
            (remembering.encode_queries(TEXTS), plain.encode_queries(TEXTS)),
            (remembering.encode_passages(TEXTS), plain.encode_passages(TEXTS)),
        ):
            assert (found.vectors == expected.vectors).all() and (found.tokens == expected.tokens).all()
            assert (found.starts == expected.starts).all()
    assert len(inner.seen) == 2 * len(set(TEXTS)), "once as a question, once as a passage"


def test_rounding_turns_each_vector_a_little_and_alike_each_time() -> None:
    plain = LetterEncoder()
    found = RoundingEncoder(plain, 0.01, 0.0, seed=1).encode_queries(TEXTS)
    products = (found.vectors * plain.encode_queries(TEXTS).vectors).sum(axis=1)
    assert (products > 0.9999).all() and (products < 1.0).all()
    assert (RoundingEncoder(plain, 0.01, 0.0, seed=1).encode_queries(TEXTS).vectors == found.vectors).all()
    assert (RoundingEncoder(plain, 0.01, 0.0, seed=2).encode_queries(TEXTS).vectors != found.vectors).any()
    assert (
        RoundingEncoder(plain, 0.01, 0.0, 1).encode_passages(TEXTS).vectors == plain.encode_passages(TEXTS).vectors
    ).all()


@pytest.mark.parametrize("texts", [TEXTS, [], ["one"]])
def test_another_kind_has_the_same_form(texts: list[str]) -> None:
    plain: Encoder = LetterEncoder()
    found = HashingEncoder(plain, "hashing").encode_queries(texts)
    assert found.vectors.shape == (len(texts), plain.dimensions) and found.tokens.shape[1] == plain.token_dimensions
    assert found.starts[-1] == len(found.tokens) and len(found.starts) == len(texts) + 1
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(1, abs=1e-5)
