"""What agents look for: the conversations that people have to do with, and the recent ones of everybody."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, or_, select

from bot.models import HandoffReason, Owner, Speaker
from bot.storage.database import Database
from bot.storage.schema import conversations, handoffs, messages
from knowledge.models import Platform

MOST_QUEUED = 500
MOST_RECENT = 50
PREVIEW_CHARACTERS = 400
"""Of a message in a list."""
ENTRIES_LOOKED_AT = 20
"""Of a conversation's log, back from the customer's newest message, for what the customer said last."""
MOST_PREVIEWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """A conversation that waits for a person, or that a person has."""

    conversation_id: str
    owner: Owner
    agent: str | None
    reason: HandoffReason
    asked_at: datetime
    """When the person was called, or came unasked."""
    claimed_at: datetime | None
    waiting_since: datetime | None
    """Since when somebody has to act; begins anew with each reminder."""
    open_messages: int
    reminders: int
    platform: Platform
    locale: str
    last_number: int
    said: tuple[str, ...]
    """The beginnings of the customer's last messages, newest first, at most three."""
    note: str = ""
    """What the customer wrote to whoever comes, beside the messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentConversation:
    """A conversation in which something was said, and when that was."""

    conversation_id: str
    owner: Owner
    agent: str | None
    platform: Platform
    locale: str
    started_at: datetime
    last_said_at: datetime
    last_number: int
    said: tuple[str, ...]
    """The beginnings of the customer's last messages, newest first, at most three."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list of recent conversations: that of the one with this id, whose newest entry is of that
    moment."""

    last_said_at: datetime
    conversation_id: str


@dataclass(frozen=True, slots=True)
class LastHandoff:
    """The last time that a person was called, or came unasked."""

    reason: HandoffReason
    asked_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    summary: str | None
    """A language model's, where it wrote one."""


def queue_entries(database: Database, most: int = MOST_QUEUED) -> tuple[QueueEntry, ...]:
    """The conversations that wait for a person, then those that a person has, where an answer is owed first; of each
    who was called first comes first. So however many are left open with people, nobody who waits is left out."""
    own = and_(handoffs.c.conversation_id == conversations.c.id, handoffs.c.number == conversations.c.handoffs)
    waits, owed = conversations.c.owner == Owner.QUEUED.value, conversations.c.waiting_since.is_not(None)
    query = (
        select(conversations, handoffs.c.reason, handoffs.c.asked_at, handoffs.c.claimed_at)
        .join(handoffs, own)
        .where(handoffs.c.ended_at.is_(None))
        .order_by(case((waits, 0), (owed, 1), else_=2), handoffs.c.asked_at, conversations.c.id)
        .limit(most)
    )
    with database.read() as connection:
        rows = connection.execute(query).all()
        said = _last_said(connection, rows)
    return tuple(
        QueueEntry(
            conversation_id=row.id,
            owner=Owner(row.owner),
            agent=row.agent,
            reason=HandoffReason(row.reason),
            asked_at=row.asked_at,
            claimed_at=row.claimed_at,
            waiting_since=row.waiting_since,
            open_messages=row.open_messages,
            reminders=row.reminders,
            platform=Platform(row.platform),
            locale=row.locale,
            last_number=row.last_number,
            said=said[row.id],
            note=row.note[:PREVIEW_CHARACTERS],
        )
        for row in rows
    )


def recent_conversations(
    database: Database, owners: Collection[Owner] = (), behind: Place | None = None, most: int = MOST_RECENT
) -> tuple[RecentConversation, ...]:
    """The conversations in which something was said last, newest first; only those of these owners where some are
    named, only those behind a place where one is given."""
    newest = and_(messages.c.conversation_id == conversations.c.id, messages.c.number == conversations.c.last_number)
    query = select(conversations, messages.c.said_at).join(messages, newest)
    if owners:
        query = query.where(conversations.c.owner.in_(sorted(owner.value for owner in owners)))
    if behind is not None:
        earlier = messages.c.said_at < behind.last_said_at
        same = and_(messages.c.said_at == behind.last_said_at, conversations.c.id < behind.conversation_id)
        query = query.where(or_(earlier, same))
    query = query.order_by(messages.c.said_at.desc(), conversations.c.id.desc()).limit(most)
    with database.read() as connection:
        rows = connection.execute(query).all()
        said = _last_said(connection, rows)
    return tuple(
        RecentConversation(
            conversation_id=row.id,
            owner=Owner(row.owner),
            agent=row.agent,
            platform=Platform(row.platform),
            locale=row.locale,
            started_at=row.started_at,
            last_said_at=row.said_at,
            last_number=row.last_number,
            said=said[row.id],
        )
        for row in rows
    )


def _last_said(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, tuple[str, ...]]:
    """By conversation, what its customer said last. One statement for all of them."""
    ids = [row.id for row in rows]
    near = messages.c.number > conversations.c.last_customer - ENTRIES_LOOKED_AT
    query = (
        select(messages.c.conversation_id, func.substr(messages.c.text, 1, PREVIEW_CHARACTERS).label("text"))
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(messages.c.conversation_id.in_(ids), near, messages.c.speaker == Speaker.CUSTOMER.value)
        .order_by(messages.c.conversation_id, messages.c.number.desc())
    )
    found: dict[str, list[str]] = defaultdict(list)
    if ids:
        for row in connection.execute(query):
            found[row.conversation_id].append(row.text)
    return {id_: tuple(found[id_][:MOST_PREVIEWS]) for id_ in ids}


def last_handoff(database: Database, conversation_id: str) -> LastHandoff | None:
    """Why and when a person was called last; None when nobody ever was."""
    query = select(handoffs).where(handoffs.c.conversation_id == conversation_id).order_by(handoffs.c.number.desc())
    with database.read() as connection:
        row = connection.execute(query.limit(1)).first()
    if row is None:
        return None
    return LastHandoff(HandoffReason(row.reason), row.asked_at, row.claimed_at, row.ended_at, row.summary)
