"""Who changed what in the console: written in the transaction of the change itself, never altered afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.models import Moment
from bot.storage.database import Database
from bot.storage.schema import audit

Detail = str | int | float | bool | None
"""What may stand in an entry's detail: never a password, a token or what a customer wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change. `agent` is None for what was done with the command line, or by the server itself."""

    number: int
    at: Moment
    agent: str | None
    action: str
    """What was done, such as `role_changed`."""
    object: str
    """What it was done to: an agent's name, an article's id, a generation's number."""
    detail: Mapping[str, Detail]


def note(connection: Connection, at: datetime, agent: str | None, action: str, to: str, /, **detail: Detail) -> None:
    """Writes an entry down, in the transaction that makes the change: both are stored, or neither is. `detail` holds
    no secrets."""
    connection.execute(insert(audit).values(at=at, agent=agent, action=action, object=to, detail=detail))


def audit_entries(
    database: Database, most: int, *, agent: str | None = None, action: str | None = None, before: int | None = None
) -> tuple[AuditEntry, ...]:
    """Entries, the newest first, at most `most`: of one agent (the empty name: of none), of one action, and older than
    the one of number `before`."""
    query = select(audit).order_by(audit.c.number.desc()).limit(most)
    if agent is not None:
        query = query.where(audit.c.agent == agent if agent else audit.c.agent.is_(None))
    if action is not None:
        query = query.where(audit.c.action == action)
    if before is not None:
        query = query.where(audit.c.number < before)
    with database.read() as connection:
        return tuple(AuditEntry(**row) for row in connection.execute(query).mappings())


def audited_actions(database: Database) -> tuple[str, ...]:
    """Every action that there is an entry of, by name."""
    with database.read() as connection:
        return tuple(connection.scalars(select(audit.c.action).distinct().order_by(audit.c.action)))
