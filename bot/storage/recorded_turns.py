"""What customers asked over a stretch of time, for those who go through all of it: the ids at once, turns in portions,
so that no transaction is long and no memory is full of traces."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from bot.models import HandoffReason, Turn
from bot.storage.database import Database
from bot.storage.schema import feedback, turns
from bot.storage.turns import turns_with_ids

PORTION = 200
"""Turns that are in memory at once."""


def recorded_turn_ids(database: Database, since: datetime) -> tuple[str, ...]:
    """Ids of the turns since a moment, oldest first."""
    return _ids(database, turns.c.asked_at >= since)


def unhelpful_turn_ids(database: Database, since: datetime, reasons: Collection[HandoffReason]) -> tuple[str, ...]:
    """Ids of the turns, oldest first, whose reply a customer has held for bad since a moment, or that were asked since
    then and handed over for one of these reasons."""
    bad = select(feedback.c.turn_id).where(feedback.c.up.is_(False), feedback.c.rated_at >= since)
    reason = turns.c.reply["reason"].as_string()
    handed_over = (turns.c.asked_at >= since) & reason.in_([each.value for each in reasons])
    return _ids(database, or_(turns.c.id.in_(bad), handed_over))


def turns_in_portions(database: Database, ids: Sequence[str], portion: int = PORTION) -> Iterator[tuple[Turn, ...]]:
    """The turns with these ids, in their order, so many at a time. Those that are not there are left out."""
    for start in range(0, len(ids), portion):
        wanted = ids[start : start + portion]
        found = turns_with_ids(database, wanted)
        yield tuple(found[id_] for id_ in wanted if id_ in found)


def _ids(database: Database, condition: ColumnElement[bool]) -> tuple[str, ...]:
    query = select(turns.c.id).where(condition).order_by(turns.c.asked_at, turns.c.conversation_id, turns.c.position)
    with database.read() as connection:
        return tuple(connection.scalars(query))
