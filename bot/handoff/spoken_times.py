"""Moments and waits in a customer's words. Pure."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.handoff.time_zones import clock_name
from bot.models import Moment

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ROUND_MINUTES = (5, 10, 15, 20, 30, 45)
MOST_HOURS = 4
"""Longer waits have no number: nobody can promise that exactly."""


def spoken_moment(at: Moment, now: Moment, zone: ZoneInfo) -> str:
    """A moment on the clock of `zone`: `Monday at 09:00 (Vienna time)`; from a week after `now` on, and in the past,
    with its date. The day has its name also when it is today, since the customer's today may be another day."""
    there = at.astimezone(zone)
    days = (there.date() - now.astimezone(zone).date()).days
    date = "" if 0 <= days < 7 else f", {there.day} {_MONTHS[there.month - 1]}{f' {there.year}' if days > 300 else ''},"
    return f"{_DAYS[there.weekday()]}{date} at {there:%H:%M} ({clock_name(at, zone)})"


def spoken_time(at: Moment, zone: ZoneInfo) -> str:
    """The time of day of a moment on the clock of `zone`: `17:30`. Say which clock it is close by."""
    return f"{at.astimezone(zone):%H:%M}"


def spoken_wait(wait: timedelta) -> str:
    """A wait, rounded up: `in about 5 minutes` is the least, then `within the hour`, `in about 3 hours` and so on."""
    minutes = wait / timedelta(minutes=1)
    for most in _ROUND_MINUTES:
        if minutes <= most:
            return f"in about {most} minutes"
    if minutes <= 60:
        return "within the hour"
    hours = -(-wait // timedelta(hours=1))
    return f"in about {hours} hours" if hours <= MOST_HOURS else "in several hours"
