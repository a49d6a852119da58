import pytest

from bot.answering.relevance import TERM_WEIGHT, relevance_to
from tests.fakes import LetterEncoder

ENCODER = LetterEncoder()


def test_meaning_plus_shared_terms() -> None:
    vector = ENCODER.encode_queries(["change email"])[0]
    same, other = relevance_to("change email", vector, ENCODER)(["change email", "xyz"])
    assert same == pytest.approx(1 + TERM_WEIGHT, abs=1e-5)
    assert 0 <= other < 1


def test_no_texts() -> None:
    assert relevance_to("q", ENCODER.encode_queries(["q"])[0], ENCODER)([]) == []


def test_a_question_without_terms_is_judged_by_meaning_alone() -> None:
    vector = ENCODER.encode_queries(["the"])[0]
    assert relevance_to("the", vector, ENCODER)(["the"]) == [pytest.approx(1.0, abs=1e-5)]
