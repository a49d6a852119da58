import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.checking.lexemes import LexemeKind, lexemes, without_marker


def texts(markdown: str, kind: LexemeKind | None = None) -> list[str]:
    return [lexeme.text for lexeme in lexemes(markdown) if kind in (None, lexeme.kind)]


def test_words_numbers_dates_times_and_addresses() -> None:
    line = "From 1 June 2025, 00:00 UTC, send 1,000.50 USDT to help@corvane.example."
    assert texts(line, LexemeKind.DATE) == ["1 June 2025"]
    assert texts(line, LexemeKind.TIME) == ["00:00"]
    assert texts(line, LexemeKind.NUMBER) == ["1,000.50"]
    assert texts(line, LexemeKind.ADDRESS) == ["help@corvane.example"]
    assert texts(line, LexemeKind.WORD) == ["From", "UTC", "send", "USDT", "to"]


@pytest.mark.parametrize("markdown", ["- Select it [1]", "2. Select it [12].", "> Select it", "Select it [1]"])
def test_list_markers_and_footnote_numbers_are_no_content(markdown: str) -> None:
    assert texts(markdown) == ["Select", "it"]
    assert without_marker(markdown).strip(" .") == "Select it"


def test_a_link_is_its_label() -> None:
    assert texts("See [the fees](/help/fees-2024).") == ["See", "the", "fees"]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("It can't wait", ["It", "can", "not", "wait"]),
        ("no longer than 3 days", ["atmost", "3", "days"]),
        ("at least 5", ["atleast", "5"]),
        ("5 or more", ["5", "ormore"]),
        ("It is paid every day", ["It", "is", "paid", "daily"]),
        ("within a day", ["within", "a", "day"]),
        ("TRC-20 or ERC 20", ["TRC20", "or", "ERC20"]),
        ("At least one", ["Atleast", "one"]),
    ],
)
def test_sayings_of_several_words_are_one(said: str, read: list[str]) -> None:
    assert texts(said) == read


def test_marked_spans_are_numbered_and_clauses_counted() -> None:
    found = {one.text: one for one in lexemes('Tap **Profile and settings** > "Security"; it costs 5, or 6.')}
    assert found["Profile"].span == found["settings"].span == 1
    assert found["Security"].span == 2 and found["Tap"].span == 0
    assert found["Security"].clause == 0 and found["costs"].clause == 2
    assert found["6"].clause > found["5"].clause


def test_after_a_bracket_the_clause_before_it_goes_on() -> None:
    found = {one.text: one.clause for one in lexemes("Send TRON (TRC20) coins")}
    assert found["TRC20"] == 1 and found["coins"] == found["TRON"] == 0


def test_a_code_with_a_digit_is_a_word() -> None:
    assert texts("2FA and 1.2.3", LexemeKind.WORD) == ["2FA", "and", "1.2.3"]


@given(st.text())
def test_any_string_can_be_read(text: str) -> None:
    assert all(lexeme.text.strip() for lexeme in lexemes(text))
