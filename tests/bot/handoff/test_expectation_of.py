from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.handoff.business_hours import parse_business_hours
from bot.handoff.expectation import Expectation
from bot.handoff.expectation_of import RECENT, ExpectationOf
from bot.handoff.ownership import transition
from bot.handoff.ownership_events import Claimed, Event, HandoffAsked
from bot.models import CustomerContext, HandoffReason
from bot.storage.conversations import note_contact, start_conversation
from bot.storage.database import Database, open_database
from bot.storage.ownership import act

FRIDAY = datetime.fromisoformat("2026-11-20T16:00+01:00")
MINUTE = timedelta(minutes=1)
OFFICE = parse_business_hours("Mon-Fri 09:00-17:00", "Europe/Vienna", "")


class Queue:
    """Conversations in a database, and what is expected in them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = FRIDAY
        self.statements = 0

    def conversation(self) -> str:
        return start_conversation(self.database, "site", CustomerContext(), self.now)[0].id

    def happen(self, conversation_id: str, happening: Event) -> None:
        act(self.database, conversation_id, lambda state: transition(state, happening), happening.at)

    def waiting(self, since: datetime | None = None) -> str:
        id_ = self.conversation()
        self.happen(id_, HandoffAsked(since or self.now, HandoffReason.USER_REQUEST))
        return id_

    def served(self, since: datetime, wait: timedelta) -> None:
        self.happen(self.waiting(since), Claimed(since + wait, "ada"))

    def expected(self, conversation_id: str, by_email: bool = False) -> Expectation:
        expectation_of = ExpectationOf(OFFICE, lambda: self.now, by_email=by_email)
        with self.database.read() as connection:
            return expectation_of(conversation_id, connection)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    with open_database(tmp_path / "footnote.db") as database:
        yield Queue(database)


def test_whoever_is_about_to_wait_has_the_next_place(queue: Queue) -> None:
    first = queue.waiting()
    second = queue.conversation()
    assert (queue.expected(first).place, queue.expected(second).place) == (1, 2)


def test_no_wait_is_made_up(queue: Queue) -> None:
    for number in range(4):
        queue.served(FRIDAY - (10 + number) * MINUTE, 3 * MINUTE)
    assert queue.expected(queue.conversation()).wait is None
    queue.served(FRIDAY - 9 * MINUTE, 3 * MINUTE)
    assert queue.expected(queue.conversation()).wait == 3 * MINUTE


def test_nights_and_weekends_are_no_wait(queue: Queue) -> None:
    thursday = FRIDAY - timedelta(days=1)
    for number in range(5):
        queue.served(thursday + (50 + number) * MINUTE, timedelta(hours=16, minutes=10))
    assert queue.expected(queue.conversation()).wait == 10 * MINUTE, "17 hours, of which 16 are the night's"
    for number in range(9):
        queue.served(thursday + timedelta(hours=2, minutes=number), timedelta(hours=20))
    assert queue.expected(queue.conversation()).wait == 10 * MINUTE, "who asked at night was not waiting for the queue"


def test_what_was_long_ago_counts_no_more(queue: Queue) -> None:
    for number in range(5):
        queue.served(FRIDAY - RECENT - (10 - number) * MINUTE, 3 * MINUTE)
    assert queue.expected(queue.conversation()).wait is None


def test_a_queue_that_stands_still_is_not_called_quick(queue: Queue) -> None:
    for number in range(5):
        queue.served(FRIDAY - (90 + number) * MINUTE, 2 * MINUTE)
    stuck = queue.waiting(FRIDAY - 45 * MINUTE)
    assert queue.expected(stuck).wait == queue.expected(queue.conversation()).wait == 45 * MINUTE


def test_a_contact_is_known(queue: Queue) -> None:
    id_ = queue.waiting()
    assert not queue.expected(id_).contact_known
    with queue.database.write() as connection:
        note_contact(connection, id_, "ada@example.com", None)
    told = queue.expected(id_, by_email=True)
    assert told.contact_known and told.by_email and not queue.expected(id_).by_email


def test_outside_hours_it_opens_on_monday(queue: Queue) -> None:
    id_ = queue.waiting()
    queue.now = FRIDAY + timedelta(hours=3)
    told = queue.expected(id_)
    assert (told.open_now, told.wait) == (False, None)
    assert told.opens_at == datetime.fromisoformat("2026-11-23T09:00+01:00")


def test_two_statements_and_no_more(queue: Queue) -> None:
    queue.served(FRIDAY - MINUTE, MINUTE)
    id_ = queue.waiting()
    statements = []
    with queue.database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: statements.append(told[2]))
        ExpectationOf(OFFICE, lambda: queue.now, by_email=True)(id_, connection)
    assert len(statements) == 2
