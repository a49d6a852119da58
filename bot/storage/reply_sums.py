"""Sums over the replies of each day, kept as the facts of replies change: a report of many days adds up few rows.

`reply_sums` has a row for each day, platform, locale, kind and reason, `article_sums` one for each day, article and
kind. Both count replies, confidences, thumbs, and the visits that end with one of the replies once their quiet window
is over: whether it is over only who reads can tell (bot/storage/reports.py). One transaction writes at a time, so a row
that was not there when it was updated is not there when it is inserted.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, insert, select, update

from bot.storage.schema import article_sums, reply_facts, reply_sums

QUIET_WINDOW = timedelta(hours=24)
"""How long a customer must stay away before a visit counts as over. It is part of every sum: another window needs a
migration that sums up anew."""

_BY: Mapping[Table, tuple[str, ...]] = {
    reply_sums: ("day", "platform", "locale", "kind", "reason"),
    article_sums: ("day", "article_id", "kind"),
}


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some replies of one kind: how many, the sum of their confidences, thumbs, and the visits that ended with one
    of them, of which so many were resolved."""

    replies: int
    confidence: float
    ups: int
    downs: int
    visits: int
    resolved: int

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.replies + other.replies,
            self.confidence + other.confidence,
            self.ups + other.ups,
            self.downs + other.downs,
            self.visits + other.visits,
            self.resolved + other.resolved,
        )

    def __neg__(self) -> "Sums":
        return Sums(-self.replies, -self.confidence, -self.ups, -self.downs, -self.visits, -self.resolved)


NOTHING = Sums(0, 0.0, 0, 0, 0, 0)
COUNTED = tuple(field.name for field in fields(Sums))


def add_fact(connection: Connection, fact: Mapping[str, Any]) -> None:
    """Writes the facts of a reply, and counts it in; what the fact leaves out is as for a reply just sent."""
    connection.execute(insert(reply_facts).values(**fact))
    whole = {"thumb": 0, "returned_after": None, "called_after": None, **fact}
    _add(connection, whole, worth(whole))


def change_fact(connection: Connection, turn_id: str, **values: int) -> None:
    """Writes what has become of a reply since, and counts that; without facts of this turn nothing."""
    own = reply_facts.c.turn_id == turn_id
    row: Row[Any] | None = connection.execute(select(reply_facts).where(own)).first()
    if row is None:
        return
    connection.execute(update(reply_facts).where(own).values(**values))
    before = row._asdict()
    change = worth({**before, **values}) + -worth(before)
    if change != NOTHING:
        _add(connection, before, change)


def worth(fact: Mapping[str, Any]) -> Sums:
    """What one reply adds to the sums of its day, its visit taken to be over."""
    window = QUIET_WINDOW.total_seconds()
    is_last = fact["returned_after"] is None or fact["returned_after"] > window
    unaided = fact["called_after"] is None or fact["called_after"] > window
    resolved = is_last and fact["kind"] == "answer" and unaided and fact["thumb"] >= 0
    thumb = fact["thumb"]
    return Sums(1, fact["confidence"], int(thumb == 1), int(thumb == -1), int(is_last), int(resolved))


def _add(connection: Connection, fact: Mapping[str, Any], change: Sums) -> None:
    added = dict(zip(COUNTED, astuple(change), strict=True))
    for table, by in _BY.items():
        place = {name: fact[name] for name in by}
        own = and_(*(table.c[name] == value for name, value in place.items()))
        grown = {name: table.c[name] + value for name, value in added.items()}
        if not connection.execute(update(table).where(own).values(grown)).rowcount:
            connection.execute(insert(table).values(**place, **added))
