import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.storage import database as module
from bot.storage.database import Database, open_database
from bot.storage.schema import generations, sources

ROOT = Path(__file__).parents[3]


def add(database: Database, key: str, now: datetime) -> None:
    """Reads, then writes: the order that a deferred transaction loses its snapshot by."""
    with database.write() as connection:
        position = connection.execute(select(func.count()).select_from(sources)).scalar_one()
        connection.execute(insert(sources).values(key=key, position=position, location="", added_at=now))


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(sources)).scalar_one()


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


def test_a_new_database_is_for_its_owner_only(database: Database, now: datetime) -> None:
    add(database, "a", now)
    files = sorted(database.path.parent.glob("footnote.db*"))
    assert {"footnote.db", "footnote.db-wal", "footnote.db-shm"} <= {file.name for file in files}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_write_is_kept_when_the_block_ends_and_undone_when_it_fails(database: Database, now: datetime) -> None:
    add(database, "kept", now)
    with pytest.raises(RuntimeError, match="changed my mind"), database.write() as connection:
        connection.execute(insert(sources).values(key="undone", position=9, location="", added_at=now))
        raise RuntimeError("changed my mind")
    assert count(database) == 1


def test_a_write_begins_by_taking_the_lock(database: Database) -> None:
    other = sqlite3.connect(database.path, timeout=0, isolation_level=None)
    with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_read_sees_one_snapshot(database: Database, now: datetime) -> None:
    query = select(func.count()).select_from(sources)
    with database.read() as connection:
        assert connection.execute(query).scalar_one() == 0
        add(database, "a", now)
        assert connection.execute(query).scalar_one() == 0
    assert count(database) == 1


def test_a_reader_cannot_write(database: Database, now: datetime) -> None:
    with pytest.raises(StorageError), database.read() as connection:
        connection.execute(insert(sources).values(key="a", position=1, location="", added_at=now))


def test_a_mistake_in_a_statement_is_no_storage_error(database: Database, now: datetime) -> None:
    add(database, "a", now)
    with pytest.raises(IntegrityError) as caught:
        add(database, "a", now)
    assert "[SQL parameters hidden" in str(caught.value)


@pytest.mark.parametrize("databases", [1, 2])
def test_threads_that_read_then_write_wait_for_each_other(database: Database, now: datetime, databases: int) -> None:
    second = database if databases == 1 else open_database(database.path)
    start = Barrier(4)

    def write_many(worker: int) -> None:
        start.wait()
        for number in range(25):
            add(second if worker % 2 else database, f"{worker}-{number}", now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write_many, range(4)))
    second.close()
    assert count(database) == 100


def test_an_increment_is_never_lost(database: Database, now: datetime) -> None:
    add(database, "counter", now)

    def increment(_: int) -> None:
        with database.write() as connection:
            value = connection.execute(select(sources.c.position)).scalar_one()
            connection.execute(update(sources).values(position=value + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(increment, range(80)))
    with database.read() as connection:
        assert connection.execute(select(sources.c.position)).scalar_one() == 80


def test_processes_open_a_new_database_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from bot.storage.database import open_database;"
        "print('ready', flush=True); sys.stdin.readline(); open_database(Path(sys.argv[1])).close()"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "footnote.db")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate(timeout=60)
        assert (child.returncode, errors) == (0, "")


def test_threads_open_a_new_database_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(open_database, [tmp_path / "new" / "footnote.db"] * 6))
    assert [count(database) for database in opened] == [0] * 6
    for database in opened:
        database.close()


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bot.storage.database import open_database
from bot.storage.generations import GenerationRow, activate_generation
from bot.storage.quarantine import replace_quarantine
from bot.storage.sources import remember_source
from knowledge.models import Rejected
with open_database(Path(sys.argv[1])) as database:
    with database.read() as connection:
        first = connection.exec_driver_sql("SELECT count(*) FROM generations").scalar_one() + 1
    for number in range(first, first + 100_000):
        now = datetime.now(UTC)
        with database.write() as connection:
            remember_source(connection, str(number), "x" * 5000, now)
            replace_quarantine(connection, "all", [Rejected("all", str(i), "no") for i in range(number)], now)
            activate_generation(connection, GenerationRow(number, "f" * 64, number, number, now))
        print(number, flush=True)
"""


def test_a_killed_writer_leaves_the_state_before_or_after(tmp_path: Path) -> None:
    path = tmp_path / "footnote.db"
    for delay in (0.0, 0.013, 0.029, 0.051):
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(delay)
        os.kill(child.pid, signal.SIGKILL)
        promised = int([first, *child.stdout.read().splitlines()][-1])
        child.communicate(timeout=60)
        with open_database(path) as database, database.read() as connection:
            counts = [
                connection.exec_driver_sql(f"SELECT {what}").scalar_one()
                for what in (
                    "count(*) FROM sources",
                    "count(*) FROM quarantine",
                    "count(*) FROM generations",
                    "number FROM active_generation",
                )
            ]
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert len(set(counts)) == 1
        assert counts[0] in (promised, promised + 1)


def test_a_busy_database_is_named(database: Database, now: datetime) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match=r"footnote\.db is busy.*Try again"):
        add(database, "a", now)
    other.close()
    add(database, "a", now)


def test_a_second_write_inside_a_write_is_refused_not_deadlocked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    with (
        open_database(tmp_path / "footnote.db") as database,
        database.write(),
        pytest.raises(StorageError, match="busy"),
        database.write(),
    ):
        pass


def test_a_full_disk_is_named_and_loses_nothing(database: Database, now: datetime) -> None:
    add(database, "before", now)
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(StorageError, match=r"no room left to write to the database .*footnote\.db"):
        add(database, "x" * 1_000_000, now)
    assert count(database) == 1


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "footnote.db"
    path.write_bytes(b"# Not a database\n" * 200)
    with pytest.raises(StorageError, match=r"footnote\.db is not a SQLite database\. Move it away"):
        open_database(path)
    assert path.read_bytes().startswith(b"# Not")


def test_a_damaged_database_is_named(database: Database, now: datetime) -> None:
    for number in range(200):
        add(database, f"{number}" * 50, now)
    database.close()
    content = bytearray(database.path.read_bytes())
    content[4096 * 2 :] = b"\xaa" * (len(content) - 4096 * 2)
    database.path.write_bytes(content)
    with (
        pytest.raises(StorageError, match=r"footnote\.db is damaged"),
        open_database(database.path) as damaged,
        damaged.read() as connection,
    ):
        connection.execute(select(sources)).all()
        connection.execute(select(generations)).all()


def test_a_directory_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "footnote.db").mkdir()
    with pytest.raises(StorageError, match=r"footnote\.db cannot be opened\. It must be a file"):
        open_database(tmp_path / "footnote.db")


def test_a_file_in_place_of_the_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    with pytest.raises(StorageError, match=r"footnote\.db cannot be opened: its directory cannot be used \(.+\)"):
        open_database(tmp_path / "data" / "footnote.db")


def test_another_process_that_keeps_opening_is_waited_for_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OPENING_SECONDS", 0.05)
    with (
        module._alone(tmp_path / "footnote.db"),
        ThreadPoolExecutor(1) as pool,
        pytest.raises(StorageError, match="Another process has been opening the database"),
    ):
        pool.submit(open_database, tmp_path / "footnote.db").result()


def test_a_journal_that_cannot_be_wal_is_named(tmp_path: Path) -> None:
    class Stubborn:
        def execute(self, _statement: str) -> "Stubborn":
            return self

        def fetchone(self) -> tuple[str]:
            return ("delete",)

    with pytest.raises(StorageError, match="cannot use a write-ahead log"):
        module._require_wal(tmp_path / "footnote.db", Stubborn())
