"""What the customer of a conversation may expect now: the hours, the clock and the queue, brought together."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.handoff.business_hours import BusinessHours
from bot.handoff.expectation import Expectation, expect
from bot.storage.database import Transaction
from bot.storage.handoffs import queue_standing, recent_waits

RECENT = timedelta(days=7)
MOST_WAITS = 50


class ExpectationOf:
    """Two short queries each time. Safe to share between threads; `clock` gives aware datetimes.

    `by_email` is whether an answer reaches the e-mail address that a customer leaves: some desk sends it there.
    """

    def __init__(self, hours: BusinessHours, clock: Callable[[], datetime], *, by_email: bool) -> None:
        self._hours = hours
        self._clock = clock
        self._by_email = by_email

    def __call__(self, conversation_id: str, connection: Transaction) -> Expectation:
        """The expectation of a conversation that waits in the queue, or is about to. StorageError."""
        now = self._clock()
        standing = queue_standing(connection, conversation_id)
        waits = recent_waits(connection, now - RECENT, MOST_WAITS)
        since = standing.longest_since
        return expect(
            self._hours,
            now,
            place=standing.place,
            waits=[self._hours.time_open(asked, came) for asked, came in waits if self._hours.is_open(asked)],
            longest_wait=timedelta() if since is None else self._hours.time_open(since, now),
            contact_known=standing.contact_known,
            by_email=self._by_email,
        )
