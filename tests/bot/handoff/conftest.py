from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.database import Database, open_database
from tests.bot.handoff.files import File
from tests.bot.handoff.house import House
from tests.postgresql import running_postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, once SQLite's and once PostgreSQL's."""
    if request.param == "sqlite":
        with open_database(tmp_path / "footnote.db") as database:
            yield database
    else:
        with running_postgresql().database() as url, open_database(url) as database:
            yield database


@pytest.fixture
def house(either_database: Database) -> House:
    return House(either_database)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[File]:
    file = File(tmp_path / "footnote.db")
    yield file
    file.database.close()
