import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.checking.lexemes import lexemes
from bot.answering.checking.quantities import CalendarDate, Quantity, date_of, minutes_of, quantities


def found(text: str) -> list[tuple[str, str | None]]:
    return [(one.value.number, one.value.unit) for one in quantities(lexemes(text))]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1.50 USDT", [("1.5", "usdt")]),
        ("€1,000.00", [("1000", "eur")]),
        ("5 million or more", [("5000000", None)]),
        ("5k", [("5000", None)]),
        ("0.080%", [("0.08", "%")]),
        ("2 hours", [("7200", "second")]),
        ("a 24-hour hold", [("86400", "second")]),
        ("one day", [("86400", "second")]),
        ("within an hour", [("3600", "second")]),
        ("less than half an hour", [("1800", "second")]),
        ("twenty-four hours", [("86400", "second")]),
        ("two weeks", [("1209600", "second")]),
        ("a two-week hold", [("1209600", "second")]),
        ("3–9 days", [("259200", "second"), ("777600", "second")]),
        ("7, 30 or 90 days", [("604800", "second"), ("2592000", "second"), ("7776000", "second")]),
        ("between 5 and 10 business days", [("5", "business day"), ("10", "business day")]),
        ("EUR 10", [("10", "eur")]),
        ("two years", [("24", "month")]),
        ("10x leverage", [("10", "x")]),
        ("32 confirmations", [("32", None)]),
        ("in 2024", [("2024", "calendar year")]),
        ("five bank accounts", [("5", None)]),
    ],
)
def test_a_quantity_is_read_however_it_is_written(text: str, read: list[tuple[str, str | None]]) -> None:
    assert found(text) == read


@pytest.mark.parametrize("text", ["the one that you chose", "two-factor authentication", "a fee", "TRC20", "a day"])
def test_what_is_no_quantity(text: str) -> None:
    assert found(text) == []


def test_a_missing_unit_fits_and_another_does_not() -> None:
    assert Quantity("5", None).fits(Quantity("5", "eur"))
    assert not Quantity("5", "usd").fits(Quantity("5", "eur"))
    assert not Quantity("5", "eur").fits(Quantity("6", "eur"))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1 June 2025", CalendarDate(2025, 6, 1)),
        ("June 1, 2025", CalendarDate(2025, 6, 1)),
        ("1st of June", CalendarDate(None, 6, 1)),
        ("2025-06-01", CalendarDate(2025, 6, 1)),
        ("Sept 2024", CalendarDate(2024, 9, None)),
    ],
)
def test_dates(text: str, date: CalendarDate) -> None:
    assert date_of(text) == date


def test_dates_fit_as_far_as_they_are_written() -> None:
    assert CalendarDate(2025, 6, 1).fits(CalendarDate(None, 6, 1))
    assert not CalendarDate(2025, 6, 1).fits(CalendarDate(2024, 6, 1))
    assert not CalendarDate(2025, 6, 1).fits(CalendarDate(2025, 7, 1))


@pytest.mark.parametrize(
    ("text", "minutes"), [("00:00", 0), ("16:30", 990), ("2 pm", 840), ("12:15 a.m.", 15), ("noon", 720)]
)
def test_clock_times(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@given(st.integers(0, 10**9), st.sampled_from(["EUR", "hours", "%", "confirmations"]))
def test_thousands_separators_change_nothing(number: int, unit: str) -> None:
    plain, separated = (
        [one for one in found(f"It is {text} {unit}") if one[1] != "calendar year"]
        for text in (str(number), f"{number:,}")
    )
    assert plain == separated or 1990 <= number < 2060


@given(st.text(alphabet="0123456789,.%$€ khmxone two-hundred/–", max_size=60))
def test_any_string_can_be_read(text: str) -> None:
    quantities(lexemes(text))
