"""When people are there: a weekly schedule on the clock of a place, without its holidays. Pure: the time comes in.

Hours begin and end at the first moment at which the clock of the place shows the time or a later one. So what would
begin in the hour that a clock skips begins when it has skipped it, and of an hour that comes twice the first counts.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import ConfigurationError
from bot.handoff.time_zones import time_zone
from bot.handoff.weekly_schedule import DAY_MINUTES, Holidays, Week, parse_holidays, parse_week
from bot.models import Moment

FARTHEST_DAYS = 3660
"""How far ahead an opening is looked for: hours that begin later than that are none."""
LONGEST_STRETCH_DAYS = 8
"""Hours that last longer than a week have no end that anybody waits for."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The hours of `week` on the clock of `zone`.

    On a holiday nobody is there from midnight to midnight, and hours that begin on it do not take place, also after
    midnight: of two readings the one that promises less. Moments come in with any time zone and go out in UTC.
    """

    week: Week
    zone: ZoneInfo
    holidays: Holidays

    def is_open(self, at: Moment) -> bool:
        """Whether somebody is there at this moment."""
        at = _in_utc(at)
        return any(begins <= at < ends for begins, ends in self._stretches(at, 1))

    def opens_at(self, at: Moment) -> Moment | None:
        """The first moment from `at` on at which somebody is there: `at` itself during hours; None when there is none
        in the next ten years."""
        at = _in_utc(at)
        return next((max(begins, at) for begins, ends in self._stretches(at, FARTHEST_DAYS) if ends > at), None)

    def closes_at(self, at: Moment) -> Moment | None:
        """The end of the hours in which `at` lies, over midnight where they go on; None outside hours, and when they
        last longer than a week."""
        open_until = at = _in_utc(at)
        for begins, ends in self._stretches(at, LONGEST_STRETCH_DAYS):
            if begins > open_until:
                break
            open_until = max(open_until, ends)
        lasts = open_until - at
        return open_until if timedelta() < lasts < timedelta(days=LONGEST_STRETCH_DAYS - 1) else None

    def time_open(self, since: Moment, until: Moment) -> timedelta:
        """How much of the time from `since` to `until` lies within hours."""
        since, until = _in_utc(since), _in_utc(until)
        days = (until - since).days + 2
        parts = (min(ends, until) - max(begins, since) for begins, ends in self._stretches(since, days))
        return sum((part for part in parts if part > timedelta()), timedelta())

    def _stretches(self, at: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """From the hours of the day before on, each with beginning and end, in their order; none overlap."""
        today = at.astimezone(self.zone).date()
        for number in range(-1, days + 1):
            day = today + timedelta(days=number)
            if not self.week[day.weekday()] or day in self.holidays:
                continue
            next_day = day + timedelta(days=1)
            for span in self.week[day.weekday()]:
                last = DAY_MINUTES if next_day in self.holidays else span.ends
                begins, ends = self._moment(day, span.begins), self._moment(day, min(span.ends, last))
                if begins < ends:
                    yield begins, ends

    def _moment(self, day: date, minutes: int) -> datetime:
        """The first moment at which the clock shows so many minutes after a day's midnight, or more."""
        wanted = datetime.combine(day, time()) + timedelta(minutes=minutes)
        moment = wanted.replace(tzinfo=self.zone).astimezone(UTC)
        if self._shown(moment) == wanted:
            return moment
        earlier = wanted.replace(tzinfo=self.zone, fold=1).astimezone(UTC)  # both sides of the skipped time (PEP 495)
        seconds = range(int((moment - earlier).total_seconds()))
        return earlier + timedelta(
            seconds=bisect_left(seconds, wanted, key=lambda second: self._shown(earlier + timedelta(seconds=second)))
        )

    def _shown(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)


def parse_business_hours(hours: str, zone: str, holidays: str) -> BusinessHours:
    """Business hours as the settings `business_hours`, `business_time_zone` and `holidays` give them (see
    bot/handoff/weekly_schedule.py). ConfigurationError."""
    try:
        setting, value = "business_hours", hours
        week = parse_week(value)
        setting, value = "business_time_zone", zone
        place = time_zone(value)
        setting, value = "holidays", holidays
        return BusinessHours(week, place, parse_holidays(value))
    except ValueError as error:
        raise ConfigurationError(f"The setting {setting} cannot be {value!r}: {error}.") from error


def _in_utc(at: Moment) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"The datetime {at.isoformat()} has no time zone; pass an aware one.")
    return at.astimezone(UTC)
