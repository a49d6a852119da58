"""The sources that were ever read, so that they can be read again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.storage.database import Database
from bot.storage.schema import quarantine, sources


@dataclass(frozen=True, slots=True)
class RememberedSource:
    """A source, where it lies, and when it was first and last read."""

    key: str
    location: str
    added_at: datetime
    last_read_at: datetime | None


def remember_source(connection: Connection, key: str, location: str, now: datetime) -> None:
    """Notes that a source was read now. A known one keeps its place and `added_at` and takes the new location."""
    known = connection.execute(
        update(sources).where(sources.c.key == key).values(location=location, last_read_at=now)
    ).rowcount
    if known:
        return
    position = connection.execute(select(func.coalesce(func.max(sources.c.position), 0) + 1)).scalar_one()
    connection.execute(
        insert(sources).values(key=key, position=position, location=location, added_at=now, last_read_at=now)
    )


def forget_source(connection: Connection, key: str) -> None:
    """Notes that a source is not to be read again, and drops what was quarantined of it."""
    connection.execute(delete(quarantine).where(quarantine.c.source_key == key))
    connection.execute(delete(sources).where(sources.c.key == key))


def remembered_sources(database: Database) -> tuple[RememberedSource, ...]:
    """Every source, in the order in which they were first read."""
    query = select(sources.c.key, sources.c.location, sources.c.added_at, sources.c.last_read_at).order_by(
        sources.c.position
    )
    with database.read() as connection:
        return tuple(RememberedSource(*row) for row in connection.execute(query))
