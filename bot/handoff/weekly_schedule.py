"""The hours of a week and the days without any, as a person writes them in a setting. Pure.

`Mon-Fri 09:00-12:30 13:30-17:00, Sat 10:00-14:00` and `12-25, 2026-12-28/2027-01-02`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
ALWAYS, NEVER = "always", "never"
LONGEST_HOLIDAY_DAYS = 366
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DASHES = re.compile(r"\s*[-‐‑‒–—−]\s*")
_BETWEEN = re.compile(r"[\s,;]+")
_SPAN = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)", re.ASCII)
_DATE = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)", re.ASCII)
_LEAP_YEAR = 2000
"""A year that has every date which a yearly holiday may fall on."""


class Span(NamedTuple):
    """Hours of one day, in minutes after its midnight; an end past 1,440 is on the next day."""

    begins: int
    ends: int


Week = tuple[tuple[Span, ...], ...]
"""The spans of each of seven days, Monday first. None overlap, also not over midnight."""
NO_HOURS: Week = ((),) * 7
ALL_HOURS: Week = ((Span(0, DAY_MINUTES),),) * 7


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days without hours: `dates` of one year each, and `yearly` ones as (month, day)."""

    dates: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day in self.dates or (day.month, day.day) in self.yearly


def parse_week(text: str) -> Week:
    """The week that `text` describes: days (`Mon`, `Mon-Fri`, `Sat Sun`, English names of two letters or more), then
    their spans on a clock of 24 hours, and so on; blanks, commas and semicolons all part. A span that does not end
    after it begins ends on the next day. `always` is round the clock, `never` no hours at all.

    ValueError with a sentence for anything else, and for hours that overlap.
    """
    words = [word for word in _BETWEEN.split(_DASHES.sub("-", text.strip())) if word]
    if not words:
        raise ValueError(f"it is empty; write hours such as Mon-Fri 09:00-17:30, or {ALWAYS!r}, or {NEVER!r}")
    if len(words) == 1 and words[0].casefold() in (ALWAYS, NEVER):
        return ALL_HOURS if words[0].casefold() == ALWAYS else NO_HOURS
    week: list[list[Span]] = [[] for _ in _DAYS]
    days: list[int] = []
    named_last = False
    for word in words:
        if not word[0].isdigit():
            days = [*(days if named_last else ()), *_days(word)]
            named_last = True
            continue
        if not days:
            raise ValueError(f"{word!r} stands before any day; write days first, such as Mon-Fri {word}")
        span, named_last = _span(word), False
        for day in days:
            week[day].append(span)
    if named_last:
        raise ValueError(f"{words[-1]!r} has no hours; write them behind it, such as {words[-1]} 09:00-17:30")
    _require_apart(week)
    return tuple(tuple(sorted(spans)) for spans in week)


def parse_holidays(text: str) -> Holidays:
    """The holidays in `text`: dates (`2026-12-25`), dates of every year (`12-25`) and first and last day of either
    (`2026-12-24/2027-01-02`, `12-24/01-01`), with blanks or commas between. ValueError with a sentence."""
    dates: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for word in filter(None, _BETWEEN.split(text.strip())):
        first, slash, last = word.partition("/")
        begins, every_year = _date(first)
        ends, also_every_year = _date(last) if slash else (begins, every_year)
        if every_year != also_every_year:
            raise ValueError(f"{word!r} has a year on one side only; write it on both or on neither")
        if every_year:
            yearly.update(_of_every_year(begins, ends))
            continue
        length = (ends - begins).days
        if not 0 <= length < LONGEST_HOLIDAY_DAYS:
            raise ValueError(f"{word!r} must end when it begins or later, and within a year")
        dates.update(begins + timedelta(days=number) for number in range(length + 1))
    return Holidays(frozenset(dates), frozenset(yearly))


def _of_every_year(first: date, last: date) -> Iterator[tuple[int, int]]:
    """Month and day of each date from the first to the last, over the end of the year where need be."""
    new_year = date(_LEAP_YEAR, 1, 1)
    for number in range((last - first).days % LONGEST_HOLIDAY_DAYS + 1):
        day = new_year + timedelta(days=((first - new_year).days + number) % LONGEST_HOLIDAY_DAYS)
        yield day.month, day.day


def _days(word: str) -> Iterator[int]:
    """The days that a word such as `Fri-Mon` names, 0 for Monday."""
    first, dash, last = word.partition("-")
    begins = _day(first, word)
    ends = _day(last, word) if dash else begins
    return ((begins + step) % 7 for step in range((ends - begins) % 7 + 1))


def _day(name: str, word: str) -> int:
    matching = [
        number for number, day in enumerate(_DAYS) if len(name) > 1 and day.casefold().startswith(name.casefold())
    ]
    if len(matching) != 1:
        raise ValueError(f"{word!r} is neither a day nor hours; write days as Mon or Mon-Fri, hours as 09:00-17:30")
    return matching[0]


def _span(word: str) -> Span:
    match = _SPAN.fullmatch(word)
    if match is None:
        raise ValueError(f"{word!r} are no hours; write them as 09:00-17:30, on a clock of 24 hours")
    hour, minute, last_hour, last_minute = map(int, match.groups())
    begins, ends = 60 * hour + minute, 60 * last_hour + last_minute
    if minute > 59 or last_minute > 59 or begins >= DAY_MINUTES or ends > DAY_MINUTES:
        raise ValueError(f"{word!r} are no hours of a day; they lie between 00:00 and 24:00")
    if begins == ends:
        raise ValueError(f"{word!r} end when they begin; a whole day is 00:00-24:00")
    return Span(begins, ends if ends > begins else ends + DAY_MINUTES)


def _require_apart(week: list[list[Span]]) -> None:
    """ValueError when two spans share a minute."""
    spans = sorted(
        (day * DAY_MINUTES + span.begins, day * DAY_MINUTES + span.ends, day)
        for day, those in enumerate(week)
        for span in those
    )
    first, _, day = spans[0]
    again = (first + WEEK_MINUTES, 0, day)
    for (_, ends, _), (begins, _, day) in pairwise([*spans, again]):
        if begins < ends:
            raise ValueError(f"the hours on {_DAYS[day]} overlap others; write each hour once")


def _date(word: str) -> tuple[date, bool]:
    """A date, and whether it is one of every year (then in a leap year)."""
    match = _DATE.fullmatch(word)
    if match is None:
        raise ValueError(f"{word!r} is no date; write 2026-12-25, or 12-25 for every year")
    year, month, day = match.groups()
    try:
        return date(int(year or _LEAP_YEAR), int(month), int(day)), year is None
    except ValueError as error:
        raise ValueError(f"{word!r} is no date of the calendar") from error
