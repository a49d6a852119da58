"""Counts of letter sequences: what is spelt alike is near, and any string has a row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.letters import COLUMNS, MOST, cosines, letter_counts


def cosine(first: str, second: str) -> float:
    return float(cosines(letter_counts([first, second]))[0, 1])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How do I log in?", "how do i LOG IN"),
        ("Café", "cafe"),
        ("café", "cafe\u0301"),
        ("STRASSE", "straße"),
        ("İstanbul", "istanbul"),
        ("Ａｐｐ", "app"),
        ("e-mail", "e mail"),
        ("  2FA,\nplease! ", "2fa please"),
        ("new card", "card new"),
    ],
)
def test_case_accents_order_and_what_stands_between_words_are_left_out(first: str, second: str) -> None:
    assert letter_counts([first]).tolist() == letter_counts([second]).tolist()


@pytest.mark.parametrize(
    ("right", "wrong", "other"),
    [
        ("withdrawal", "withdrawl", "verification"),
        ("I forgot my password", "I forgto my pasword", "I sent a deposit"),
        ("change my email", "changing my e-mail", "freeze my card"),
        ("Überweisung", "uberweisungen", "Anmeldung"),
    ],
)
def test_a_typo_or_an_ending_stays_near(right: str, wrong: str, other: str) -> None:
    assert cosine(right, wrong) > 0.6
    assert cosine(right, other) < 0.4


def test_a_sequence_knows_where_a_word_begins_and_ends() -> None:
    assert cosine("card", "discard") > cosine("card", "racd") > cosine("card", "fee")
    assert cosine("on off", "onoff") < 1


def test_chinese() -> None:
    assert cosine("如何修改邮箱地址", "修改邮箱") > 0.2 > cosine("如何修改邮箱地址", "税金")


@pytest.mark.parametrize("text", ["", " \n", "?!…", "🙂", "\u0301", "\ud800"])
def test_a_text_without_letters_stays_nothing(text: str) -> None:
    counts = letter_counts([text, "fee"])
    assert counts.any(axis=1).tolist() == [False, True]
    assert cosines(counts).round(6).tolist() == [[0, 0], [0, 1]]


def test_no_texts() -> None:
    assert letter_counts([]).shape == (0, COLUMNS) and cosines(letter_counts([])).shape == (0, 0)


def test_counts_are_clipped_at_both_ends() -> None:
    once, often, oftener = letter_counts(["fees", "fees " * MOST, "fees " * 1_000])
    assert {once.min(), once.max()} == {-1, 1}
    assert often.tolist() == oftener.tolist() == (once.astype(int) * MOST).tolist()


@given(st.lists(st.text(max_size=40), max_size=4))
def test_any_texts_have_a_row_each_of_length_1_or_0(texts: list[str]) -> None:
    counts = letter_counts(texts)
    assert counts.shape == (len(texts), COLUMNS)
    assert counts.dtype == np.int8
    assert abs(counts.astype(int)).max(initial=0) <= MOST
    assert cosines(counts).diagonal().tolist() == pytest.approx(counts.any(axis=1).astype(float).tolist())
    for row, text in enumerate(texts):
        assert letter_counts([text]).tolist() == counts[[row]].tolist()


@given(st.text(max_size=20), st.text(max_size=20))
def test_words_add_up(first: str, second: str) -> None:
    one, other, both = letter_counts([first, second, f"{first} {second}"]).astype(int)
    assert both.tolist() == (one + other).tolist()
