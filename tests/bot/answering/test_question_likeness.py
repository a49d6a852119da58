"""How alike questions are, over vectors in a plane."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.question_likeness import (
    NEVER,
    SAME_MEANING,
    WORDS_SHARE,
    ComparedText,
    Least,
    Vector,
    compared,
    has_meaning,
    likeness,
    same_words,
)
from bot.answering.questions import Need, Question, Wording

LEAST = Least(meaning=0.8, words=0.5)
TOKENS = np.zeros((0, 1), dtype=np.int8)


def vector(cosine: float) -> Vector:
    """A unit vector with this cosine to the first axis."""
    return np.array([cosine, np.sqrt(1 - cosine**2)], dtype=np.float32)


def text_of(words: str, *cosines: float) -> ComparedText:
    return ComparedText.of(words, [vector(each) for each in cosines])


@pytest.mark.parametrize(
    ("words", "cosine", "is_like"),
    [
        ("withdrawal fee", -1.0, True),
        ("fee of a withdrawal", 0.61, True),
        ("fee of a withdrawal", 0.59, False),
        ("withdrawal limit", 0.71, True),
        ("withdrawal limit", 0.69, False),
        ("something else", 0.81, True),
        ("something else", 0.79, False),
    ],
)
def test_words_and_vectors_together_say_how_alike(words: str, cosine: float, is_like: bool) -> None:
    asked, other = text_of("Withdrawal fee?", 1.0), text_of(words, cosine)
    assert (likeness(asked, other, LEAST) is not None) is is_like
    assert likeness(asked, other, LEAST) == likeness(other, asked, LEAST)


def test_the_number_says_how_alike() -> None:
    asked = text_of("withdrawal fee", 1.0)
    assert likeness(asked, text_of("Withdrawal  FEE!", 0.0), Least(NEVER, 1.0)) == 1.0
    assert likeness(asked, text_of("fee, withdrawal", 1.0), LEAST) == pytest.approx(SAME_MEANING)
    assert likeness(asked, text_of("something else", 0.9), LEAST) == pytest.approx(
        SAME_MEANING * 0.9 / (1 + WORDS_SHARE)
    )
    assert likeness(asked, text_of("withdrawal limit"), LEAST) == pytest.approx(SAME_MEANING / 2)


def test_of_several_things_that_are_asked_the_nearest_counts() -> None:
    assert likeness(text_of("one long story", -0.6, 1.0), text_of("something else", 0.6, 0.9), LEAST)
    assert likeness(text_of("one long story", -0.6, 1.0), text_of("something else", 0.6), LEAST) is None


def test_where_the_encoder_knows_no_letter_only_words_count() -> None:
    asked = text_of("提现手续费是多少", 1.0)
    assert asked.vectors == ()
    assert likeness(asked, text_of("怎么修改邮箱", 1.0), LEAST) is None
    assert likeness(asked, text_of("提现手续费多少", 1.0), LEAST)
    assert likeness(text_of("fees", 1.0), text_of("怎么修改邮箱", 1.0), LEAST) is None


def test_without_vectors_only_words_count() -> None:
    assert likeness(text_of("withdrawal fee"), text_of("fee of a withdrawal", 1.0), LEAST)
    assert likeness(text_of("withdrawal fee"), text_of("something else", 1.0), LEAST) is None
    assert likeness(text_of(""), text_of("?!"), Least(0.0, 0.1)) is None, "nothing is not the same as nothing"


def test_by_meaning_never() -> None:
    never = Least(NEVER, 0.5)
    assert likeness(text_of("withdrawal fee", 1.0), text_of("fee of a withdrawal", 1.0), never) is None
    assert likeness(text_of("withdrawal fee", 1.0), text_of("Withdrawal fee", 1.0), never) == 1.0


@given(
    st.lists(st.tuples(st.sampled_from(("fee", "fee limit", "limit", "提现", "?", "")), st.floats(-1, 1)), min_size=2),
    st.floats(0, 1.2),
    st.floats(0.01, 1),
)
def test_either_way_round_a_share_and_less_where_more_is_asked(
    drawn: list[tuple[str, float]], meaning: float, words: float
) -> None:
    one, other = (text_of(text, cosine) for text, cosine in drawn[:2])
    found = likeness(one, other, Least(meaning, words))
    assert found == likeness(other, one, Least(meaning, words))
    assert found is None or 0 <= found <= 1
    easier = likeness(one, other, Least(meaning / 2, words / 2))
    assert found is None or easier == found


def test_the_wording_that_counts_most_is_compared() -> None:
    needs = (Need(vector(1.0), TOKENS), Need(vector(0.5), TOKENS))
    question = Question((Wording("Hello! Fees?", needs[:1], 1 / 3), Wording("Fees?", needs, 2 / 3)))
    own = compared(question)
    assert (own.text, own.words, own.terms) == ("Fees?", "fees", frozenset({"fee"}))
    assert len(own.vectors) == 2 and compared(Question((Wording("Fees?", ()),))).vectors == ()


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("How do I…", True),
        ("¿Cómo?", True),
        ("提币", False),
        ("USDT 提币要多久才能到账", False),
        ("2FA 123", True),
        ("123", False),
        ("", False),
    ],
)
def test_what_the_encoder_reads(text: str, meaning: bool) -> None:
    assert has_meaning(text) is meaning


def test_the_same_words() -> None:
    assert same_words("  How do I… Change MY e-mail?") == same_words("how do i change my E mail")
    assert same_words("ＵＳＤＴ") == "usdt"
