"""Which replies came about under editors' rules for passages, counted when a reply is stored: one narrow row for each
reply and rule, so that nobody reads JSON to count."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bot.models import Turn
from bot.storage.database import Database
from bot.storage.schema import ruled_replies as ruled


def note_ruled(connection: Connection, turn: Turn) -> None:
    """Writes down the rules that weighed in a reply that is shown, in the transaction that stores it."""
    numbers = rules_that_weighed(turn.trace)
    if turn.reply is not None and numbers:
        day = turn.asked_at.date().isoformat()
        connection.execute(insert(ruled), [{"turn_id": turn.id, "rule": number, "day": day} for number in numbers])


def rules_that_weighed(trace: Mapping[str, Any]) -> tuple[int, ...]:
    """Of a reply's trace, the numbers of the rules that put a passage first, or took one from the first places."""
    return tuple(dict.fromkeys(rule["number"] for rule in trace.get("rules") or () if rule["weighs"]))


def replies_under(database: Database, numbers: Collection[int], since: date) -> dict[int, int]:
    """In how many replies to customers each of these rules weighed from a day on (UTC)."""
    query = select(ruled.c.rule, func.count()).where(ruled.c.rule.in_(numbers), ruled.c.day >= since.isoformat())
    with database.read() as connection:
        counted: dict[int, int] = {row[0]: row[1] for row in connection.execute(query.group_by(ruled.c.rule))}
    return {number: counted.get(number, 0) for number in numbers}
