"""What a database promises, whichever program keeps it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.settings import DatabaseUrl
from bot.storage import postgresql, sqlite
from bot.storage.database import Database, open_database
from bot.storage.schema import sources

ROOT = Path(__file__).parents[3]
WHERE = "from pathlib import Path; from bot.settings import DatabaseUrl; " + (
    "where = DatabaseUrl(sys.argv[1]) if '://' in sys.argv[1] else Path(sys.argv[1])"
)
"""Reads what `argument` wrote."""


def argument(where: Path | DatabaseUrl) -> str:
    return str(where) if isinstance(where, Path) else where.get_secret_value()


def add(database: Database, key: str, now: datetime) -> None:
    """Reads, then writes: the order that a transaction loses its snapshot by."""
    with database.write() as connection:
        position = connection.execute(select(func.count()).select_from(sources)).scalar_one()
        connection.execute(insert(sources).values(key=key, position=position, location="", added_at=now))


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(sources)).scalar_one()


def test_it_says_which_database_it_is(database: Database) -> None:
    assert database.name == str(database.where)
    assert database.product().split()[0] in ("SQLite", "PostgreSQL")


def test_a_write_is_kept_when_the_block_ends_and_undone_when_it_fails(database: Database, now: datetime) -> None:
    add(database, "kept", now)
    with pytest.raises(RuntimeError, match="changed my mind"), database.write() as connection:
        connection.execute(insert(sources).values(key="undone", position=9, location="", added_at=now))
        raise RuntimeError("changed my mind")
    assert count(database) == 1


def test_a_read_sees_one_snapshot(database: Database, now: datetime) -> None:
    query = select(func.count()).select_from(sources)
    with database.read() as connection:
        assert connection.execute(query).scalar_one() == 0
        add(database, "a", now)
        assert connection.execute(query).scalar_one() == 0
    assert count(database) == 1


def test_a_reader_cannot_write(database: Database, now: datetime) -> None:
    with pytest.raises(StorageError, match="read-only"), database.read() as connection:
        connection.execute(insert(sources).values(key="a", position=1, location="", added_at=now))
    add(database, "a", now)


def test_a_mistake_in_a_statement_is_no_storage_error(database: Database, now: datetime) -> None:
    add(database, "a", now)
    with pytest.raises(IntegrityError) as caught:
        add(database, "a", now)
    assert "[SQL parameters hidden" in str(caught.value)
    add(database, "b", now)


@pytest.mark.parametrize("databases", [1, 2])
def test_threads_that_read_then_write_wait_for_each_other(database: Database, now: datetime, databases: int) -> None:
    second = database if databases == 1 else open_database(database.where)
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


def test_a_decision_over_two_rows_holds_against_a_second_database(database: Database, now: datetime) -> None:
    """Write skew: each of two may go while the other stays; serialisable means that one of them stays."""
    for key in ("first", "second"):
        add(database, key, now)
    looked = Event()

    def leave(own: Database, key: str, wait: Callable[[], object]) -> None:
        with own.write() as connection:
            if connection.execute(select(func.count()).select_from(sources)).scalar_one() == 2:
                wait()
                connection.execute(sources.delete().where(sources.c.key == key))

    with open_database(database.where) as other, ThreadPoolExecutor(2) as pool:
        one = pool.submit(leave, database, "first", lambda: (looked.set(), time.sleep(0.2)))
        assert looked.wait(5)
        two = pool.submit(leave, other, "second", lambda: None)
        one.result()
        two.result()
    assert count(database) == 1


def test_processes_open_a_new_database_at_once(nowhere: Path | DatabaseUrl) -> None:
    script = (
        f"import sys; {WHERE}; from bot.storage.database import open_database;"
        "print('ready', flush=True); sys.stdin.readline(); open_database(where).close()"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, argument(nowhere)],
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


def test_threads_open_a_new_database_at_once(nowhere: Path | DatabaseUrl) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(open_database, [nowhere] * 6))
    assert [count(database) for database in opened] == [0] * 6
    for database in opened:
        database.close()


KILLED = f"""
import sys
{WHERE}
from datetime import UTC, datetime
from bot.storage.database import open_database
from bot.storage.generations import GenerationRow, activate_generation
from bot.storage.quarantine import replace_quarantine
from bot.storage.sources import remember_source
from knowledge.models import Rejected
with open_database(where) as database:
    with database.write() as connection:
        first = connection.exec_driver_sql("SELECT count(*) FROM generations").scalar_one() + 1
    for number in range(first, first + 100_000):
        now = datetime.now(UTC)
        with database.write() as connection:
            remember_source(connection, str(number), "x" * 5000, now)
            replace_quarantine(connection, "all", [Rejected("all", str(i), "no") for i in range(number)], now)
            activate_generation(connection, GenerationRow(number, "f" * 64, number, number, now))
        print(number, flush=True)
"""


def test_a_killed_writer_leaves_the_state_before_or_after(where: Path | DatabaseUrl) -> None:
    for delay in (0.0, 0.013, 0.029, 0.051):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, argument(where)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(delay)
        os.kill(child.pid, signal.SIGKILL)
        promised = int([first, *child.stdout.read().splitlines()][-1])
        child.communicate(timeout=60)
        with open_database(where) as database:
            with database.write() as connection:  # when the lock is free, the server has noticed
                counts = [
                    connection.exec_driver_sql(f"SELECT {what}").scalar_one()
                    for what in (
                        "count(*) FROM sources",
                        "count(*) FROM quarantine",
                        "count(*) FROM generations",
                        "number FROM active_generation",
                    )
                ]
            if isinstance(where, Path):
                with database.read() as connection:
                    assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert len(set(counts)) == 1
        assert counts[0] in (promised, promised + 1)


def test_a_second_write_inside_a_write_is_refused_not_deadlocked(
    where: Path | DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (postgresql, sqlite):
        monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    with (
        open_database(where) as database,
        database.write(),
        pytest.raises(StorageError, match="busy"),
        database.write(),
    ):
        pass


def test_a_writer_of_another_process_that_takes_too_long_is_named(
    where: Path | DatabaseUrl, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_database(where) as slow:
        for module in (postgresql, sqlite):
            monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
        with open_database(where) as database:
            with slow.write(), pytest.raises(StorageError, match=r"is busy.*Try again"):
                add(database, "a", now)
            add(database, "a", now)
