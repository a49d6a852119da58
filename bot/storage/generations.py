"""The index generations that exist, and which one serves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from bot.errors import StorageError
from bot.storage.database import Database
from bot.storage.schema import active_generation as active
from bot.storage.schema import generations


@dataclass(frozen=True, slots=True)
class GenerationRow:
    """A generation as the database knows it; `manifest_sha256` (hexadecimal) ties it to its folder."""

    number: int
    manifest_sha256: str
    articles: int
    passages: int
    created_at: datetime


def activate_generation(connection: Connection, row: GenerationRow) -> None:
    """Makes this the generation that serves, recording it first if it is new.

    StorageError if another generation is recorded under its number.
    """
    known = connection.execute(_every_column().where(generations.c.number == row.number)).first()
    if known is None:
        connection.execute(
            insert(generations).values(
                number=row.number,
                manifest_sha256=row.manifest_sha256,
                articles=row.articles,
                passages=row.passages,
                created_at=row.created_at,
            )
        )
    elif _content(_row(known)) != _content(row):
        raise StorageError(
            f"Generation {row.number} is already recorded with other content (manifest {known.manifest_sha256[:12]}…, "
            f"not {row.manifest_sha256[:12]}…). Give the new one the next free number."
        )
    if not connection.execute(update(active).values(number=row.number)).rowcount:
        connection.execute(insert(active).values(id=1, number=row.number))


def active_generation(database: Database) -> GenerationRow | None:
    """The generation that serves; None before the first one."""
    query = _every_column().join(active, active.c.number == generations.c.number)
    with database.read() as connection:
        row = connection.execute(query).first()
    return _row(row) if row is not None else None


def known_generations(database: Database) -> tuple[GenerationRow, ...]:
    """Every recorded generation, oldest number first."""
    with database.read() as connection:
        return tuple(_row(row) for row in connection.execute(_every_column().order_by(generations.c.number)))


def drop_generation(connection: Connection, number: int) -> None:
    """Forgets a generation; one that is not recorded is no error. StorageError for the active one."""
    if connection.execute(select(active.c.number).where(active.c.number == number)).first() is not None:
        raise StorageError(f"Generation {number} is serving and cannot be dropped. Activate another one first.")
    connection.execute(delete(generations).where(generations.c.number == number))


def drop_generations_after(connection: Connection, number: int) -> None:
    """Forgets every generation with a higher number. StorageError if one of them is serving."""
    serving = connection.execute(select(active.c.number).where(active.c.number > number)).scalar()
    if serving is not None:
        raise StorageError(f"Generation {serving} is serving and cannot be dropped. Activate another one first.")
    connection.execute(delete(generations).where(generations.c.number > number))


def _every_column() -> Select[int, str, int, int, datetime]:
    columns = generations.c
    return select(columns.number, columns.manifest_sha256, columns.articles, columns.passages, columns.created_at)


def _row(row: Row[int, str, int, int, datetime]) -> GenerationRow:
    return GenerationRow(*row)


def _content(row: GenerationRow) -> tuple[str, int, int]:
    return row.manifest_sha256, row.articles, row.passages
