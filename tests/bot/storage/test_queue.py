from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from bot.handoff.ownership import transition
from bot.handoff.ownership_events import AgentWrote, Claimed, CustomerWrote, Event, HandoffAsked, Released, Returned
from bot.models import CustomerContext, HandoffReason, Owner, Speaker
from bot.storage.conversations import note_contact, start_conversation
from bot.storage.database import Database
from bot.storage.ownership import Saying, act
from bot.storage.queue import (
    PREVIEW_CHARACTERS,
    Place,
    last_handoff,
    queue_entries,
    recent_conversations,
)
from knowledge.models import Platform

MINUTE = timedelta(minutes=1)


def happen(database: Database, id_: str, what: Event, text: str | None = None) -> None:
    saying = None if text is None else Saying(speaker=Speaker.CUSTOMER, text=text, source_id=None)
    act(database, id_, lambda state: transition(state, what), what.at, saying=saying)


@pytest.fixture
def talk(database: Database, now: datetime) -> Callable[..., str]:
    """A conversation in which a customer has said some things, a minute apart."""

    def said(*texts: str, at: datetime = now) -> str:
        context = CustomerContext(platform=Platform.APP, locale="pt-BR")
        id_ = start_conversation(database, "site", context, at)[0].id
        for number, text in enumerate(texts):
            happen(database, id_, CustomerWrote(at + number * MINUTE), text)
        return id_

    return said


def test_an_empty_queue(database: Database, talk: Callable[..., str]) -> None:
    talk("How?")
    assert queue_entries(database) == ()


def test_the_queue_has_who_waits_and_whom_agents_have(
    database: Database, talk: Callable[..., str], now: datetime
) -> None:
    first, second, third = talk("a"), talk("b"), talk("c")
    for number, id_ in enumerate((second, first, third)):
        happen(database, id_, HandoffAsked(now + number * MINUTE, HandoffReason.LOOP))
    happen(database, first, Claimed(now + 9 * MINUTE, "ada"))
    happen(database, third, Returned(now, None))
    waits, taken = queue_entries(database)
    assert (waits.conversation_id, waits.owner, waits.agent, waits.claimed_at) == (second, Owner.QUEUED, None, None)
    assert (waits.reason, waits.asked_at, waits.waiting_since) == (HandoffReason.LOOP, now, now)
    assert (waits.open_messages, waits.reminders, waits.last_number) == (1, 0, 3)
    assert (waits.platform, waits.locale, waits.said) == (Platform.APP, "pt-BR", ("b",))
    assert (taken.conversation_id, taken.owner, taken.agent) == (first, Owner.HUMAN, "ada")
    assert taken.claimed_at == now + 9 * MINUTE
    happen(database, first, Released(now, "ada"))
    assert [entry.conversation_id for entry in queue_entries(database)] == [second, first]
    assert [entry.conversation_id for entry in queue_entries(database, most=1)] == [second]


def test_the_note_is_there_for_who_has_said_nothing(
    database: Database, talk: Callable[..., str], now: datetime
) -> None:
    happen(database, id_ := talk(), HandoffAsked(now, HandoffReason.USER_REQUEST))
    with database.write() as connection:
        note_contact(connection, id_, None, "The code never arrives. " * 40)
    (entry,) = queue_entries(database)
    assert entry.said == ()
    assert entry.note.startswith("The code never arrives.") and len(entry.note) == PREVIEW_CHARACTERS


def test_who_waits_is_seen_however_many_are_left_open_with_people(
    database: Database, talk: Callable[..., str], now: datetime
) -> None:
    left_open = [talk(f"old {number}") for number in range(3)]
    for id_ in left_open:
        happen(database, id_, HandoffAsked(now, HandoffReason.LOOP))
        happen(database, id_, Claimed(now, "ada"))
        happen(database, id_, AgentWrote(now, "ada"))
    happen(database, left_open[2], CustomerWrote(now + MINUTE), "one more thing")
    new = talk("new", at=now + MINUTE)
    happen(database, new, HandoffAsked(now + MINUTE, HandoffReason.LOOP))
    assert [entry.conversation_id for entry in queue_entries(database, most=2)] == [new, left_open[2]]


def test_an_earlier_handoff_of_the_same_conversation_does_not_count(
    database: Database, talk: Callable[..., str], now: datetime
) -> None:
    id_ = talk("a")
    happen(database, id_, HandoffAsked(now, HandoffReason.LOOP))
    happen(database, id_, Returned(now, None))
    assert queue_entries(database) == ()
    happen(database, id_, HandoffAsked(now + MINUTE, HandoffReason.USER_REQUEST))
    assert [(entry.reason, entry.asked_at) for entry in queue_entries(database)] == [
        (HandoffReason.USER_REQUEST, now + MINUTE)
    ]
    last = last_handoff(database, id_)
    assert last is not None
    assert (last.reason, last.asked_at, last.ended_at) == (HandoffReason.USER_REQUEST, now + MINUTE, None)


def test_the_last_three_messages_come_newest_first_and_shortened(
    database: Database, talk: Callable[..., str], now: datetime
) -> None:
    id_ = talk("one", "two", "three", "x" * 1000)
    happen(database, id_, HandoffAsked(now + 9 * MINUTE, HandoffReason.LOOP))
    (entry,) = queue_entries(database)
    assert entry.said == ("x" * PREVIEW_CHARACTERS, "three", "two")


def test_nobody_was_ever_called(database: Database, talk: Callable[..., str]) -> None:
    assert last_handoff(database, talk("a")) is None
    assert last_handoff(database, "none") is None


def test_recent_conversations_are_those_in_which_something_was_said_last(
    database: Database, talk: Callable[..., str], now: datetime
) -> None:
    old = talk("old", at=now)
    silent = talk()
    new = talk("new", at=now + MINUTE)
    happen(database, old, CustomerWrote(now + 2 * MINUTE), "again")
    found = recent_conversations(database)
    assert [each.conversation_id for each in found] == [old, new]
    assert silent not in {each.conversation_id for each in found}
    assert (found[0].last_said_at, found[0].last_number, found[0].said) == (now + 2 * MINUTE, 2, ("again", "old"))


def test_recent_conversations_of_some_owners(database: Database, talk: Callable[..., str], now: datetime) -> None:
    bot, queued = talk("a"), talk("b")
    happen(database, queued, HandoffAsked(now, HandoffReason.LOOP))
    assert [each.conversation_id for each in recent_conversations(database, {Owner.QUEUED})] == [queued]
    assert [each.conversation_id for each in recent_conversations(database, {Owner.BOT, Owner.RETURNED})] == [bot]
    assert recent_conversations(database, {Owner.CLOSED}) == ()


def test_pages_hold_every_conversation_once_even_of_one_moment(
    database: Database, talk: Callable[..., str], now: datetime
) -> None:
    ids = {talk("same moment") for _ in range(5)} | {talk("later", at=now + MINUTE)}
    seen: list[str] = []
    place = None
    while page := recent_conversations(database, behind=place, most=2):
        seen += [each.conversation_id for each in page]
        place = Place(page[-1].last_said_at, page[-1].conversation_id)
    assert len(seen) == 6
    assert set(seen) == ids


def test_a_list_takes_as_few_statements_however_long_it_is(
    sqlite_database: Database, now: datetime, statements: list[str]
) -> None:
    def call(number: int) -> None:
        id_ = start_conversation(sqlite_database, "site", CustomerContext(), now)[0].id
        happen(sqlite_database, id_, CustomerWrote(now), f"question {number}")
        happen(sqlite_database, id_, HandoffAsked(now, HandoffReason.LOOP))

    def count(read: Callable[[Database], object]) -> int:
        statements.clear()
        read(sqlite_database)
        return len(statements)

    call(0)
    few = [count(queue_entries), count(recent_conversations)]
    for number in range(1, 12):
        call(number)
    assert [count(queue_entries), count(recent_conversations)] == few


@pytest.fixture
def statements(sqlite_database: Database) -> list[str]:
    """What is sent to the database, from here on."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(sqlite_database._store.readers, "before_cursor_execute", note)
    return sent
