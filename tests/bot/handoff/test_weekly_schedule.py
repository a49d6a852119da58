from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.weekly_schedule import (
    ALL_HOURS,
    DAY_MINUTES,
    NO_HOURS,
    Holidays,
    Span,
    Week,
    parse_holidays,
    parse_week,
)
from tests.bot.handoff.weeks import DAYS, weeks


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def written(week: Week) -> str:
    """The week as a setting, a day at a time."""
    days = [
        f"{day} {' '.join(f'{clock(begins)}-{clock((ends - 1) % DAY_MINUTES + 1)}' for begins, ends in spans)}"
        for day, spans in zip(DAYS, week, strict=True)
        if spans
    ]
    return ", ".join(days) or "never"


@given(weeks())
def test_a_week_is_read_as_it_is_written(week: Week) -> None:
    assert parse_week(written(week)) == week


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mon-Fri 09:00-17:30, Sat 10:00-14:00", {"Mon-Fri": ["09:00-17:30"], "Sat": ["10:00-14:00"]}),
        ("Mo-Fr 9:00–17:30; Sa 10:00 - 14:00", {"Mon-Fri": ["09:00-17:30"], "Sat": ["10:00-14:00"]}),
        ("monday - friday 09:00 - 17:30,SATURDAY 10:00-14:00", {"Mon-Fri": ["09:00-17:30"], "Sat": ["10:00-14:00"]}),
        ("Tue, Thu 13:00-17:00, 09:00-12:00", {"Tue": ["09:00-12:00", "13:00-17:00"], "Thu": "as Tue"}),
        ("Tues 09:00-12:00 Tues 13:00-17:00", {"Tue": ["09:00-12:00", "13:00-17:00"]}),
        ("Sat-Mon 08:00-09:00", {"Sat": ["08:00-09:00"], "Sun": ["08:00-09:00"], "Mon": ["08:00-09:00"]}),
    ],
)
def test_ways_to_write_hours(text: str, hours: dict[str, list[str] | str]) -> None:
    week: list[tuple[Span, ...]] = [()] * 7
    for days, spans in hours.items():
        first, _, last = days.partition("-")
        told = hours["Tue"] if spans == "as Tue" else spans
        for day in range(DAYS.index(first), DAYS.index(last or first) + 1):
            week[day] = tuple(Span(*(int(part[:2]) * 60 + int(part[3:]) for part in span.split("-"))) for span in told)
    assert parse_week(text) == tuple(week)


def test_round_the_clock_never_and_over_midnight() -> None:
    assert parse_week(" Always ") == parse_week("Mon-Sun 00:00-24:00") == ALL_HOURS
    assert parse_week("NEVER") == NO_HOURS
    assert parse_week("Fri 22:00-06:00")[4] == (Span(1320, 1800),)
    assert parse_week("Fri 22:00-00:00")[4] == parse_week("Fri 22:00-24:00")[4] == (Span(1320, 1440),)
    assert parse_week("Sun 22:00-06:00, Mon 06:00-07:00")[6] == (Span(1320, 1800),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it is empty"),
        (" , ;", "it is empty"),
        ("Mon", "'Mon' has no hours"),
        ("Mon-Fri 09:00-17:00, Sat", "'Sat' has no hours"),
        ("09:00-17:00", "stands before any day"),
        ("Mon 9-17", "'9-17' are no hours"),
        ("Mon 09:00", "'09:00' are no hours"),
        ("Mon 9:00am-5:00pm", "are no hours"),
        ("Mon 25:00-26:00", "between 00:00 and 24:00"),
        ("Mon 24:00-06:00", "between 00:00 and 24:00"),
        ("Mon 09:60-10:00", "between 00:00 and 24:00"),
        ("Mon 09:00-24:30", "between 00:00 and 24:00"),
        ("Mon 09:00-09:00", "a whole day is 00:00-24:00"),
        ("Mon ٠٩:٠٠-١٧:٠٠", "are no hours"),
        ("M 09:00-17:00", "'M' is neither a day nor hours"),
        ("Mon-Fri-Sun 09:00-17:00", "'Mon-Fri-Sun' is neither"),
        ("Mon- 09:00-17:00", "is neither a day nor hours"),
        ("-Fri 09:00-17:00", "is neither a day nor hours"),
        ("weekdays 09:00-17:00", "'weekdays' is neither"),
        ("always 09:00-17:00", "'always' is neither"),
        ("Lunes 09:00-17:00", "'Lunes' is neither"),
        ("Mon-Fri 09:00-17:00, Wed 10:00-12:00", "the hours on Wednesday overlap others"),
        ("Mon 22:00-06:00, Tue 05:59-07:00", "the hours on Tuesday overlap others"),
        ("Sun 22:00-06:00, Mon 05:00-07:00", "the hours on Monday overlap others"),
        ("Mon 09:00-10:00 09:00-10:00", "the hours on Monday overlap others"),
    ],
)
def test_what_is_no_week(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_week(text)


@given(st.text())
def test_any_text_is_a_week_or_a_sentence(text: str) -> None:
    try:
        week = parse_week(text)
    except ValueError as error:
        assert " " in str(error)
    else:
        assert len(week) == 7


def test_holidays_of_one_year_and_of_every_year() -> None:
    days = parse_holidays("12-25, 2026-12-28/2027-01-02 02-29")
    assert date(2031, 12, 25) in days
    assert date(2026, 12, 28) in days and date(2027, 1, 2) in days
    assert date(2026, 12, 27) not in days and date(2027, 1, 3) not in days and date(2027, 12, 28) not in days
    assert date(2028, 2, 29) in days
    assert parse_holidays(" , ") == Holidays()
    assert parse_holidays("2026-12-25/2026-12-25") == parse_holidays("2026-12-25")


def test_yearly_holidays_over_the_end_of_the_year() -> None:
    days = parse_holidays("12-30/01-02")
    assert days.yearly == {(12, 30), (12, 31), (1, 1), (1, 2)}
    assert len(parse_holidays("01-01/12-31").yearly) == len(parse_holidays("07-02/07-01").yearly) == 366
    assert parse_holidays("02-28/03-01").yearly == {(2, 28), (2, 29), (3, 1)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-13-01", "'2026-13-01' is no date of the calendar"),
        ("2026-02-29", "is no date of the calendar"),
        ("02-30", "is no date of the calendar"),
        ("0000-01-01", "is no date of the calendar"),
        ("25.12.", "is no date; write"),
        ("Christmas", "is no date; write"),
        ("12-25/", "'' is no date"),
        ("2026-12-25/12-26", "has a year on one side only"),
        ("2026-12-25/2026-12-24", "must end when it begins or later"),
        ("2026-12-25/2028-01-01", "within a year"),
    ],
)
def test_what_is_no_holiday(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_holidays(text)
