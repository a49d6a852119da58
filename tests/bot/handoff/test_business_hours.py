from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.handoff.business_hours import BusinessHours, parse_business_hours
from bot.handoff.weekly_schedule import Holidays
from tests.bot.handoff.weeks import weeks

VIENNA, NEW_YORK, KOLKATA = "Europe/Vienna", "America/New_York", "Asia/Kolkata"
OFFICE = "Mon-Fri 09:00-12:00 13:00-17:30, Sat 10:00-14:00"
"""2026-11-20 is a Friday. In Vienna the clock is put forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00;
in New York on 2026-03-08 at 02:00 and on 2026-11-01 at 02:00; in Kolkata never."""


def hours(week: str, zone: str = VIENNA, holidays: str = "") -> BusinessHours:
    return parse_business_hours(week, zone, holidays)


def at(text: str, zone: tzinfo = UTC) -> datetime:
    """A moment: as written with an offset or Z, else on the clock of `zone`."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-20T08:59:59", "2026-11-20T09:00"),
        ("2026-11-20T09:00", "2026-11-20T09:00"),
        ("2026-11-20T11:59:59", "2026-11-20T11:59:59"),
        ("2026-11-20T12:00", "2026-11-20T13:00"),
        ("2026-11-20T17:30", "2026-11-21T10:00"),
        ("2026-11-21T14:00", "2026-11-23T09:00"),
        ("2026-12-24T18:00", "2026-12-28T09:00"),
        ("2026-12-31T18:00", "2027-01-02T10:00"),
    ],
)
def test_when_it_opens(now: str, opens: str) -> None:
    zone = ZoneInfo(VIENNA)
    office = hours(OFFICE, holidays="12-25/12-26, 2027-01-01")
    assert office.opens_at(at(now, zone)) == at(opens, zone).astimezone(UTC)
    assert office.is_open(at(now, zone)) == (now == opens)


@pytest.mark.parametrize(
    ("zone", "week", "now", "opens"),
    [
        # The same time on the clock, an hour earlier by the sun after the clock was put forward, later when put back.
        (VIENNA, "Mon-Fri 09:00-17:00", "2026-03-27T17:00+01:00", "2026-03-30T09:00+02:00"),
        (VIENNA, "Mon-Fri 09:00-17:00", "2026-10-23T17:00+02:00", "2026-10-26T09:00+01:00"),
        (NEW_YORK, "Mon-Fri 09:00-17:00", "2026-03-06T17:00-05:00", "2026-03-09T09:00-04:00"),
        (NEW_YORK, "Mon-Fri 09:00-17:00", "2026-10-30T17:00-04:00", "2026-11-02T09:00-05:00"),
        (KOLKATA, "Mon-Fri 09:00-17:00", "2026-03-27T17:00+05:30", "2026-03-30T09:00+05:30"),
        (KOLKATA, "Mon-Fri 09:00-17:00", "2026-10-23T17:00+05:30", "2026-10-26T09:00+05:30"),
        # Hours that would begin in the hour that is skipped begin when it has been skipped.
        (VIENNA, "Sun 02:30-05:00", "2026-03-29T00:00+01:00", "2026-03-29T03:00+02:00"),
        (NEW_YORK, "Sun 02:15-05:00", "2026-03-08T00:00-05:00", "2026-03-08T03:00-04:00"),
        (KOLKATA, "Sun 02:30-05:00", "2026-03-29T00:00+05:30", "2026-03-29T02:30+05:30"),
        # Hours that lie in it wholly do not take place.
        (VIENNA, "Sun 02:00-03:00", "2026-03-29T00:00+01:00", "2026-04-05T02:00+02:00"),
        (NEW_YORK, "Sun 02:10-02:50", "2026-03-08T00:00-05:00", "2026-03-15T02:10-04:00"),
        # Of the hour that comes twice the first counts.
        (VIENNA, "Sun 02:30-05:00", "2026-10-25T00:00+02:00", "2026-10-25T02:30+02:00"),
        (VIENNA, "Sun 02:00-02:30", "2026-10-25T02:30+02:00", "2026-11-01T02:00+01:00"),
        (NEW_YORK, "Sun 01:30-05:00", "2026-11-01T00:00-04:00", "2026-11-01T01:30-04:00"),
    ],
)
def test_opening_when_clocks_are_changed(zone: str, week: str, now: str, opens: str) -> None:
    office = hours(week, zone)
    assert office.opens_at(at(now)) == at(opens).astimezone(UTC)
    assert office.is_open(at(opens)) and not office.is_open(at(opens) - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("zone", "night", "lasts"),
    [
        (VIENNA, "2026-03-28T22:00+01:00", 7),
        (VIENNA, "2026-10-24T22:00+02:00", 9),
        (VIENNA, "2026-11-21T22:00+01:00", 8),
        (NEW_YORK, "2026-03-07T22:00-05:00", 7),
        (NEW_YORK, "2026-10-31T22:00-04:00", 9),
        (KOLKATA, "2026-03-28T22:00+05:30", 8),
        (KOLKATA, "2026-10-24T22:00+05:30", 8),
    ],
)
def test_a_night_shift_is_as_long_as_the_night(zone: str, night: str, lasts: int) -> None:
    office = hours("Sat 22:00-06:00", zone)
    begins = at(night)
    assert office.closes_at(begins) == begins.astimezone(UTC) + timedelta(hours=lasts)
    assert office.time_open(begins - timedelta(hours=3), begins + timedelta(hours=30)) == timedelta(hours=lasts)


def test_a_clock_that_is_put_forward_at_midnight() -> None:
    cairo = hours("Fri 00:00-24:00", "Africa/Cairo")  # 2026-04-24, a Friday, has no 00:00
    opens = cairo.opens_at(at("2026-04-23T12:00Z"))
    assert opens == at("2026-04-24T01:00+03:00").astimezone(UTC)
    assert cairo.closes_at(opens) == opens + timedelta(hours=23)


def test_round_the_clock_closes_for_holidays_only() -> None:
    always = hours("always")
    assert always.is_open(at("2026-03-29T01:30Z")) and always.closes_at(at("2026-03-29T01:30Z")) is None
    christmas = hours("always", holidays="12-25")
    assert christmas.closes_at(at("2026-12-23T10:00+01:00")) == at("2026-12-25T00:00+01:00").astimezone(UTC)
    assert not christmas.is_open(at("2026-12-25T23:59+01:00"))
    assert christmas.opens_at(at("2026-12-25T10:00+01:00")) == at("2026-12-26T00:00+01:00").astimezone(UTC)


def test_nights_next_to_a_holiday() -> None:
    nights = hours("Mon-Sun 22:00-06:00", holidays="2026-12-25")
    assert nights.closes_at(at("2026-12-24T23:00+01:00")) == at("2026-12-25T00:00+01:00").astimezone(UTC)
    assert not nights.is_open(at("2026-12-25T23:00+01:00"))
    assert nights.opens_at(at("2026-12-25T23:00+01:00")) == at("2026-12-26T22:00+01:00").astimezone(UTC)


def test_hours_that_go_on_close_at_the_end_of_the_last() -> None:
    office = hours("Mon 09:00-24:00, Tue 00:00-06:00 06:00-07:00 08:00-09:00")
    monday = at("2026-11-23T10:00+01:00")
    assert office.closes_at(monday) == at("2026-11-24T07:00+01:00").astimezone(UTC)
    assert office.closes_at(at("2026-11-24T07:00+01:00")) is None, "closed"


def test_never() -> None:
    never = hours("never")
    assert not never.is_open(at("2026-11-20T10:00Z"))
    assert never.opens_at(at("2026-11-20T10:00Z")) is None
    assert hours("Mon 09:00-17:00", holidays="01-01/12-31").opens_at(at("2026-11-20T10:00Z")) is None


def test_closed_weeks() -> None:
    closed = hours("Mon-Fri 09:00-17:00", holidays="2026-07-20/2026-08-09, 2026-08-10")
    assert closed.opens_at(at("2026-07-18T10:00Z")) == at("2026-08-11T09:00+02:00").astimezone(UTC)
    leap = hours("Mon-Sun 09:00-17:00", holidays="03-01/02-28")
    assert leap.opens_at(at("2026-07-18T10:00Z")) == at("2028-02-29T09:00+01:00").astimezone(UTC)


def test_time_open_counts_hours_only() -> None:
    office = hours("Mon-Fri 09:00-17:00")
    friday, monday = at("2026-11-20T16:30+01:00"), at("2026-11-23T09:10+01:00")
    assert office.time_open(friday, monday) == timedelta(minutes=40)
    assert office.time_open(monday, monday + timedelta(minutes=7)) == timedelta(minutes=7)
    assert office.time_open(monday, monday) == office.time_open(monday, friday) == timedelta()


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        hours("always").is_open(datetime(2026, 11, 20))


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        (("Mon", VIENNA, ""), r"The setting business_hours cannot be 'Mon': 'Mon' has no hours"),
        (("always", "Viena", ""), "The setting business_time_zone cannot be 'Viena': no time zone is called that"),
        (("always", VIENNA, "x"), "The setting holidays cannot be 'x': 'x' is no date"),
    ],
)
def test_a_setting_that_is_wrong_is_named(given_: tuple[str, str, str], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        parse_business_hours(*given_)


zones = st.sampled_from([VIENNA, NEW_YORK, KOLKATA, "UTC", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Chatham"])
changes = st.sampled_from(["2026-03-08T07:00Z", "2026-03-29T01:00Z", "2026-04-23T22:00Z", "2026-10-25T01:00Z"])
moments = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.builds(lambda change, minutes: at(change) + timedelta(minutes=minutes), changes, st.integers(-3000, 300)),
)
some_holidays = st.builds(
    Holidays,
    st.frozensets(st.dates(date(2020, 1, 1), date(2035, 1, 1)), max_size=5),
    st.frozensets(st.tuples(st.integers(1, 12), st.integers(1, 28)), max_size=40),
)
any_hours = st.builds(BusinessHours, weeks(), zones.map(ZoneInfo), some_holidays)


@given(any_hours, moments, st.integers(0, 999))
def test_it_is_closed_until_it_opens_and_open_until_it_closes(
    office: BusinessHours, now: datetime, per_mille: int
) -> None:
    opens = office.opens_at(now)
    if opens is None:
        assert not any(office.week) and not office.is_open(now)
        return
    assert opens >= now and office.is_open(opens) and office.is_open(now) == (opens == now)
    between = now + per_mille * (opens - now) / 1000
    assert between == opens or not office.is_open(between)
    closes = office.closes_at(opens)
    if closes is not None:
        assert office.is_open(opens + per_mille * (closes - opens) / 1000) and not office.is_open(closes)
        assert office.time_open(now, closes) == closes - opens


@given(any_hours, moments)
def test_the_clock_shows_hours_that_are_written(office: BusinessHours, now: datetime) -> None:
    """By the clock alone, which knows of no changed clocks: where there is none near, it must say the same."""
    there = now.astimezone(office.zone)
    near = (now + timedelta(hours=step) for step in range(-36, 37))
    if len({moment.astimezone(office.zone).utcoffset() for moment in near}) > 1:
        return
    day, minute = there.date(), there.hour * 60 + there.minute + there.second / 60 + there.microsecond / 6e7
    before = day - timedelta(days=1)
    today = any(span.begins <= minute < span.ends for span in office.week[day.weekday()])
    over_midnight = any(minute + 1440 < span.ends for span in office.week[before.weekday()])
    expected = day not in office.holidays and (today or (over_midnight and before not in office.holidays))
    assert office.is_open(now) == expected
