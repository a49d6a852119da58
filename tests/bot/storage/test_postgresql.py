"""What is PostgreSQL's alone: its server may be down, refuse, break off or be full."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from threading import Event

import psycopg
import pytest
from alembic import command
from sqlalchemy import func, insert, select, text, update

from bot.errors import StorageError
from bot.settings import DatabaseUrl
from bot.storage import postgresql as module
from bot.storage.database import Database, open_database
from bot.storage.revisions import HEAD, current_revision, migrations
from bot.storage.schema import conversations, sources, turns
from tests.postgresql import RunningServer


@pytest.fixture
def database(postgresql_database: Database) -> Database:
    return postgresql_database


@pytest.fixture
def url(postgresql: RunningServer) -> Iterator[DatabaseUrl]:
    with postgresql.database() as url:
        yield url


def name_of(url: object) -> str:
    assert isinstance(url, DatabaseUrl)
    return url.get_secret_value().partition("@/")[2].partition("?")[0]


def add(database: Database, key: str) -> None:
    with database.write() as connection:
        place = connection.execute(select(func.count()).select_from(sources)).scalar_one()
        connection.execute(insert(sources).values(key=key, position=place, location="", added_at=datetime.now(UTC)))


def keys(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(sources.c.key).order_by(sources.c.position)))


def end_connections(postgresql: RunningServer, url: object) -> None:
    assert postgresql.execute(
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name_of(url)}'"
    )


def test_it_says_which_version_it_is_and_what_can_lose_data(database: Database) -> None:
    assert database.product().startswith("PostgreSQL 18")
    (warning,) = database.warnings()
    assert "fsync = off" in warning and database.name in warning


def test_transactions_are_bounded_and_leave_nothing_in_the_session(database: Database) -> None:
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "timezone", "datestyle")
    for opened in (database.read, database.write):
        with opened() as connection:
            inside = [
                connection.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar() for name in names
            ]
            raw = connection.connection.dbapi_connection
        assert inside == ["5s", "30s", "1min", "UTC", "ISO, DMY"]
        assert raw is not None
        after = [raw.cursor().execute(f"SELECT current_setting('{name}')").fetchone()[0] for name in names]
        assert after == ["0", "0", "0", "Asia/Tokyo", "SQL, DMY"]


def test_a_moment_of_any_year_survives_a_server_elsewhere(database: Database) -> None:
    moments = [
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]
    with database.write() as connection:
        for position, moment in enumerate(moments):
            values = {"key": str(position), "position": position, "location": "", "added_at": moment}
            connection.execute(insert(sources).values(values))
    with database.read() as connection:
        assert list(connection.scalars(select(sources.c.added_at).order_by(sources.c.position))) == moments


@pytest.mark.parametrize(
    "words", ["a\0b", "\0", "e\u0301 \U0001f600 \u202e\ufeff 汉字 عربي", "'; --", "\\0 \\x00", "%s %(x)s"]
)
def test_any_words_are_stored_and_found(database: Database, words: str) -> None:
    add(database, words)
    assert keys(database) == [words.replace("\0", "\N{REPLACEMENT CHARACTER}")]
    with database.write() as connection:
        assert connection.execute(update(sources).where(sources.c.key == words).values(position=7)).rowcount == 1
        connection.execute(insert(sources), [row(words + "1", 8), row(words + "2", 9)])
    assert len(keys(database)) == 3


def row(key: str, position: int) -> dict[str, object]:
    return {"key": key, "position": position, "location": key, "added_at": datetime.now(UTC)}


def test_json_comes_back_as_it_was(database: Database) -> None:
    value = {"nul": "a\0b", "half": "\ud83d", "words": "汉字 \U0001f600", "deep": [[1.5, None, True, {}]], "": 2**60}
    with database.write() as connection:
        connection.execute(
            insert(conversations).values(
                id="c",
                site_key="",
                platform="any",
                locale="",
                owner="bot",
                started_at=datetime.now(UTC),
            )
        )
        connection.execute(
            insert(turns).values(
                id="t",
                conversation_id="c",
                position=1,
                client_message_id="",
                question="",
                trace=value,
                asked_at=datetime.now(UTC),
            )
        )
    with database.read() as connection:
        assert connection.execute(select(turns.c.trace)).scalar_one() == value


def test_half_a_character_is_refused_as_sqlite_refuses_it(database: Database, sqlite_database: Database) -> None:
    for each in (database, sqlite_database):
        with pytest.raises(UnicodeEncodeError):
            add(each, "\ud83d")
        assert keys(each) == []


def test_a_server_that_is_down_is_named() -> None:
    address = DatabaseUrl("postgresql://me:open-sesame@/footnote?host=/nowhere")
    with pytest.raises(StorageError, match=r"cannot be reached .*Start it") as caught:
        open_database(address)
    assert "postgresql://me:***@/footnote?host=/nowhere" in str(caught.value)


def test_a_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(StorageError, match="cannot be reached"):
            open_database(DatabaseUrl(f"postgresql://127.0.0.1:{silent.getsockname()[1]}/footnote"))
    assert time.monotonic() - started < 10


def test_a_wrong_password_is_not_repeated(postgresql: RunningServer) -> None:
    postgresql.execute("CREATE ROLE careful LOGIN PASSWORD 'open sesame'")
    try:
        for who in ("careful:sim-sala-bim@", "careful@"):
            with pytest.raises(StorageError, match=r"refused to let this user in .*FOOTNOTE_DATABASE_URL") as caught:
                open_database(postgresql.url("migrated", who))
            assert "sim-sala-bim" not in str(caught.value)
        with pytest.raises(StorageError, match="refused to let this user in"):
            open_database(postgresql.url("migrated", "nobody@"))
        with pytest.raises(StorageError, match="lacks a right"):
            open_database(postgresql.url("migrated", "careful:open%20sesame@"))
    finally:
        postgresql.execute("DROP ROLE careful")


def test_an_owner_with_a_password_needs_no_other_right(postgresql: RunningServer) -> None:
    postgresql.execute("CREATE ROLE careful LOGIN PASSWORD 'open sesame'")
    postgresql.execute("CREATE DATABASE owned OWNER careful TEMPLATE template0")
    try:
        with open_database(postgresql.url("owned", "careful:open%20sesame@")) as database:
            add(database, "a")
            assert keys(database) == ["a"]
    finally:
        postgresql.execute("DROP DATABASE owned WITH (FORCE)")
        postgresql.execute("DROP ROLE careful")


def test_a_database_that_is_missing_is_named(postgresql: RunningServer) -> None:
    with pytest.raises(StorageError, match=r"There is no database .*nothing_here.*createdb"):
        open_database(postgresql.url("nothing_here"))


def test_a_database_that_cannot_hold_every_character_is_refused(postgresql: RunningServer) -> None:
    postgresql.execute("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
    with pytest.raises(StorageError, match=r"encoding SQL_ASCII.*createdb --encoding=UTF8"):
        open_database(postgresql.url("ascii"))
    postgresql.execute("DROP DATABASE ascii")


@pytest.mark.parametrize("wrong", ["postgresql://h/db?bogus=sim-sala-bim", "postgresql://u:%zzsim-sala-bim@h/db"])
def test_an_address_that_means_nothing_is_named(wrong: str) -> None:
    with pytest.raises(StorageError, match="Correct FOOTNOTE_DATABASE_URL") as caught:
        open_database(DatabaseUrl(wrong))
    assert "sim-sala-bim" not in str(caught.value)


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StorageError, match=r"pip install 'footnote\[postgres\]'"):
        open_database(DatabaseUrl("postgresql://h/db"))


def test_a_read_only_server_is_named_and_read(postgresql: RunningServer, url: DatabaseUrl) -> None:
    with open_database(url) as database:
        add(database, "before")
    postgresql.execute(f"ALTER DATABASE {name_of(url)} SET default_transaction_read_only = on")
    with open_database(url) as database:
        with pytest.raises(StorageError, match=r"is read-only.*primary"):
            add(database, "a")
        assert keys(database) == ["before"]


def test_a_standby_is_named_and_read(postgresql: RunningServer) -> None:
    with postgresql.standby() as socket_folder:
        host = f"?host={socket_folder}"
        with open_database(DatabaseUrl(f"postgresql://postgres@/migrated{host}")) as database:
            assert keys(database) == []
            with pytest.raises(StorageError, match=r"is read-only: it is a standby.*primary"):
                add(database, "a")
        with pytest.raises(StorageError, match="is read-only"):
            open_database(DatabaseUrl(f"postgresql://postgres@/postgres{host}"))
        both = f"{host},{postgresql.socket_folder}&target_session_attrs=primary"
        with open_database(DatabaseUrl(f"postgresql://postgres@/migrated{both}")) as database, database.write():
            pass


def test_a_full_disk_is_named_and_loses_nothing(database: Database) -> None:
    add(database, "before")
    full = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
    with pytest.raises(StorageError, match="no room left"), database.write() as connection:
        connection.execute(insert(sources).values(row("undone", 9)))
        connection.exec_driver_sql(full)
    assert keys(database) == ["before"]


def test_too_many_connections_are_named(postgresql: RunningServer, url: DatabaseUrl) -> None:
    postgresql.execute("CREATE ROLE sociable LOGIN CONNECTION LIMIT 1")
    postgresql.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO sociable", name_of(url))
    with (
        open_database(postgresql.url(name_of(url), "sociable@")) as database,
        database.read(),
        pytest.raises(StorageError, match="takes no more connections"),
    ):
        add(database, "a")
    postgresql.execute("DROP OWNED BY sociable", name_of(url))
    postgresql.execute("DROP ROLE sociable")


def test_a_process_reads_over_so_many_connections_and_no_more(
    url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    with open_database(url) as database, ExitStack() as stack:
        for _ in range(module.READERS + module.MORE_READERS):
            stack.enter_context(database.read())
        with pytest.raises(StorageError, match="busy"), database.read():
            pass
        add(database, "a writer has one of its own")


def test_a_statement_that_takes_too_long_is_given_up(url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STATEMENT_SECONDS", 0.05)
    with open_database(url) as database:
        with pytest.raises(StorageError, match="took too long"), database.read() as connection:
            connection.exec_driver_sql("SELECT pg_sleep(5)")
        add(database, "a")


def test_a_writer_that_hangs_is_ended_for_the_others(url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.1)
    with open_database(url) as hanging, open_database(url) as other:
        with pytest.raises(StorageError, match="lost in the middle"), hanging.write() as connection:
            connection.execute(insert(sources).values(row("undone", 9)))
            add(other, "b")
        assert keys(hanging) == ["b"]


def test_connections_that_broke_while_idle_are_replaced(database: Database, postgresql: RunningServer) -> None:
    for key in ("a", "b"):
        add(database, key)
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: keys(database), range(12)))
        end_connections(postgresql, database.where)
        assert keys(database)[-1] == key
        end_connections(postgresql, database.where)
    add(database, "c")
    assert keys(database) == ["a", "b", "c"]


def test_a_connection_that_breaks_in_the_middle_is_named_and_stores_nothing(
    database: Database, postgresql: RunningServer
) -> None:
    ran = 0
    with pytest.raises(StorageError, match="lost in the middle of a request"), database.write() as connection:
        ran += 1
        connection.execute(insert(sources).values(row("undone", 9)))
        end_connections(postgresql, database.where)
        connection.execute(insert(sources).values(row("undone too", 10)))
    with pytest.raises(StorageError, match="Whether that was stored is not known"), database.write() as connection:
        ran += 1
        connection.execute(insert(sources).values(row("undone", 9)))
        end_connections(postgresql, database.where)
    assert ran == 2
    assert keys(database) == []


def test_what_was_acknowledged_outlives_a_server_that_is_killed(database: Database, postgresql: RunningServer) -> None:
    """Kill -9 of the server process that serves a writer: PostgreSQL then drops everybody and recovers from its log."""
    acknowledged: list[str] = []
    for round_ in range(2):
        stop = Event()

        def write_until_it_breaks(stop: Event = stop, round_: int = round_) -> None:
            for number in range(10_000):
                key = f"{round_}-{number}"
                try:
                    add(database, key)
                except StorageError:
                    return
                acknowledged.append(key)
                if stop.is_set():
                    return

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write_until_it_breaks)
            time.sleep(0.1)
            ((pid,),) = postgresql.execute(
                "SELECT pid FROM pg_stat_activity WHERE query NOT LIKE '%pg_stat_activity%' "
                f"AND datname = '{name_of(database.where)}' LIMIT 1"
            )
            os.kill(int(str(pid)), signal.SIGKILL)
            time.sleep(0.05)
            stop.set()
            writing.result()
        found = until_it_is_back(database)
        assert set(acknowledged) <= set(found)
        assert len(found) <= len(acknowledged) + round_ + 1
    assert len(acknowledged) > 10


def until_it_is_back(database: Database) -> list[str]:
    deadline = time.monotonic() + 30
    while True:
        try:
            return keys(database)
        except StorageError as error:
            assert time.monotonic() < deadline, error
            assert any(said in str(error) for said in ("starting or stopping", "lost", "cannot be reached")), error
            time.sleep(0.05)


def test_another_program_that_changes_what_was_read_is_noticed(database: Database) -> None:
    assert isinstance(database.where, DatabaseUrl)
    add(database, "a")
    with pytest.raises(StorageError, match="busy"), database.write() as connection:
        place = connection.execute(select(sources.c.position)).scalar_one()
        with psycopg.connect(database.where.get_secret_value()) as other:
            other.execute("UPDATE sources SET position = 5")
        connection.execute(update(sources).values(position=place + 1))


def test_a_migration_waits_for_the_writer_at_work(url: DatabaseUrl) -> None:
    with open_database(url) as old:
        with old.write() as connection:
            command.downgrade(migrations(connection), "0001")
        with old.write() as connection, ThreadPoolExecutor(1) as pool:
            opening = pool.submit(open_database, url)
            time.sleep(0.3)
            assert not opening.done()
            connection.execute(insert(sources).values(row("a", 1)))
            connection.exec_driver_sql("UPDATE turns SET question = ''")  # a table that the migration alters
            connection.commit()
            with opening.result(30) as new:
                assert keys(new) == ["a"]
                with new.read() as reading:
                    assert current_revision(reading, new.name) == HEAD


def test_waiting_for_another_migration_ends(url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_database(url) as old, old.write() as connection:
        command.downgrade(migrations(connection), "0001")
    monkeypatch.setattr(module, "OPENING_SECONDS", 0.05)
    with psycopg.connect(url.get_secret_value()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (module._ONE_MIGRATION,))
        with pytest.raises(StorageError, match="busy"):
            open_database(url)
