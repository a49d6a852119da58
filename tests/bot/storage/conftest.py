from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.settings import DatabaseUrl
from bot.storage.database import Database, open_database
from tests.postgresql import RunningServer, running_postgresql


@pytest.fixture(scope="session")
def postgresql() -> RunningServer:
    return running_postgresql()


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | DatabaseUrl]:
    """Where a database of either kind is; on PostgreSQL it is there and migrated."""
    if request.param == "sqlite":
        yield tmp_path / "footnote.db"
    else:
        with running_postgresql().database() as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | DatabaseUrl]:
    """Where a database of either kind can be made: no file yet, or one without a table."""
    if request.param == "sqlite":
        yield tmp_path / "new" / "footnote.db"
    else:
        with running_postgresql().database("template0") as url:
            yield url


@pytest.fixture
def database(where: Path | DatabaseUrl) -> Iterator[Database]:
    """An empty database, once SQLite's and once PostgreSQL's."""
    with open_database(where) as database:
        yield database


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "footnote.db") as database:
        yield database


@pytest.fixture
def postgresql_database(postgresql: RunningServer) -> Iterator[Database]:
    with postgresql.database() as url, open_database(url) as database:
        yield database


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
