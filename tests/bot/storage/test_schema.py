from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import CreateTable

from bot.storage.database import Database
from bot.storage.schema import metadata, sources


def test_a_moment_comes_back_aware_and_in_utc(database: Database) -> None:
    tokyo = datetime(2026, 3, 4, 8, 30, tzinfo=timezone(timedelta(hours=9)))
    with database.write() as connection:
        connection.execute(insert(sources).values(key="k", position=1, location="l", added_at=tokyo))
    with database.read() as connection:
        added, read = connection.execute(select(sources.c.added_at, sources.c.last_read_at)).one()
    assert added == tokyo
    assert added.tzinfo is UTC
    assert read is None


def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 3, 4, 8, 30)
    with database.write() as connection, pytest.raises(StatementError, match="has no time zone"):
        connection.execute(insert(sources).values(key="k", position=1, location="l", added_at=naive))


def test_the_newest_moment_sorts_last_as_text(database: Database, now: datetime) -> None:
    moments = [now, now + timedelta(microseconds=1), now.replace(microsecond=0)]
    with database.write() as connection:
        for position, moment in enumerate(moments):
            connection.execute(
                insert(sources).values(key=str(position), position=position, location="", added_at=moment)
            )
    with database.read() as connection:
        assert list(connection.scalars(select(sources.c.added_at).order_by(sources.c.added_at))) == sorted(moments)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_can_be_written_for_postgresql(table) -> None:
    statement = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    assert "DATETIME" not in statement
    assert "CREATE TABLE" in statement
