"""How each help desk stands with the outbox: for the operator, who must see what does not arrive."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from bot.storage.outbox import DEAD, DELIVERED, PENDING, counts
from bot.storage.schema import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskReport:
    """One desk: how many events are in which state, since when the oldest one waits, and what failed last."""

    desk: str
    pending: int
    delivered: int
    dead: int
    waiting_since: datetime | None
    last_error: str | None
    """Of an event that waits for its next attempt; None when nothing that waits has failed."""


def desk_reports(connection: Connection) -> tuple[DeskReport, ...]:
    """Every desk that anything was ever to be told, by name."""
    oldest = select(outbox.c.desk, func.min(outbox.c.occurred_at)).where(outbox.c.state == PENDING)
    waiting = {row[0]: row[1] for row in connection.execute(oldest.group_by(outbox.c.desk))}
    return tuple(
        DeskReport(
            desk=desk,
            pending=numbers[PENDING],
            delivered=numbers[DELIVERED],
            dead=numbers[DEAD],
            waiting_since=waiting.get(desk),
            last_error=_last_error(connection, desk),
        )
        for desk, numbers in sorted(counts(connection).items())
    )


def give_up_all(connection: Connection, desk: str) -> int:
    """Removes everything that a desk has not taken, dead or waiting, for good: for a desk that is no more. Returns how
    many events."""
    undelivered = (outbox.c.desk == desk, outbox.c.state != DELIVERED)
    return connection.execute(delete(outbox).where(*undelivered)).rowcount


def _last_error(connection: Connection, desk: str) -> str | None:
    failed = (outbox.c.desk == desk, outbox.c.state == PENDING, outbox.c.last_error.is_not(None))
    query = select(outbox.c.last_error).where(*failed).order_by(outbox.c.occurred_at.desc(), outbox.c.id).limit(1)
    found: str | None = connection.scalar(query)
    return found
