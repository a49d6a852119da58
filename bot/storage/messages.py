"""The log of a conversation: what everybody said, changes of the owner, notices; numbered without gaps."""

import secrets
from typing import Any

from sqlalchemy import Connection, Row, Select, case, insert, select, update

from bot.models import Effect, Message, Moment, Owner, Speaker
from bot.storage.database import Database
from bot.storage.schema import messages, turns

MOST_READ = 1000
"""Entries that one look reads at most; ask again from the last one's number."""


def new_message_id() -> str:
    """An id that no other message has."""
    return f"msg_{secrets.token_hex(12)}"


def messages_after(
    database: Database, conversation_id: str, number: int = 0, *, to_customer: bool, most: int = MOST_READ
) -> tuple[Message, ...]:
    """The entries behind a number (a `Last-Event-ID`), first to last, at most `most`; only what the customer may see
    when it is `to_customer`. None for a conversation that is not there.

    No entry with a smaller number can appear later: numbers are given while the conversation's row is locked.
    """
    query = _entries().where(messages.c.conversation_id == conversation_id, messages.c.number > number)
    if to_customer:
        query = query.where(messages.c.shown)
    with database.read() as connection:
        return tuple(map(_message, connection.execute(query.order_by(messages.c.number).limit(most))))


def whole_log(database: Database, conversation_id: str, *, to_customer: bool) -> tuple[Message, ...]:
    """Every entry of a conversation, first to last, as `messages_after` gives them."""
    log: list[Message] = []
    while True:
        last = log[-1].number if log else 0
        more = messages_after(database, conversation_id, last, to_customer=to_customer, most=MOST_READ)
        log += more
        if len(more) < MOST_READ:
            return tuple(log)


def open_messages(database: Database, conversation_id: str, most: int = MOST_READ) -> tuple[Message, ...]:
    """The customer's messages that nobody has answered, first to last, at most `most`."""
    query = _entries().where(
        messages.c.conversation_id == conversation_id,
        messages.c.speaker == Speaker.CUSTOMER.value,
        messages.c.answered.is_(False),
    )
    with database.read() as connection:
        return tuple(map(_message, connection.execute(query.order_by(messages.c.number).limit(most))))


def last_said(connection: Connection, conversation_id: str, most: int) -> tuple[Message, ...]:
    """What the customer, the bot and agents said that the customer could read: the last `most`, first to last."""
    query = _entries().where(
        messages.c.conversation_id == conversation_id, messages.c.shown, messages.c.speaker != Speaker.SYSTEM.value
    )
    rows = connection.execute(query.order_by(messages.c.number.desc()).limit(most)).all()
    return tuple(map(_message, reversed(rows)))


def queued_since(connection: Connection, conversation_id: str) -> Moment | None:
    """When the conversation came into the queue last; None if it never did."""
    query = select(messages.c.said_at).where(
        messages.c.conversation_id == conversation_id, messages.c.owner == Owner.QUEUED.value
    )
    moment: Moment | None = connection.scalar(query.order_by(messages.c.number.desc()).limit(1))
    return moment


def message_from(connection: Connection, conversation_id: str, speaker: Speaker, source_id: str) -> Message | None:
    """What this speaker sent under this id of its own; None if it is new."""
    query = _entries().where(
        messages.c.conversation_id == conversation_id,
        messages.c.speaker == speaker.value,
        messages.c.source_id == source_id,
    )
    row = connection.execute(query).first()
    return None if row is None else _message(row)


def append_message(connection: Connection, message: Message) -> None:
    """Writes an entry under its number, which must be the next one: only while the conversation's row is locked."""
    connection.execute(
        insert(messages).values(
            conversation_id=message.conversation_id,
            number=message.number,
            id=message.id,
            speaker=message.speaker.value,
            author=message.author,
            source_id=message.source_id,
            text=message.text,
            turn_id=message.turn_id,
            owner=None if message.owner is None else message.owner.value,
            notice=None if message.notice is None else message.notice.value,
            shown=message.shown,
            late=message.late,
            said_at=message.said_at,
        )
    )


def note_answered(connection: Connection, conversation_id: str, number: int | None = None) -> None:
    """Notes that the customer's message with this number has been answered; without a number, all of them."""
    statement = update(messages).where(
        messages.c.conversation_id == conversation_id,
        messages.c.speaker == Speaker.CUSTOMER.value,
        messages.c.answered.is_(False),
    )
    if number is not None:
        statement = statement.where(messages.c.number == number)
    connection.execute(statement.values(answered=True))


def _entries() -> Select[Any]:
    reply = case((messages.c.shown, turns.c.reply), else_=turns.c.suggestion).label("reply")
    return select(messages, reply).select_from(messages.outerjoin(turns, turns.c.id == messages.c.turn_id))


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        number=row.number,
        speaker=Speaker(row.speaker),
        author=row.author,
        source_id=row.source_id,
        text=row.text,
        turn_id=row.turn_id,
        reply=row.reply,
        owner=None if row.owner is None else Owner(row.owner),
        notice=None if row.notice is None else Effect(row.notice),
        shown=row.shown,
        late=row.late,
        answered=row.answered,
        said_at=row.said_at,
    )
