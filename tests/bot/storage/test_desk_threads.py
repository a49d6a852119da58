from datetime import datetime, timedelta

import pytest

from bot.errors import ConversationNotFound
from bot.models import CustomerContext
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.desk_threads import (
    forget_conversation_at_desks,
    forget_desk_events,
    remember_thread,
    take_desk_event,
    thread_details,
)
from bot.storage.outbox import OutgoingEvent, counts, enqueue


@pytest.fixture
def conversation(database: Database, now: datetime) -> str:
    return start_conversation(database, "site", CustomerContext(), now)[0].id


def test_details_gather(database: Database, conversation: str) -> None:
    with database.write() as connection:
        assert thread_details(connection, "zendesk", conversation) == {}
        remember_thread(connection, "zendesk", conversation, {})
        remember_thread(connection, "zendesk", conversation, {"ticket_id": "1"})
        remember_thread(connection, "zendesk", conversation, {"requester_id": "2"})
        remember_thread(connection, "chatwoot", conversation, {"conversation_id": "3"})
    with database.read() as connection:
        assert thread_details(connection, "zendesk", conversation) == {"ticket_id": "1", "requester_id": "2"}
        assert thread_details(connection, "chatwoot", conversation) == {"conversation_id": "3"}


def test_a_desk_s_event_is_taken_once_and_what_came_before_it_stays(
    database: Database, conversation: str, now: datetime
) -> None:
    with database.write() as connection:
        remember_thread(connection, "zendesk", conversation, {"ticket_id": "1"})
        assert take_desk_event(connection, "zendesk", "e1", conversation, now)
        assert not take_desk_event(connection, "zendesk", "e1", conversation, now)
        assert take_desk_event(connection, "chatwoot", "e1", conversation, now)
    with database.write() as connection:
        assert not take_desk_event(connection, "zendesk", "e1", conversation, now)
        assert thread_details(connection, "zendesk", conversation) == {"ticket_id": "1"}
        assert forget_desk_events(connection, now) == 0
        assert forget_desk_events(connection, now + timedelta(days=1)) == 2


def test_an_event_is_not_taken_when_what_follows_from_it_fails(
    database: Database, conversation: str, now: datetime
) -> None:
    with pytest.raises(RuntimeError), database.write() as connection:
        assert take_desk_event(connection, "zendesk", "e1", conversation, now)
        raise RuntimeError("the message could not be stored")
    with database.write() as connection:
        assert take_desk_event(connection, "zendesk", "e1", conversation, now)


def test_an_event_of_an_unknown_conversation_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(ConversationNotFound), database.write() as connection:
        take_desk_event(connection, "zendesk", "e1", "nobody", now)


def test_a_conversation_is_forgotten(database: Database, conversation: str, now: datetime) -> None:
    event = OutgoingEvent(id="evt_1", type="t", conversation_id=conversation, data={}, occurred_at=now)
    with database.write() as connection:
        enqueue(connection, event, ["zendesk"], now)
        remember_thread(connection, "zendesk", conversation, {"ticket_id": "1"})
        take_desk_event(connection, "zendesk", "e1", conversation, now)
        forget_conversation_at_desks(connection, conversation)
        assert counts(connection) == thread_details(connection, "zendesk", conversation) == {}
        assert take_desk_event(connection, "zendesk", "e1", conversation, now)
