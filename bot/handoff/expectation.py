"""What a customer who is to get a person may expect: decided from the hours, the queue and recent waits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from bot.handoff.business_hours import BusinessHours
from bot.handoff.spoken_times import spoken_moment, spoken_time, spoken_wait
from bot.models import Moment
from prompts.templates import render

ENOUGH_WAITS = 5
"""Recent waits that must be known before a number is spoken of."""
SHORTLY = timedelta(hours=1)
"""Before the end of hours, when it is not known how long it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What can be promised at `now`. Sentences: `expectation_text`, `acknowledgement`, `still_waiting`."""

    now: Moment
    time_zone: ZoneInfo
    open_now: bool
    opens_at: Moment | None
    """When hours begin next: those after the present ones during hours that end, None outside hours that never come."""
    closes_at: Moment | None
    """When the present hours end; None outside hours, and when they do not end within a week."""
    place: int
    """In the queue: 1 is next."""
    wait: timedelta | None
    """How long it takes; None outside hours, and when too little is known."""
    contact_known: bool
    """Whether the customer has left an e-mail address."""
    by_email: bool
    """Whether an answer reaches that address."""

    @property
    def may_close_first(self) -> bool:
        """Whether the present hours may end before anybody comes."""
        return self.closes_at is not None and self.closes_at - self.now <= (self.wait or SHORTLY)

    @property
    def asks_contact(self) -> bool:
        """Whether the customer is asked for an e-mail address: nobody may be there to answer in the window."""
        return self.by_email and not self.contact_known and (not self.open_now or self.may_close_first)


def expect(
    hours: BusinessHours,
    now: Moment,
    *,
    place: int,
    waits: Sequence[timedelta],
    longest_wait: timedelta,
    contact_known: bool,
    by_email: bool,
) -> Expectation:
    """The expectation of whoever has this place in the queue.

    `waits` are how long those who got a person lately had waited, `longest_wait` how long the one who waits longest
    has waited already (both within hours). The wait is the median times the place, but no longer than anybody waited
    lately, and no shorter than what somebody waits already: an estimate that the queue has outlived is none (delay of
    the head of the line: Ibrahim and Whitt 2009).
    """
    closes_at = hours.closes_at(now)
    open_now = hours.is_open(now)
    return Expectation(
        now=now,
        time_zone=hours.zone,
        open_now=open_now,
        opens_at=hours.opens_at(closes_at or now) if closes_at or not open_now else None,
        closes_at=closes_at,
        place=place,
        wait=_wait(place, waits, longest_wait) if open_now else None,
        contact_known=contact_known,
        by_email=by_email,
    )


def expectation_text(expectation: Expectation) -> str:
    """What to expect, for the end of a reply that calls a person."""
    return _text(expectation, overdue=False)


def acknowledgement(expectation: Expectation | None, *, unhelpful: bool = False) -> str:
    """That a person has been called, and what to expect if that is known: for a call that no reply of the bot's speaks
    of. `unhelpful`: the customer found the bot's replies so."""
    told = "" if expectation is None else expectation_text(expectation)
    return render("replies/acknowledge.txt", unhelpful=unhelpful, expectation=told).strip()


def still_waiting(expectation: Expectation) -> str:
    """That nobody has come yet. No number is spoken of: what was expected has not come true."""
    return render(
        "replies/still_waiting.txt", open_now=expectation.open_now, expectation=_text(expectation, overdue=True)
    )


def briefing_of(expectation: Expectation) -> dict[str, Any]:
    """The JSON `business_hours` of a `handoff.requested` event (bot/handoff/summary.py)."""
    there = None if expectation.opens_at is None else expectation.opens_at.astimezone(expectation.time_zone)
    return {
        "open_now": expectation.open_now,
        "opens_at": None if there is None else there.isoformat(),
        "time_zone": expectation.time_zone.key,
        "place": expectation.place,
        "expected_wait_seconds": None if expectation.wait is None else round(expectation.wait.total_seconds()),
    }


def _wait(place: int, waits: Sequence[timedelta], longest_wait: timedelta) -> timedelta | None:
    if len(waits) < ENOUGH_WAITS:
        return None
    usual = timedelta(seconds=median(wait.total_seconds() for wait in waits))
    return max(min(usual * place, max(waits)), longest_wait)


def _text(expected: Expectation, *, overdue: bool) -> str:
    closing = expected.may_close_first or (
        overdue and expected.closes_at is not None and expected.closes_at - expected.now <= SHORTLY
    )
    wait = None if overdue or closing else expected.wait
    return render(
        "replies/expectation.txt",
        open_now=expected.open_now,
        place=expected.place,
        wait=wait and spoken_wait(wait),
        closes_at=expected.closes_at and closing and spoken_time(expected.closes_at, expected.time_zone),
        opens_at=expected.opens_at and spoken_moment(expected.opens_at, expected.now, expected.time_zone),
        by_email=expected.by_email and (overdue or closing or not expected.open_now),
        contact_known=expected.contact_known,
    )
