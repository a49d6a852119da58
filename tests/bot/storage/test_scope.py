"""A scope asks of a table's rows what it says of a row."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.schema import reply_facts, reply_sums
from bot.storage.scope import Scope
from tests.seeded_store import seeded_articles, seeded_turns, store

UNTIL = datetime(2026, 3, 31, 12, tzinfo=UTC)
ARTICLES = [article.id for article in seeded_articles(20)]
DAYS = {"first": date(2026, 2, 10), "last": date(2026, 3, 9)}


@pytest.mark.parametrize(
    "narrowed",
    [{}, {"platform": "app"}, {"locale": "es"}, {"articles": ARTICLES[:3]}, {"articles": []}, {"platform": ""}],
)
def test_rows_of_a_table_are_those_that_it_includes(sqlite_database: Database, narrowed: dict[str, Any]) -> None:
    store(sqlite_database, seeded_turns(200, UNTIL, ARTICLES))
    scope = Scope(**DAYS, **narrowed)
    query = select(reply_facts).order_by(reply_facts.c.turn_id)
    with sqlite_database.read() as connection:
        every = connection.execute(query).all()
        found = connection.execute(query.where(*scope.conditions(reply_facts))).all()
    assert found == [row for row in every if scope.includes(row)]
    assert len(found) < len(every)


def test_a_table_can_tell_only_of_what_it_has() -> None:
    assert Scope(**DAYS).asked() == set()
    assert Scope(**DAYS, platform="app", locale="es").asked() <= set(reply_sums.c.keys())
    assert Scope(**DAYS, articles=()).asked() == {"article_id"}


def test_days_end_when_the_next_one_begins() -> None:
    begin, end = Scope(**DAYS).moments()
    assert (begin, end) == (datetime(2026, 2, 10, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC))
