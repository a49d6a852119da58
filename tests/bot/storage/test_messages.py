from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.models import CustomerContext, Message, Owner, Speaker
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.messages import (
    append_message,
    last_said,
    message_from,
    messages_after,
    note_answered,
    open_messages,
    queued_since,
)


@pytest.fixture
def conversation(database: Database, now: datetime) -> str:
    return start_conversation(database, "site", CustomerContext(), now)[0].id


def entry(conversation: str, number: int, now: datetime, speaker: Speaker = Speaker.CUSTOMER, **values) -> Message:
    values = {"id": f"{conversation}-{number}", "text": "“ü” 🙂 '; DROP TABLE messages; --", **values}
    return Message(conversation_id=conversation, number=number, speaker=speaker, said_at=now, **values)


def test_entries_come_back_as_they_were(database: Database, conversation: str, now: datetime) -> None:
    entries = (
        entry(conversation, 1, now, source_id="c1"),
        entry(conversation, 2, now, Speaker.SYSTEM, owner=Owner.HUMAN, author="ada"),
        entry(conversation, 3, now, Speaker.AGENT, source_id="c1", author="Ada", late=True),
        entry(conversation, 4, now, Speaker.AGENT, shown=False),
    )
    with database.write() as connection:
        for each in entries:
            append_message(connection, each)
    assert messages_after(database, conversation, to_customer=False) == entries
    assert messages_after(database, conversation, to_customer=True) == entries[:3]
    assert messages_after(database, conversation, 1, to_customer=True, most=1) == entries[1:2]
    with database.read() as connection:
        assert message_from(connection, conversation, Speaker.AGENT, "c1") == entries[2]
        assert message_from(connection, conversation, Speaker.BOT, "c1") is None
        assert message_from(connection, "nobody", Speaker.AGENT, "c1") is None


def test_a_number_and_a_speakers_id_are_given_once(database: Database, conversation: str, now: datetime) -> None:
    with database.write() as connection:
        append_message(connection, entry(conversation, 1, now, Speaker.BOT, source_id="c1"))
    for again in (
        entry(conversation, 1, now, id="other"),
        entry(conversation, 2, now, Speaker.BOT, source_id="c1"),
        entry(conversation, 2, now, id=f"{conversation}-1"),
    ):
        with pytest.raises(IntegrityError), database.write() as connection:
            append_message(connection, again)


def test_what_is_open_is_what_nobody_has_answered(database: Database, conversation: str, now: datetime) -> None:
    with database.write() as connection:
        for number in (1, 2, 3):
            append_message(connection, entry(conversation, number, now))
        append_message(connection, entry(conversation, 4, now, Speaker.AGENT))
        note_answered(connection, conversation, 2)
    assert [each.number for each in open_messages(database, conversation)] == [1, 3]
    with database.write() as connection:
        note_answered(connection, conversation)
    assert open_messages(database, conversation) == ()
    assert [each.answered for each in messages_after(database, conversation, to_customer=False)] == [True] * 3 + [False]


def test_what_was_said_last_and_since_when_somebody_waits(database: Database, conversation: str, now: datetime) -> None:
    later = now + timedelta(minutes=1)
    entries = (
        entry(conversation, 1, now),
        entry(conversation, 2, now, Speaker.SYSTEM, owner=Owner.QUEUED),
        entry(conversation, 3, now, Speaker.SYSTEM, owner=Owner.HUMAN, author="ada"),
        entry(conversation, 4, now, Speaker.AGENT, author="ada"),
        entry(conversation, 5, now, Speaker.AGENT, author="bo", shown=False),
        entry(conversation, 6, later, Speaker.SYSTEM, owner=Owner.QUEUED),
        entry(conversation, 7, later, Speaker.BOT),
    )
    with database.write() as connection:
        assert queued_since(connection, conversation) is None
        for each in entries:
            append_message(connection, each)
        assert last_said(connection, conversation, 9) == (entries[0], entries[3], entries[6])
        assert last_said(connection, conversation, 2) == (entries[3], entries[6])
        assert queued_since(connection, conversation) == later
