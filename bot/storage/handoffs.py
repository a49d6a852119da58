"""Handoffs: each time that a person was called or came, why, who took it and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from bot.models import HandoffReason, Owner, Ownership
from bot.storage.database import Database
from bot.storage.schema import handoffs

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


def place_in_queue(database: Database, conversation_id: str) -> int | None:
    """1 for the conversation that a person should take next; None for one that does not wait in the queue."""
    unclaimed = and_(handoffs.c.ended_at.is_(None), handoffs.c.agent.is_(None))
    own = select(handoffs.c.asked_at).where(unclaimed, handoffs.c.conversation_id == conversation_id)
    with database.read() as connection:
        asked_at = connection.scalar(own)
        if asked_at is None:
            return None
        earlier = or_(
            handoffs.c.asked_at < asked_at,
            and_(handoffs.c.asked_at == asked_at, handoffs.c.conversation_id < conversation_id),
        )
        return 1 + connection.execute(select(func.count()).where(unclaimed, earlier)).scalar_one()


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
