"""The outbox: events that must reach a help desk, written in the transaction that makes them true.

A row is delivered at least once. A desk gets the events of a conversation in the order in which they were written: one
waits while an earlier one is pending or dead. A worker claims a row for a while; if it dies, its claim ends by itself.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, update

from bot.errors import ConversationNotFound, RequestRefused
from bot.storage.schema import conversations, outbox

PENDING, DELIVERED, DEAD = "pending", "delivered", "dead"


class NoSuchDelivery(RequestRefused):
    """No dead letter has this id."""

    code = "delivery_not_found"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEvent:
    """What a desk is to be told. `id` is the same at every attempt: receivers tell duplicates by it."""

    id: str
    type: str
    conversation_id: str
    data: Mapping[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to one desk. `attempts` counts those that have begun; `claim` is whoever delivers it now."""

    id: str
    desk: str
    event: OutgoingEvent
    attempts: int
    state: str
    due_at: datetime
    claim: str | None
    last_error: str | None
    waiting_behind: int = 0


def new_event_id() -> str:
    """An id that no other event has."""
    return f"evt_{secrets.token_hex(16)}"


def enqueue(connection: Connection, event: OutgoingEvent, desks: Iterable[str], now: datetime) -> int:
    """Adds `event` for each of `desks`, in the caller's transaction: give the connection that changes the owner.

    An event that a desk already has is not added again. Returns how many rows were added. ConversationNotFound.
    """
    locked = select(conversations.c.id).where(conversations.c.id == event.conversation_id).with_for_update()
    if connection.scalar(locked) is None:
        raise ConversationNotFound
    added = 0
    for desk in desks:
        known = select(outbox.c.id).where(outbox.c.desk == desk, outbox.c.event_id == event.id)
        if connection.scalar(known) is not None:
            continue
        connection.execute(insert(outbox).values(_row(connection, event, desk, now)))
        added += 1
    return added


def next_due(connection: Connection, desk: str, now: datetime, early: bool = False) -> str | None:
    """The id of the delivery that this desk gets next, or None when none is due."""
    return connection.scalar(_deliverable(desk, now, early).with_only_columns(outbox.c.id).limit(1))


def claim(connection: Connection, desk: str, now: datetime, until: datetime, early: bool = False) -> Delivery | None:
    """The next due delivery, held until `until` (give it a write transaction); None when none is due.

    `early` takes one that failed because the desk was down, though it is not due, and counts no attempt: to see whether
    the desk is back.
    """
    wanted = _deliverable(desk, now, early).limit(1).with_for_update(skip_locked=True, of=outbox)
    row = connection.execute(wanted).first()
    if row is None:
        return None
    token, attempts = secrets.token_hex(8), row.attempts + (0 if early else 1)
    connection.execute(
        update(outbox).where(outbox.c.id == row.id).values(claim=token, claimed_until=until, attempts=attempts)
    )
    return _delivery(row, attempts=attempts, claim_token=token)


def renew(connection: Connection, delivery: Delivery, until: datetime) -> bool:
    """Holds a claim for longer; False when somebody else has it by now."""
    return _change(connection, delivery, claimed_until=until)


def settle_delivered(connection: Connection, delivery: Delivery, now: datetime) -> bool:
    """The desk has it. False when the claim had gone to somebody else, who will settle it."""
    return _change(
        connection, delivery, state=DELIVERED, settled_at=now, claim=None, claimed_until=None, last_error=None
    )


def settle_failed(
    connection: Connection, delivery: Delivery, error: str, retry_at: datetime | None, now: datetime, down: bool
) -> bool:
    """The attempt failed: tried again at `retry_at`, or a dead letter when that is None. `down` when it was the desk
    that failed rather than this event."""
    state = {"due_at": retry_at} if retry_at is not None else {"state": DEAD, "settled_at": now}
    return _change(
        connection, delivery, **state, claim=None, claimed_until=None, last_error=error, desk_was_down=int(down)
    )


def hurry(connection: Connection, desk: str, now: datetime) -> int:
    """A desk that was down is back: what failed because of that is due now. Returns how many rows are."""
    waiting = (outbox.c.desk == desk, outbox.c.state == PENDING, outbox.c.desk_was_down == 1, outbox.c.due_at > now)
    return connection.execute(update(outbox).where(*waiting).values(due_at=now)).rowcount


def dead_letters(connection: Connection, desk: str | None = None, most: int = 100) -> tuple[Delivery, ...]:
    """Deliveries that were given up, the oldest first, each with how many of its conversation wait behind it."""
    behind = outbox.alias("behind")
    count = (
        select(func.count())
        .where(
            behind.c.desk == outbox.c.desk,
            behind.c.conversation_id == outbox.c.conversation_id,
            behind.c.position > outbox.c.position,
            behind.c.state == PENDING,
        )
        .scalar_subquery()
    )
    query = select(outbox, count.label("waiting_behind")).where(outbox.c.state == DEAD)
    if desk is not None:
        query = query.where(outbox.c.desk == desk)
    rows = connection.execute(query.order_by(outbox.c.settled_at, outbox.c.id).limit(most))
    return tuple(_delivery(row, waiting_behind=row.waiting_behind) for row in rows)


def replay(connection: Connection, delivery_id: str, now: datetime) -> None:
    """Sends a dead letter again, with a fresh schedule; what waits behind it follows. NoSuchDelivery."""
    dead = (outbox.c.id == delivery_id, outbox.c.state == DEAD)
    fresh = {"state": PENDING, "attempts": 0, "due_at": now, "settled_at": None, "desk_was_down": 0}
    if not connection.execute(update(outbox).where(*dead).values(**fresh)).rowcount:
        raise NoSuchDelivery(f"There is no undelivered event {delivery_id[:80]!r}. List them to see their ids.")


def replay_all(connection: Connection, desk: str, now: datetime) -> int:
    """Sends every dead letter of a desk again; returns how many."""
    letters = dead_letters(connection, desk, most=10_000)
    for letter in letters:
        replay(connection, letter.id, now)
    return len(letters)


def give_up(connection: Connection, delivery_id: str) -> None:
    """Removes a dead letter for good, so that what waits behind it is sent. NoSuchDelivery."""
    if not connection.execute(outbox.delete().where(outbox.c.id == delivery_id, outbox.c.state == DEAD)).rowcount:
        raise NoSuchDelivery(f"There is no undelivered event {delivery_id[:80]!r}. List them to see their ids.")


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """For each desk, how many events are pending, delivered and dead."""
    query = select(outbox.c.desk, outbox.c.state, func.count()).group_by(outbox.c.desk, outbox.c.state)
    found: dict[str, dict[str, int]] = {}
    for desk, state, number in connection.execute(query):
        found.setdefault(desk, {PENDING: 0, DELIVERED: 0, DEAD: 0})[state] = number
    return found


def forget_delivered(connection: Connection, before: datetime) -> int:
    """Removes what was delivered before a moment (it holds transcripts); returns how many rows went."""
    old = (outbox.c.state == DELIVERED, outbox.c.settled_at < before)
    return connection.execute(outbox.delete().where(*old)).rowcount


def _deliverable(desk: str, now: datetime, early: bool = False) -> Select[Any]:
    earlier = outbox.alias("earlier")
    held_up = (
        select(earlier.c.id)
        .where(
            earlier.c.desk == outbox.c.desk,
            earlier.c.conversation_id == outbox.c.conversation_id,
            earlier.c.position < outbox.c.position,
            earlier.c.state != DELIVERED,
        )
        .exists()
    )
    free = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now)
    when = outbox.c.desk_was_down == 1 if early else outbox.c.due_at <= now
    return (
        select(outbox)
        .where(outbox.c.desk == desk, outbox.c.state == PENDING, when, free, ~held_up)
        .order_by(outbox.c.due_at, outbox.c.position, outbox.c.id)
    )


def _row(connection: Connection, event: OutgoingEvent, desk: str, now: datetime) -> dict[str, Any]:
    last = select(func.coalesce(func.max(outbox.c.position), 0)).where(
        outbox.c.desk == desk, outbox.c.conversation_id == event.conversation_id
    )
    return {
        "id": f"out_{secrets.token_hex(12)}",
        "event_id": event.id,
        "desk": desk,
        "conversation_id": event.conversation_id,
        "position": connection.execute(last).scalar_one() + 1,
        "type": event.type,
        "data": dict(event.data),
        "occurred_at": event.occurred_at,
        "state": PENDING,
        "attempts": 0,
        "due_at": now,
        "desk_was_down": 0,
    }


def _change(connection: Connection, delivery: Delivery, **values: Any) -> bool:
    own = (outbox.c.id == delivery.id, outbox.c.claim == delivery.claim, outbox.c.state == PENDING)
    return connection.execute(update(outbox).where(*own).values(**values)).rowcount == 1


def _delivery(
    row: Row[Any], attempts: int | None = None, claim_token: str | None = None, waiting_behind: int = 0
) -> Delivery:
    event = OutgoingEvent(
        id=row.event_id,
        type=row.type,
        conversation_id=row.conversation_id,
        data=row.data,
        occurred_at=row.occurred_at,
    )
    return Delivery(
        id=row.id,
        desk=row.desk,
        event=event,
        attempts=row.attempts if attempts is None else attempts,
        state=row.state,
        due_at=row.due_at,
        claim=claim_token,
        last_error=row.last_error,
        waiting_behind=waiting_behind,
    )
