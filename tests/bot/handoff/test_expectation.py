from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.handoff.business_hours import parse_business_hours
from bot.handoff.expectation import (
    Expectation,
    acknowledgement,
    briefing_of,
    expect,
    expectation_text,
    still_waiting,
)

VIENNA = parse_business_hours("Mon-Fri 09:00-17:30", "Europe/Vienna", "")
DURING, EVENING = datetime.fromisoformat("2026-11-20T10:00+01:00"), datetime.fromisoformat("2026-11-20T17:20+01:00")
NIGHT = datetime.fromisoformat("2026-11-20T22:00+01:00")
LEAVE = "Leave your e-mail address, and the answer is sent there if you are no longer here then."
GIVEN = "If you are no longer here then, the answer is sent to the e-mail address that you gave."


def minutes(*numbers: float) -> list[timedelta]:
    return [timedelta(minutes=number) for number in numbers]


def expected(now: datetime = DURING, hours: Any = VIENNA, **more: Any) -> Expectation:
    known = {
        "place": 1,
        "waits": minutes(2, 3, 4, 5, 600),
        "longest_wait": timedelta(),
        "contact_known": False,
        "by_email": False,
    }
    return expect(hours, now, **{**known, **more})


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "You are next; somebody usually comes in about 5 minutes. You can keep writing here."),
        ({"place": 2}, "You are number 2 in the queue; somebody usually comes in about 10 minutes. You can keep"),
        ({"place": 12}, "You are number 12 in the queue; somebody usually comes within the hour. You can keep"),
        ({"waits": minutes(2, 3, 4, 5)}, "You are next. You can keep writing here."),
        ({"waits": []}, "You are next. You can keep writing here."),
        ({"place": 3, "waits": []}, "You are number 3 in the queue. You can keep writing here."),
        (
            {"place": 12, "waits": minutes(5, 5, 5, 5, 14)},
            "You are number 12 in the queue; somebody usually comes in about 15",
        ),
        ({"longest_wait": timedelta(minutes=41)}, "You are next; somebody usually comes in about 45 minutes."),
        ({"waits": minutes(100, 100, 200, 300, 300)}, "You are next; somebody usually comes in about 4 hours."),
    ],
)
def test_during_hours(more: dict[str, Any], words: str) -> None:
    text = expectation_text(expected(**more))
    assert text.startswith(words)
    assert text.endswith("You can keep writing here.")


@pytest.mark.parametrize("contact_known", [True, False])
@pytest.mark.parametrize("by_email", [True, False])
def test_during_hours_no_address_is_asked_for(contact_known: bool, by_email: bool) -> None:
    assert "e-mail" not in expectation_text(expected(contact_known=contact_known, by_email=by_email))


@pytest.mark.parametrize(
    ("more", "tail"),
    [
        ({}, ""),
        ({"contact_known": True}, ""),
        ({"by_email": True}, f" {LEAVE}"),
        ({"by_email": True, "contact_known": True}, f" {GIVEN}"),
    ],
)
def test_outside_hours(more: dict[str, Any], tail: str) -> None:
    told = "The team is back on Monday at 09:00 (Vienna time), and the answer will come here."
    assert expectation_text(expected(NIGHT, place=3, **more)) == f"{told} You can keep writing until then.{tail}"


def test_outside_hours_nothing_is_said_about_the_wait() -> None:
    assert expected(NIGHT).wait is None
    assert expected(NIGHT).closes_at is None


@pytest.mark.parametrize("waits", [minutes(9, 9, 9, 9, 11), []])
def test_hours_that_are_nearly_over(waits: list[timedelta]) -> None:
    text = expectation_text(expected(EVENING, waits=waits, place=2, by_email=True))
    assert text == (
        "You are number 2 in the queue. You can keep writing here. The team is here until 17:30 and back on Monday at "
        f"09:00 (Vienna time): if nobody has come by then, the answer comes after that. {LEAVE}"
    )
    quick = expectation_text(expected(EVENING, waits=minutes(1, 1, 1, 1, 1), place=2, by_email=True))
    assert (
        quick == "You are number 2 in the queue; somebody usually comes in about 5 minutes. You can keep writing here."
    )


def test_hours_after_which_none_come() -> None:
    last = parse_business_hours("Fri 09:00-17:30", "Europe/Vienna", "2026-11-21/2027-11-20, 01-01/12-31")
    assert not expected(EVENING, hours=last).open_now
    dates = ", ".join(f"{year}-11-21/{year + 1}-11-20" for year in range(2026, 2037))
    last = parse_business_hours("Fri 09:00-17:30", "Europe/Vienna", dates)
    text = expectation_text(expected(EVENING, hours=last, waits=[]))
    assert text.endswith("The team leaves soon; if nobody has come by then, the answer comes when it is back.")


def test_a_team_without_hours() -> None:
    text = expectation_text(expected(hours=parse_business_hours("never", "UTC", ""), by_email=True))
    assert text.startswith("I cannot say when the team is back; the answer will come here.")
    assert text.endswith(LEAVE)


def test_an_acknowledgement_says_that_a_person_was_called() -> None:
    text = acknowledgement(expected())
    assert text.startswith("A person has been called, who will see what was said here and reply. You are next; ")


@pytest.mark.parametrize("contact_known", [True, False])
def test_whoever_still_waits_gets_no_number_and_is_asked_for_an_address(contact_known: bool) -> None:
    text = still_waiting(expected(longest_wait=timedelta(minutes=41), by_email=True, contact_known=contact_known))
    assert text.startswith("I am sorry that nobody has come yet. You keep your place.")
    assert "You are next. You can keep writing here." in text
    assert "minutes" not in text and text.endswith(GIVEN if contact_known else LEAVE)
    assert "e-mail" not in still_waiting(expected())


def test_whoever_still_waits_at_the_end_of_hours_is_told() -> None:
    assert "The team is here until 17:30 and back on Monday" in still_waiting(
        expected(EVENING, waits=minutes(*[1] * 5))
    )
    assert "17:30" not in still_waiting(expected())


def test_whoever_still_waits_outside_hours_is_told_when_the_team_is_back() -> None:
    text = still_waiting(expected(NIGHT))
    assert text.startswith("I am sorry that nobody has come yet. The team is back on Monday at 09:00")


@pytest.mark.parametrize(
    ("now", "more", "asks"),
    [
        (DURING, {"by_email": True}, False),
        (NIGHT, {"by_email": True}, True),
        (NIGHT, {"by_email": True, "contact_known": True}, False),
        (NIGHT, {}, False),
        (EVENING, {"by_email": True, "place": 2, "waits": minutes(9, 9, 9, 9, 11)}, True),
        (EVENING, {"by_email": True, "place": 2, "waits": minutes(1, 1, 1, 1, 1)}, False),
    ],
)
def test_an_address_is_asked_for_as_the_sentences_say(now: datetime, more: dict[str, Any], asks: bool) -> None:
    told = expected(now, **more)
    assert told.asks_contact is asks
    assert (LEAVE in expectation_text(told)) is asks


def test_what_a_desk_is_told() -> None:
    assert briefing_of(expected(place=2)) == {
        "open_now": True,
        "opens_at": "2026-11-23T09:00:00+01:00",
        "time_zone": "Europe/Vienna",
        "place": 2,
        "expected_wait_seconds": 480,
    }
    assert briefing_of(expected(NIGHT)) == {
        "open_now": False,
        "opens_at": "2026-11-23T09:00:00+01:00",
        "time_zone": "Europe/Vienna",
        "place": 1,
        "expected_wait_seconds": None,
    }
    assert briefing_of(expected(hours=parse_business_hours("always", "UTC", "")))["opens_at"] is None
