"""Handoffs: each time that a person was called or came, why, who took it and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from bot.models import HandoffReason, Owner, Ownership
from bot.storage.database import Database
from bot.storage.reply_facts import note_call
from bot.storage.schema import conversations, handoffs

_WITH_PEOPLE = frozenset({Owner.QUEUED, Owner.HUMAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHandoff:
    """A handoff that has not ended."""

    conversation_id: str
    number: int
    reason: HandoffReason
    asked_at: datetime
    agent: str | None
    claimed_at: datetime | None


def open_handoffs(database: Database, most: int = 500) -> tuple[OpenHandoff, ...]:
    """The queue and what agents have in hand, the longest waiting first."""
    query = select(handoffs).where(handoffs.c.ended_at.is_(None))
    query = query.order_by(handoffs.c.asked_at, handoffs.c.conversation_id).limit(most)
    with database.read() as connection:
        return tuple(
            OpenHandoff(
                conversation_id=row.conversation_id,
                number=row.number,
                reason=HandoffReason(row.reason),
                asked_at=row.asked_at,
                agent=row.agent,
                claimed_at=row.claimed_at,
            )
            for row in connection.execute(query)
        )


def handoff_reason(connection: Connection, conversation_id: str, number: int) -> HandoffReason | None:
    """Why a person was called in this handoff of a conversation; None when there was no such handoff."""
    own = (handoffs.c.conversation_id == conversation_id, handoffs.c.number == number)
    reason = connection.scalar(select(handoffs.c.reason).where(*own))
    return None if reason is None else HandoffReason(reason)


def keep_summary(connection: Connection, conversation_id: str, number: int, summary: str) -> bool:
    """Keeps a summary of a handoff, in the caller's transaction; False when the handoff is over, has one, or never
    was."""
    own = (handoffs.c.conversation_id == conversation_id, handoffs.c.number == number)
    open_without = (handoffs.c.ended_at.is_(None), handoffs.c.summary.is_(None))
    return connection.execute(update(handoffs).where(*own, *open_without).values(summary=summary)).rowcount == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStanding:
    """Where a conversation stands among those that wait for a person."""

    place: int
    """1 for the conversation that a person should take next; of one that does not wait, the place that it would get."""
    waits: bool
    """Whether it waits in the queue."""
    longest_since: datetime | None
    """When the first of those up to this place was asked for; None when there are none."""
    contact_known: bool


def queue_standing(connection: Connection, conversation_id: str) -> QueueStanding:
    """Where the conversation stands in the queue, or would stand if it were put there now. One statement."""
    own = handoffs.alias("own")
    own_asked_at = (
        select(own.c.asked_at)
        .where(own.c.ended_at.is_(None), own.c.agent.is_(None), own.c.conversation_id == conversation_id)
        .scalar_subquery()
    )
    contact = select(conversations.c.contact).where(conversations.c.id == conversation_id).scalar_subquery()
    up_to_it = or_(
        own_asked_at.is_(None),
        handoffs.c.asked_at < own_asked_at,
        and_(handoffs.c.asked_at == own_asked_at, handoffs.c.conversation_id <= conversation_id),
    )
    waiting, first, asked_at, address = connection.execute(
        select(func.count(), func.min(handoffs.c.asked_at), own_asked_at, contact).where(
            handoffs.c.ended_at.is_(None), handoffs.c.agent.is_(None), up_to_it
        )
    ).one()
    waits = asked_at is not None
    return QueueStanding(
        place=waiting if waits else waiting + 1, waits=waits, longest_since=first, contact_known=address is not None
    )


def place_in_queue(connection: Connection, conversation_id: str) -> int | None:
    """1 for the conversation that a person should take next; None for one that does not wait in the queue."""
    standing = queue_standing(connection, conversation_id)
    return standing.place if standing.waits else None


def recent_waits(connection: Connection, since: datetime, most: int) -> tuple[tuple[datetime, datetime], ...]:
    """When each of the last handoffs was asked for and when a person came, the newest claim first: only claims since a
    moment, at most `most`, and none of a person who came unasked."""
    query = (
        select(handoffs.c.asked_at, handoffs.c.claimed_at)
        .where(handoffs.c.claimed_at >= since, handoffs.c.claimed_at > handoffs.c.asked_at)
        .order_by(handoffs.c.claimed_at.desc())
        .limit(most)
    )
    return tuple((row.asked_at, row.claimed_at) for row in connection.execute(query))


def note_handoff(
    connection: Connection,
    conversation_id: str,
    before: Ownership,
    after: Ownership,
    reason: HandoffReason | None,
    now: datetime,
) -> None:
    """Writes what a change of the ownership means for its handoff: begun, claimed, waiting again, or ended."""
    if after.handoffs > before.handoffs:
        note_call(connection, conversation_id, now)
        why = reason or HandoffReason.POLICY
        connection.execute(
            insert(handoffs).values(
                conversation_id=conversation_id, number=after.handoffs, reason=why.value, asked_at=now
            )
        )
    if (after.owner, after.agent) == (before.owner, before.agent):
        return
    values: dict[str, Any] = {}
    if after.owner is Owner.HUMAN:
        values = {"agent": after.agent, "claimed_at": now}
    elif after.owner is Owner.QUEUED:
        values = {"agent": None, "claimed_at": None}
    elif before.owner in _WITH_PEOPLE:
        values = {"ended_at": now, "ended_as": after.owner.value}
    if values:
        own = and_(handoffs.c.conversation_id == conversation_id, handoffs.c.number == after.handoffs)
        connection.execute(update(handoffs).where(own).values(values))
