"""How often curated answers were given, counted when a reply is stored: one narrow row for each, so that nobody reads
JSON to count."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bot.models import Turn
from bot.storage.database import Database
from bot.storage.schema import curated_given as given


def note_given(connection: Connection, turn: Turn) -> None:
    """Writes down that a reply that is shown is a curated answer, in the transaction that stores it."""
    curated = curated_in(turn.trace)
    if turn.reply is not None and curated is not None:
        day = turn.asked_at.date().isoformat()
        number, version = curated["number"], curated["version"]
        connection.execute(insert(given).values(turn_id=turn.id, number=number, version=version, day=day))


def curated_in(trace: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Of a reply's trace, `number` and `version` of the curated answer that was given; None of any other reply."""
    found: Mapping[str, Any] | None = (trace.get("composition") or {}).get("curated")
    return found


def times_given(database: Database, numbers: Collection[int], since: date) -> dict[int, int]:
    """How often each of these answers was given to customers from a day on (UTC)."""
    own = (given.c.number.in_(numbers), given.c.day >= since.isoformat())
    query = select(given.c.number, func.count()).where(*own).group_by(given.c.number)
    with database.read() as connection:
        counted: dict[int, int] = {row[0]: row[1] for row in connection.execute(query)}
    return {number: counted.get(number, 0) for number in numbers}
