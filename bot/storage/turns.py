"""The turns of a conversation, each stored once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, or_, select, update

from bot.models import Effect, Message, Ownership, Speaker, Step, Turn
from bot.storage.database import Database
from bot.storage.messages import message_from, note_answered
from bot.storage.ownership import Also, Decide, Happening, Saying, act, also_nothing, locked_ownership, store_step
from bot.storage.reply_facts import note_reply
from bot.storage.schema import messages, turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A customer's message as it is stored, who may speak now, and the turn that it has become, if the bot has tried to
    answer it. `happening` is how it was taken in, now or before."""

    message: Message
    ownership: Ownership
    turn: Turn | None
    happening: Happening | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A turn as it is stored (without a reply, if that came too late to be shown), and who may speak now. `happening`
    is None when the message had been answered before, so that nothing was stored."""

    turn: Turn
    ownership: Ownership
    happening: Happening | None = None


Worded = Callable[[Turn, Ownership], Turn]
"""A turn in the words that fit who may speak."""


def receive_message(
    database: Database,
    conversation_id: str,
    client_message_id: str,
    text: str,
    now: datetime,
    decide: Decide,
    also: Also = also_nothing,
) -> Received:
    """Stores a customer's message, secrets masked, before anything is made of it; once for each `client_message_id`.
    `decide` is the transition of a `CustomerWrote`. ConversationNotFound."""
    saying = Saying(speaker=Speaker.CUSTOMER, text=text, source_id=client_message_id)
    happening = act(database, conversation_id, decide, now, saying=saying, also=also)
    turn = find_turn(database, conversation_id, client_message_id) if happening.repeated else None
    return Received(message=happening.entries[0], ownership=happening.after, turn=turn, happening=happening)


def send_reply(
    database: Database,
    turn: Turn,
    decide: Callable[[Ownership, bool], Step],
    now: datetime,
    also: Also = also_nothing,
    worded: Worded | None = None,
) -> Sent:
    """Stores the bot's reply to a message that was received: shown, or kept as a suggestion when the bot may not speak
    any more. That is decided in the transaction that stores it.

    `decide` is the transition of a `BotReplied`, given who may speak and whether the message is still open; `worded`
    gives a reply that is shown the words for who may speak by then. A message that the bot has answered keeps that
    turn, which is returned. ConversationNotFound; LookupError for a message that was not received.
    """
    with database.write() as connection:
        before = locked_ownership(connection, turn.conversation_id)
        asked = message_from(connection, turn.conversation_id, Speaker.CUSTOMER, turn.client_message_id)
        if asked is None:
            raise LookupError(f"The message {turn.client_message_id!r} was not received; call receive_message first.")
        stored = _find(connection, turn.conversation_id, turn.client_message_id)
        if stored is not None and stored.reply is not None:
            return Sent(turn=stored, ownership=before)
        step = decide(before, not asked.answered)
        shown = Effect.SHOW in step.effects
        said = worded(turn, before) if shown and worded is not None else turn
        kept = _as_decided(said, asked.id, stored, shown)
        _write(connection, kept, is_new=stored is None)
        note_reply(connection, kept)
        source_id = turn.client_message_id if kept.reply is not None else None
        saying = Saying(speaker=Speaker.BOT, text="", source_id=source_id, turn_id=kept.id)
        happening = store_step(connection, turn.conversation_id, before, step, now, saying, {})
        if kept.reply is not None:
            note_answered(connection, turn.conversation_id, asked.number)
        also(connection, happening)
    return Sent(turn=kept, ownership=happening.after, happening=happening)


def _as_decided(turn: Turn, id_: str, stored: Turn | None, shown: bool) -> Turn:
    if shown:
        return replace(turn, id=id_, suggestion=stored.suggestion if stored else None)
    return replace(turn, id=id_, reply=None, suggestion=turn.reply)


def find_turn(database: Database, conversation_id: str, client_message_id: str) -> Turn | None:
    """The turn that this message became; None if it is new."""
    with database.read() as connection:
        return _find(connection, conversation_id, client_message_id)


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


def turns_with_ids(database: Database, ids: Collection[str]) -> dict[str, Turn]:
    """The turns with these ids, some thousands at most, by id; those that are not there are left out."""
    with database.read() as connection:
        return {row.id: _turn(row) for row in connection.execute(select(turns).where(turns.c.id.in_(ids)))}


def last_turns(
    database: Database, conversation_id: str, most: int, before: str | None = None, heard_from: int | None = None
) -> tuple[Turn, ...]:
    """The conversation's last turns, at most `most`, first to last; only those before the turn with the id `before`,
    and none when that is not a turn of this conversation; with `heard_from`, only those of which something was said
    under that number or a later one."""
    query = select(turns).where(turns.c.conversation_id == conversation_id)
    if heard_from is not None:
        of_turn = or_(messages.c.id == turns.c.id, messages.c.turn_id == turns.c.id)
        heard = (messages.c.conversation_id == conversation_id, messages.c.number >= heard_from, messages.c.shown)
        query = query.where(exists().where(of_turn, *heard))
    if before is not None:
        own = select(turns.c.position).where(turns.c.id == before, turns.c.conversation_id == conversation_id)
        query = query.where(turns.c.position < own.scalar_subquery())
    with database.read() as connection:
        rows = connection.execute(query.order_by(turns.c.position.desc()).limit(most)).all()
    return tuple(_turn(row) for row in reversed(rows))


def last_receipts(connection: Connection, conversation_id: str, most: int) -> tuple[Mapping[str, Any], ...]:
    """What the last replies rest on, newest first, at most `most`; of turns that have none, none."""
    query = select(turns.c.receipt).where(turns.c.conversation_id == conversation_id, turns.c.receipt.is_not(None))
    return tuple(connection.scalars(query.order_by(turns.c.position.desc()).limit(most)))


def _find(connection: Connection, conversation_id: str, client_message_id: str) -> Turn | None:
    query = select(turns).where(
        turns.c.conversation_id == conversation_id, turns.c.client_message_id == client_message_id
    )
    row = connection.execute(query).first()
    return None if row is None else _turn(row)


def _write(connection: Connection, turn: Turn, *, is_new: bool) -> None:
    values = {
        "question": turn.question,
        "reply": None if turn.reply is None else dict(turn.reply),
        "suggestion": None if turn.suggestion is None else dict(turn.suggestion),
        "trace": dict(turn.trace),
        "receipt": None if turn.receipt is None else dict(turn.receipt),
        "asked_at": turn.asked_at,
    }
    if not is_new:
        connection.execute(update(turns).where(turns.c.id == turn.id).values(values))
        return
    last = select(func.coalesce(func.max(turns.c.position), 0)).where(turns.c.conversation_id == turn.conversation_id)
    connection.execute(
        insert(turns).values(
            id=turn.id,
            conversation_id=turn.conversation_id,
            position=connection.execute(last).scalar_one() + 1,
            client_message_id=turn.client_message_id,
            **values,
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
        suggestion=row.suggestion,
        asked_at=row.asked_at,
    )
