from collections.abc import Sequence

import numpy as np
import pytest

from bot.answering.needs import LONG_WORDS
from bot.answering.questions import POINT_SHARE, Need, Question, Wording, read_question
from embeddings.encoders import Encoding
from embeddings.errors import EncoderError
from embeddings.spelling import Spelling
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, Shelf
from tests.fakes import LetterEncoder, TokenlessEncoder

ASIDES = "xqxq zkzk!\nHow do I change my email?\nqqqq zzzz xxxx."


class CountingEncoder(LetterEncoder):
    """Keeps the questions it was given, call by call."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        self.calls.append(list(texts))
        return super().encode_queries(texts)


class BrokenEncoder(LetterEncoder):
    """Refuses to encode."""

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        raise EncoderError("The model is damaged.")


@pytest.fixture(scope="module")
def small() -> Shelf:
    return Shelf((CHANGE_EMAIL, FEES))


def read(shelf: Shelf, message: str, encoder: LetterEncoder | None = None) -> Question:
    nobody_else_knows_words = Spelling(shelf.indexes.words, lambda word: False)
    return read_question(message, encoder or shelf.encoder, shelf.indexes, nobody_else_knows_words)


def test_a_short_question_is_one_wording_with_one_need(small: Shelf) -> None:
    encoder = CountingEncoder()
    question = read(small, "How do I change my email?", encoder)
    (wording,) = question.wordings
    (need,) = wording.needs
    expected = LetterEncoder().encode_queries([wording.text])
    assert (question.text, wording.share, question.corrections, question.problem) == (wording.text, 1.0, (), None)
    np.testing.assert_array_equal(need.vector, expected.vectors[0])
    np.testing.assert_array_equal(need.tokens, expected.tokens)
    assert encoder.calls == [["How do I change my email?"]]


def test_slips_are_mended_before_anything_is_encoded(small: Shelf) -> None:
    encoder = CountingEncoder()
    question = read(small, "How do I cahnge my emial adress?", encoder)
    assert question.text == "How do I change my email address?"
    assert question.corrections == (("cahnge", "change"), ("emial", "email"), ("adress", "address"))
    assert encoder.calls == [[question.text]]


def test_a_message_with_asides_is_searched_with_and_without_them(small: Shelf) -> None:
    question = read(small, ASIDES)
    whole, point = question.wordings
    assert (whole.text, point.text) == (ASIDES, "How do I change my email?")
    assert (whole.share, point.share) == pytest.approx((1 - POINT_SHARE, POINT_SHARE))
    assert question.text == point.text
    assert question.needs == whole.needs + point.needs


def test_a_message_without_asides_has_one_wording(small: Shelf) -> None:
    question = read(small, "Change my email.\nTap Security.\nTap Change email.")
    assert len(question.wordings) == 1


def test_a_long_message_has_a_need_for_each_part_and_each_text_is_encoded_once(small: Shelf) -> None:
    encoder = CountingEncoder()
    parts = ["How do I change the email of my account on the web?", "What does a withdrawal of USDT cost me there?"]
    message = "\n".join(parts * 4)
    assert len(message.split()) > LONG_WORDS
    question = read(small, message, encoder)
    assert len(question.wordings) == 1
    assert [len(need.tokens) for need in question.needs] == [12, 9] * 4
    assert encoder.calls == [parts]


def test_parts_keep_their_own_token_vectors(small: Shelf) -> None:
    texts = ["How do I change the email of my account on the web?", "What does a withdrawal of USDT cost me there?"]
    question = read(small, "\n".join(texts * 4))
    for need, text in zip(question.needs, texts * 4, strict=True):
        alone = LetterEncoder().encode_queries([text])
        np.testing.assert_array_equal(need.vector, alone.vectors[0])
        np.testing.assert_array_equal(need.tokens, alone.tokens)


def test_an_encoder_without_token_vectors(small: Shelf) -> None:
    (need,) = read(small, "fees", TokenlessEncoder()).needs
    assert need.tokens.shape == (0, 0)
    assert need.vector.shape == (64,)


@pytest.mark.parametrize("message", ["How do I cahnge it?", ASIDES])
def test_when_the_encoder_fails_words_and_codes_are_left(small: Shelf, message: str) -> None:
    question = read(small, message, BrokenEncoder())
    assert question.needs == ()
    assert len(question.wordings) == 1
    assert question.problem == "Only words and codes were searched. The model is damaged."
    assert question.text == message.replace("cahnge", "change")


def test_an_empty_help_center_has_nothing_to_be_near_to() -> None:
    question = read(Shelf(()), ASIDES)
    assert [wording.text for wording in question.wordings] == [ASIDES]


def test_the_wording_that_counts_most_is_the_text() -> None:
    need = Need(np.zeros(2, dtype=np.float32), np.zeros((0, 0), dtype=np.int8))
    question = Question((Wording("a", (need,), 0.4), Wording("b", (need,), 0.6)))
    assert (question.text, len(question.needs)) == ("b", 2)
