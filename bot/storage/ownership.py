"""Who may speak, stored: each event is decided and written in one transaction, with the message that it is about."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from bot.errors import ConversationNotFound
from bot.models import Effect, Message, Owner, Ownership, Speaker, Step
from bot.storage.database import Database
from bot.storage.handoffs import note_handoff
from bot.storage.messages import append_message, message_from, new_message_id, note_answered
from bot.storage.schema import conversations

Decide = Callable[[Ownership], Step]
"""`bot.handoff.ownership.transition` with its event."""

MOST_DOUBLED = 4
"""How often the wait in the queue is doubled."""

_NOTICES = (Effect.ACKNOWLEDGE, Effect.STILL_WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event as it was stored: the state before, the step, and the log's new entries.

    `repeated`: it was taken in before, so nothing was stored; `entries` then holds the message of then, if it had one.
    """

    conversation_id: str
    before: Ownership
    step: Step
    entries: tuple[Message, ...] = ()
    repeated: bool = False

    @property
    def after(self) -> Ownership:
        """The state that is stored now."""
        return self.step.state


Also = Callable[[Connection, Happening], None]
"""Work in the same transaction, such as writing to the outbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A message that an event brings. `source_id` is the sender's own id of it."""

    speaker: Speaker
    text: str
    source_id: str | None
    author: str | None = None
    id: str = field(default_factory=new_message_id)
    turn_id: str | None = None
    said_at: datetime | None = None
    """When it was said, where that is not when it is stored."""


def also_nothing(_connection: Connection, _happening: Happening) -> None:
    """Nothing more is to be done."""


def act(
    database: Database,
    conversation_id: str,
    decide: Decide,
    now: datetime,
    *,
    saying: Saying | None = None,
    is_new: Callable[[Connection], bool] | None = None,
    notices: Mapping[Effect, str] | None = None,
    also: Also = also_nothing,
) -> Happening:
    """Takes an event in: locks the conversation, decides, and stores state, message, handoff and notices together.

    A message whose `source_id` its speaker used before, or an event that `is_new` does not call new, changes nothing.
    `notices` are the sentences for the customer, by effect. ConversationNotFound.
    """
    with database.write() as connection:
        before = locked_ownership(connection, conversation_id)
        known = None
        if saying is not None and saying.source_id is not None:
            known = message_from(connection, conversation_id, saying.speaker, saying.source_id)
        if known is not None or (is_new is not None and not is_new(connection)):
            entries = () if known is None else (known,)
            return Happening(
                conversation_id=conversation_id, before=before, step=Step(before), entries=entries, repeated=True
            )
        happening = store_step(connection, conversation_id, before, decide(before), now, saying, notices or {})
        also(connection, happening)
    return happening


def locked_ownership(connection: Connection, conversation_id: str) -> Ownership:
    """Who may speak, with the conversation's row locked until the transaction ends. ConversationNotFound."""
    row = connection.execute(
        select(conversations).where(conversations.c.id == conversation_id).with_for_update()
    ).first()
    if row is None:
        raise ConversationNotFound
    return _ownership(row)


def ownership_of(database: Database, conversation_id: str) -> Ownership:
    """Who may speak now. It may have changed by the time that it is used: decide within `act`. ConversationNotFound."""
    with database.read() as connection:
        row = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).first()
    if row is None:
        raise ConversationNotFound
    return _ownership(row)


def store_step(
    connection: Connection,
    conversation_id: str,
    before: Ownership,
    step: Step,
    now: datetime,
    saying: Saying | None,
    notices: Mapping[Effect, str],
) -> Happening:
    """Writes what a step says, in a transaction that holds the conversation's row locked since `before` was read."""
    entries = _entries(conversation_id, before, step, now, saying, notices)
    for entry in entries:
        append_message(connection, entry)
    if before.open_messages and not step.state.open_messages:
        note_answered(connection, conversation_id)
    after = replace(step.state, last_number=before.last_number + len(entries))
    if after != before:
        connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(_columns(after)))
    note_handoff(connection, conversation_id, before, after, step.reason, now)
    stored = replace(step, state=after)
    return Happening(conversation_id=conversation_id, before=before, step=stored, entries=entries)


def _entries(
    conversation_id: str,
    before: Ownership,
    step: Step,
    now: datetime,
    saying: Saying | None,
    notices: Mapping[Effect, str],
) -> tuple[Message, ...]:
    """The log's new entries in their order. A person who takes over does so before writing; anything else that changes
    the owner follows the message that changed it."""
    parts: list[tuple[Speaker, str, dict[str, Any]]] = []
    after = step.state
    shown = Effect.SHOW in step.effects
    if (after.owner, after.agent) != (before.owner, before.agent):
        parts.append((Speaker.SYSTEM, "", {"owner": after.owner, "author": after.agent}))
    if saying is not None and (shown or Effect.HOLD in step.effects):
        said = {
            "id": saying.id,
            "author": saying.author,
            "source_id": saying.source_id,
            "turn_id": saying.turn_id,
            "shown": shown,
            "late": Effect.LATE in step.effects,
            "said_at": saying.said_at or now,
        }
        parts.insert(len(parts) if saying.speaker is Speaker.AGENT else 0, (saying.speaker, saying.text, said))
    parts += [(Speaker.SYSTEM, notices.get(each, ""), {"notice": each}) for each in _NOTICES if each in step.effects]
    return tuple(
        Message(
            conversation_id=conversation_id,
            number=number,
            speaker=speaker,
            text=text,
            **{"id": new_message_id(), "said_at": now, **values},
        )
        for number, (speaker, text, values) in enumerate(parts, start=before.last_number + 1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a customer waits for the bot, for a person to come, and for the person who has come. Each wait in the
    queue is twice as long as the one before it, up to 16 times `queue`: a team that has gone home is not told of the
    same customer every few minutes until the morning."""

    bot: timedelta
    queue: timedelta
    human: timedelta


def overdue(database: Database, now: datetime, patience: Patience, most: int = 100) -> tuple[tuple[str, datetime], ...]:
    """The conversations in which somebody has waited too long, longest first, each with since when: what a `TimedOut`
    is to be made of."""
    owner, reminders = conversations.c.owner, conversations.c.reminders
    waits = [
        (owner.in_([Owner.BOT.value, Owner.RETURNED.value]), patience.bot),
        (owner == Owner.HUMAN.value, patience.human),
        *(
            (and_(owner == Owner.QUEUED.value, reminders == times), patience.queue * 2**times)
            for times in range(MOST_DOUBLED)
        ),
        (and_(owner == Owner.QUEUED.value, reminders >= MOST_DOUBLED), patience.queue * 2**MOST_DOUBLED),
    ]
    too_long = or_(*(and_(who, conversations.c.waiting_since <= now - wait) for who, wait in waits))
    columns = (conversations.c.id, conversations.c.waiting_since)
    query = select(*columns).where(too_long).order_by(conversations.c.waiting_since, conversations.c.id).limit(most)
    with database.read() as connection:
        return tuple((row.id, row.waiting_since) for row in connection.execute(query))


def with_open_messages(database: Database, owners: Collection[Owner], most: int = 1000) -> tuple[str, ...]:
    """The conversations of these owners in which the customer has no answer yet, the longest waiting first."""
    whose = conversations.c.owner.in_(sorted(owner.value for owner in owners))
    query = select(conversations.c.id).where(whose, conversations.c.open_messages > 0)
    with database.read() as connection:
        rows = connection.execute(query.order_by(conversations.c.waiting_since, conversations.c.id).limit(most))
        return tuple(row.id for row in rows)


def _ownership(row: Row[Any]) -> Ownership:
    return Ownership(
        owner=Owner(row.owner),
        agent=row.agent,
        tenure=row.tenure,
        open_messages=row.open_messages,
        waiting_since=row.waiting_since,
        handoffs=row.handoffs,
        reminders=row.reminders,
        desk_at=row.desk_at,
        heard_from=row.heard_from,
        last_customer=row.last_customer,
        last_number=row.last_number,
    )


def _columns(state: Ownership) -> dict[str, Any]:
    return {
        "owner": state.owner.value,
        "agent": state.agent,
        "tenure": state.tenure,
        "open_messages": state.open_messages,
        "waiting_since": state.waiting_since,
        "handoffs": state.handoffs,
        "reminders": state.reminders,
        "desk_at": state.desk_at,
        "heard_from": state.heard_from,
        "last_customer": state.last_customer,
        "last_number": state.last_number,
    }
