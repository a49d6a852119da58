from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.handoff.spoken_times import spoken_moment, spoken_time, spoken_wait

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "words"),
    [
        ("2026-11-23T08:00Z", "Europe/Vienna", "Monday at 09:00 (Vienna time)"),
        ("2026-11-20T16:00Z", "Europe/Vienna", "Friday at 17:00 (Vienna time)"),
        ("2026-11-26T08:00Z", "Europe/Vienna", "Thursday at 09:00 (Vienna time)"),
        ("2026-11-27T08:00Z", "Europe/Vienna", "Friday, 27 November, at 09:00 (Vienna time)"),
        ("2027-01-04T14:00Z", "America/New_York", "Monday, 4 January, at 09:00 (New York time)"),
        ("2028-03-01T08:00Z", "UTC", "Wednesday, 1 March 2028, at 08:00 (UTC)"),
        ("2026-11-23T03:30Z", "Asia/Kolkata", "Monday at 09:00 (Kolkata time)"),
        ("2026-11-19T08:00Z", "UTC", "Thursday, 19 November, at 08:00 (UTC)"),
    ],
)
def test_a_moment_in_words(at: str, zone: str, words: str) -> None:
    assert spoken_moment(datetime.fromisoformat(at), NOW, ZoneInfo(zone)) == words


def test_a_week_ahead_is_counted_on_the_clock_that_is_named() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # Saturday in Kolkata
    assert spoken_moment(late + timedelta(days=6, hours=9), late, ZoneInfo("Asia/Kolkata")).startswith("Friday at")


def test_a_time_of_day() -> None:
    assert spoken_time(NOW, ZoneInfo("Asia/Kolkata")) == "21:00"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "in about 5 minutes"),
        (5, "in about 5 minutes"),
        (5.1, "in about 10 minutes"),
        (21, "in about 30 minutes"),
        (45, "in about 45 minutes"),
        (46, "within the hour"),
        (60, "within the hour"),
        (61, "in about 2 hours"),
        (180, "in about 3 hours"),
        (240, "in about 4 hours"),
        (241, "in several hours"),
        (100_000, "in several hours"),
    ],
)
def test_a_wait_is_rounded_up(minutes: float, words: str) -> None:
    assert spoken_wait(timedelta(minutes=minutes)) == words
