import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.folding import fold


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("abandon", "abandon"),
        ("ａｂａｎｄｏｎ １", "abandon 1"),
        ("аbаndоn", "abandon"),
        ("ΑΒΑΝDΟΝ", "ABANDON"),
        ("a\u200bb\u00adc\ufeffd", "abcd"),
        ("ábaco", "abaco"),
        ("𝐚𝐛𝐥𝐞", "able"),
        ("①②", "12"),
        ("١٢٣", "123"),
        ("1\ufe0f\u20e3", "1"),
        ("🅰🄱Ⓒ", "ABC"),
        ("a\u00a0b", "a b"),
        ("a\x00b", "ab"),
        ("ﬁ", "fi"),
        ("が", "か\u3099"),
        ("", ""),
    ],
)
def test_plain_spelling(text: str, plain: str) -> None:
    assert fold(text).text == plain


def test_a_span_covers_what_was_dropped_inside_and_after_it() -> None:
    text = "x a\u200bb\u200b y"
    folded = fold(text)
    at = folded.text.index("ab")
    start, end = folded.original_span((at, at + 2))
    assert text[start:end] == "a\u200bb\u200b"


def test_a_span_in_a_ligature_covers_the_ligature() -> None:
    assert fold("oﬁx").original_span((1, 2)) == (1, 2)


@given(st.text())
def test_offsets_rise_and_stay_inside(text: str) -> None:
    folded = fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once
