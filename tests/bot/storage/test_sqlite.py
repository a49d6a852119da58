"""What is SQLite's alone: its file, its pragmas, its lock."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.errors import StorageError
from bot.storage import sqlite as module
from bot.storage.database import Database, open_database
from bot.storage.schema import generations, sources


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where `database` lies."""
    return tmp_path / "footnote.db"


def add(database: Database, key: str, now: datetime) -> None:
    with database.write() as connection:
        position = connection.execute(select(func.count()).select_from(sources)).scalar_one()
        connection.execute(insert(sources).values(key=key, position=position, location="", added_at=now))


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(sources)).scalar_one()


def test_it_says_which_version_it_is(database: Database) -> None:
    assert database.product() == f"SQLite {sqlite3.sqlite_version}"
    assert database.warnings() == ()


def test_the_pragmas_hold_on_every_connection(database: Database) -> None:
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "temp_store": 2,
        "trusted_schema": 0,
        "secure_delete": 1,
    }
    for opened in (database.read, database.write):
        with opened() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
        assert found == expected


def test_a_new_database_is_for_its_owner_only(database: Database, path: Path, now: datetime) -> None:
    add(database, "a", now)
    files = sorted(path.parent.glob("footnote.db*"))
    assert {"footnote.db", "footnote.db-wal", "footnote.db-shm"} <= {file.name for file in files}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_write_begins_by_taking_the_lock(database: Database, path: Path) -> None:
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_another_program_that_writes_too_long_is_named(database: Database, path: Path, now: datetime) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match=r"footnote\.db is busy.*Try again"):
        add(database, "a", now)
    other.close()
    add(database, "a", now)


def test_a_full_disk_is_named_and_loses_nothing(database: Database, now: datetime) -> None:
    add(database, "before", now)
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(StorageError, match=r"no room left to write to the database .*footnote\.db"):
        add(database, "x" * 1_000_000, now)
    assert count(database) == 1


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.write_bytes(b"# Not a database\n" * 200)
    with pytest.raises(StorageError, match=r"footnote\.db is not a SQLite database\. Move it away"):
        open_database(path)
    assert path.read_bytes().startswith(b"# Not")


def test_a_damaged_database_is_named(database: Database, path: Path, now: datetime) -> None:
    for number in range(200):
        add(database, f"{number}" * 50, now)
    database.close()
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = b"\xaa" * (len(content) - 4096 * 2)
    path.write_bytes(content)
    with (
        pytest.raises(StorageError, match=r"footnote\.db is damaged"),
        open_database(path) as damaged,
        damaged.read() as connection,
    ):
        connection.execute(select(sources)).all()
        connection.execute(select(generations)).all()


def test_a_directory_in_place_of_the_file_is_named(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StorageError, match=r"footnote\.db cannot be opened\. It must be a file"):
        open_database(path)


def test_a_file_in_place_of_the_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    with pytest.raises(StorageError, match=r"footnote\.db cannot be opened: its directory cannot be used \(.+\)"):
        open_database(tmp_path / "data" / "footnote.db")


def test_another_process_that_keeps_opening_is_waited_for_only_so_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OPENING_SECONDS", 0.05)
    with (
        module._alone(path),
        ThreadPoolExecutor(1) as pool,
        pytest.raises(StorageError, match="Another process has been opening the database"),
    ):
        pool.submit(open_database, path).result()


def test_a_journal_that_cannot_be_wal_is_named(path: Path) -> None:
    class Stubborn:
        def execute(self, _statement: str) -> "Stubborn":
            return self

        def fetchone(self) -> tuple[str]:
            return ("delete",)

    with pytest.raises(StorageError, match="cannot use a write-ahead log"):
        module._require_wal(path, Stubborn())
