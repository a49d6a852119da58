import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing.characters import clean_characters


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\ufeffa\r\nb\rc", "a\nb\nc"),
        ("a\u2028b", "a\nb"),
        ("pass\u200bword", "password"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\u202eabc\u202c", "abc"),
        ("a\U000e0041\U000e0042b", "ab"),
        ("a\ud800b\x00\x1b", "ab"),
        ("e\u0301", "\u00e9"),
        ("e\u200b\u0301", "\u00e9"),
        ("a\u200db", "ab"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_hidden_characters_go(raw: str, clean: str) -> None:
    assert clean_characters(raw) == clean


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d💻 and 🧑🏽\u200d🚀",
        "❤\ufe0f\u200d🔥",
        "می\u200cخواهم",
        "שלום עולם",
        "日本語",
        "naïve – “quoted” …",
        "<|endoftext|>",
    ],
)
def test_what_a_reader_sees_stays(text: str) -> None:
    assert clean_characters(text) == unicodedata.normalize("NFC", text)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean_characters(text)
    assert clean_characters(once) == once
    once.encode("utf-8")
