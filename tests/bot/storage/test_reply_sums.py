"""The sums over replies keep pace with the facts, and those of a report are the same however late it is asked for."""

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from bot.storage.database import Database
from bot.storage.reply_sums import NOTHING, QUIET_WINDOW, Sums, add_fact, change_fact, worth
from bot.storage.reports import report_rows
from bot.storage.schema import article_sums, reply_facts, reply_sums
from bot.storage.scope import Scope
from tests.seeded_store import seeded_articles, seeded_turns, store
from tests.seeded_sums import BY

UNTIL = datetime(2026, 3, 31, 12, tzinfo=UTC)
WINDOW = int(QUIET_WINDOW.total_seconds())
ARTICLES = [article.id for article in seeded_articles(20)]
SENT = {"kind": "answer", "confidence": 0.75, "thumb": 0, "returned_after": None, "called_after": None}


def summed(connection: Connection, table: Table) -> dict[tuple[Any, ...], Sums]:
    """What is stored."""
    names = BY[table]
    rows = connection.execute(select(table)).mappings()
    sums = Sums.__dataclass_fields__
    return {tuple(row[name] for name in names): Sums(**{name: row[name] for name in sums}) for row in rows}


def counted(connection: Connection, table: Table) -> dict[tuple[Any, ...], Sums]:
    """What should be: every fact counted over."""
    found: defaultdict[tuple[Any, ...], Sums] = defaultdict(lambda: NOTHING)
    for fact in connection.execute(select(reply_facts)).mappings():
        found[tuple(fact[name] for name in BY[table])] += worth(fact)
    return dict(found)


def require_same(connection: Connection) -> None:
    for table in (reply_sums, article_sums):
        stored, expected = summed(connection, table), counted(connection, table)
        assert stored.keys() == expected.keys()
        for place, sums in stored.items():
            assert sums.confidence == pytest.approx(expected[place].confidence)
            assert replace(sums, confidence=0.0) == replace(expected[place], confidence=0.0)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (SENT, Sums(1, 0.75, 0, 0, 1, 1)),
        (SENT | {"thumb": 1}, Sums(1, 0.75, 1, 0, 1, 1)),
        (SENT | {"thumb": -1}, Sums(1, 0.75, 0, 1, 1, 0)),
        (SENT | {"returned_after": WINDOW}, Sums(1, 0.75, 0, 0, 0, 0)),
        (SENT | {"returned_after": WINDOW + 1}, Sums(1, 0.75, 0, 0, 1, 1)),
        (SENT | {"called_after": WINDOW}, Sums(1, 0.75, 0, 0, 1, 0)),
        (SENT | {"called_after": WINDOW + 1}, Sums(1, 0.75, 0, 0, 1, 1)),
        (SENT | {"kind": "clarify"}, Sums(1, 0.75, 0, 0, 1, 0)),
    ],
)
def test_a_reply_is_worth(fact: Mapping[str, Any], expected: Sums) -> None:
    assert worth(fact) == expected
    assert worth(fact) + -worth(fact) == NOTHING


def test_sums_follow_whatever_becomes_of_replies(database: Database) -> None:
    draw = random.Random(7)
    store(database, seeded_turns(60, UNTIL, ARTICLES))
    with database.write() as connection:
        require_same(connection)
        turns = list(connection.scalars(select(reply_facts.c.turn_id)))
        for _ in range(120):
            name = draw.choice(("thumb", "returned_after", "called_after"))
            value = draw.choice((1, -1)) if name == "thumb" else draw.choice((0, WINDOW, WINDOW + 1))
            change_fact(connection, draw.choice(turns), **{name: value})
        change_fact(connection, "of no reply", thumb=1)
        require_same(connection)
        connection.execute(reply_facts.delete().where(reply_facts.c.turn_id == (gone := turns[0])))
        again = {"turn_id": gone, "conversation_id": gone.rpartition("-")[0], "asked_at": UNTIL, "day": "2026-04-01"}
        place = {"platform": "web", "locale": "xx", "reason": "", "article_id": "new", "milliseconds": None}
        add_fact(connection, {**again, **place, "kind": "answer", "confidence": 0.5})
        assert summed(connection, article_sums)["2026-04-01", "new", "answer"] == Sums(1, 0.5, 0, 0, 1, 1)


@pytest.mark.parametrize("narrowed", [{}, {"platform": "web"}, {"locale": "es"}, {"articles": ARTICLES[:4]}])
def test_visits_are_over_by_the_clock_and_not_by_the_day(database: Database, narrowed: dict[str, Any]) -> None:
    """Days that are summed up and later ones, wherever the edge between them falls, give what the replies do."""
    store(database, seeded_turns(300, UNTIL, ARTICLES))
    scope = Scope(first=date(2025, 12, 1), last=date(2026, 3, 31), **narrowed)
    with database.read() as connection:
        facts = [row._mapping for row in connection.execute(select(reply_facts))]
    own = [fact for fact in facts if all(_is_of(fact, name, value) for name, value in narrowed.items())]
    for before in (timedelta(0), timedelta(hours=13), timedelta(days=9, hours=5), timedelta(days=200)):
        now = UNTIL - before
        over = [worth(fact) for fact in own if fact["asked_at"] <= now - QUIET_WINDOW]
        rows = report_rows(database, scope, now)
        for cells in (rows.cells, rows.articles):
            assert sum(cell.sums.replies for cell in cells) == len(own)
            assert sum(cell.sums.visits for cell in cells) == sum(each.visits for each in over)
            assert sum(cell.sums.resolved for cell in cells) == sum(each.resolved for each in over)


def _is_of(fact: Mapping[str, Any], name: str, value: Any) -> bool:
    return fact["article_id"] in value if name == "articles" else bool(fact[name] == value)
