from datetime import UTC, datetime

import pytest

from bot.handoff.time_zones import clock_name, time_zone

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_a_zone_by_its_name() -> None:
    assert time_zone("Europe/Vienna").utcoffset(NOON.replace(tzinfo=None)) is not None


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "Europe", "../etc/passwd", "/etc/localtime", "a\0b", "tzdata.zi"])
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone is called that; "):
        time_zone(name)


def test_a_slip_gets_a_proposal() -> None:
    with pytest.raises(ValueError, match=r"did you mean Europe/Vienna\?"):
        time_zone("Europe/Viena")
    with pytest.raises(ValueError, match=r"did you mean America/New_York\?"):
        time_zone("america/new york")


def test_a_machine_without_time_zones_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.handoff.time_zones.available_timezones", set)
    with pytest.raises(ValueError, match="install the package tzdata"):
        time_zone("Mars/Olympus")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Europe/Vienna", "Vienna time"),
        ("America/New_York", "New York time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT+5", "UTC-05:00"),
        ("CET", "UTC+02:00"),
    ],
)
def test_what_people_call_a_clock(name: str, words: str) -> None:
    assert clock_name(NOON, time_zone(name)) == words
