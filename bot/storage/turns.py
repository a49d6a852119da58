"""The turns of a conversation, each stored once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from bot.errors import ConversationNotFound
from bot.models import Owner, Turn
from bot.storage.database import Database
from bot.storage.schema import conversations, turns


def find_turn(database: Database, conversation_id: str, client_message_id: str) -> Turn | None:
    """The turn that this message became; None if it is new."""
    with database.read() as connection:
        return _find(connection, conversation_id, client_message_id)


def record_turn(database: Database, turn: Turn, owner_after: Callable[[Owner], Owner]) -> Turn:
    """Stores the turn as the last of its conversation, in one transaction. `owner_after` says who owns it from now on,
    given who owns it by then: somebody may have taken over while the reply was made.

    A message that already has a turn keeps it: that turn is returned, and neither it nor the owner changes.
    ConversationNotFound.
    """
    with database.write() as connection:
        conversation = select(conversations.c.owner).where(conversations.c.id == turn.conversation_id)
        owner = connection.scalar(conversation.with_for_update())
        if owner is None:
            raise ConversationNotFound
        stored = _find(connection, turn.conversation_id, turn.client_message_id)
        if stored is not None:
            return stored
        _insert(connection, turn)
        connection.execute(
            update(conversations)
            .where(conversations.c.id == turn.conversation_id)
            .values(owner=owner_after(Owner(owner)).value)
        )
    return turn


def turns_of(database: Database, conversation_id: str) -> tuple[Turn, ...]:
    """The conversation's turns, first to last; none for a conversation that is not there."""
    query = select(turns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.position)
    with database.read() as connection:
        return tuple(_turn(row) for row in connection.execute(query))


def turn_of(database: Database, turn_id: str) -> Turn | None:
    """The turn with this id, of whatever conversation; None when there is none."""
    with database.read() as connection:
        row = connection.execute(select(turns).where(turns.c.id == turn_id)).first()
    return None if row is None else _turn(row)


def last_turns(database: Database, conversation_id: str, most: int, before: str | None = None) -> tuple[Turn, ...]:
    """The conversation's last turns, at most `most`, first to last; only those before the turn with the id `before`,
    and none when that is not a turn of this conversation."""
    query = select(turns).where(turns.c.conversation_id == conversation_id)
    if before is not None:
        own = select(turns.c.position).where(turns.c.id == before, turns.c.conversation_id == conversation_id)
        query = query.where(turns.c.position < own.scalar_subquery())
    with database.read() as connection:
        rows = connection.execute(query.order_by(turns.c.position.desc()).limit(most)).all()
    return tuple(_turn(row) for row in reversed(rows))


def _find(connection: Connection, conversation_id: str, client_message_id: str) -> Turn | None:
    query = select(turns).where(
        turns.c.conversation_id == conversation_id, turns.c.client_message_id == client_message_id
    )
    row = connection.execute(query).first()
    return None if row is None else _turn(row)


def _insert(connection: Connection, turn: Turn) -> None:
    last = select(func.coalesce(func.max(turns.c.position), 0)).where(turns.c.conversation_id == turn.conversation_id)
    connection.execute(
        insert(turns).values(
            id=turn.id,
            conversation_id=turn.conversation_id,
            position=connection.execute(last).scalar_one() + 1,
            client_message_id=turn.client_message_id,
            question=turn.question,
            reply=None if turn.reply is None else dict(turn.reply),
            trace=dict(turn.trace),
            receipt=None if turn.receipt is None else dict(turn.receipt),
            asked_at=turn.asked_at,
        )
    )


def _turn(row: Row[Any]) -> Turn:
    return Turn(
        id=row.id,
        conversation_id=row.conversation_id,
        client_message_id=row.client_message_id,
        question=row.question,
        reply=row.reply,
        trace=row.trace,
        receipt=row.receipt,
        asked_at=row.asked_at,
    )
