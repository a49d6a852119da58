"""PostgreSQL: one connection that writes, several that read, and the transactions that make both as safe as SQLite's.

psycopg loads only when a PostgreSQL database is opened.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from bot.errors import StorageError
from bot.settings import DatabaseUrl
from bot.storage.faults import translated
from bot.storage.postgresql_faults import postgresql_sentence
from bot.storage.revisions import HEAD, bring_to_head, current_revision

CONNECT_SECONDS = 5
"""How long a server may take to accept a connection, each of its addresses."""
BUSY_SECONDS = 5.0
"""How long a writer waits for another one, in this process or in another, and a reader for a connection."""
STATEMENT_SECONDS = 30.0
"""How long one statement may take."""
IDLE_SECONDS = 60.0
"""How long a transaction may do nothing before the server ends it: a writer that hangs holds up all the others."""
OPENING_SECONDS = 60.0
"""How long opening waits for another process that migrates the same database."""
READERS = 4
MORE_READERS = 8
"""Connections for reading that are kept, and further ones while many read at once; with the writer's 13 a process."""
RECYCLE_SECONDS = 1800
"""The age at which a connection is replaced, because something between here and the server may have dropped it."""

_ONE_MIGRATION = 0x466F_6F74_6E6F_7465
"""The key of the advisory lock that whoever migrates holds ("Footnote" in ASCII)."""

_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_WRITING = "BEGIN ISOLATION LEVEL REPEATABLE READ"
_MIGRATING = "BEGIN ISOLATION LEVEL READ COMMITTED"
_ONE_WRITER = "LOCK TABLE alembic_version IN SHARE ROW EXCLUSIVE MODE"
"""Held by one transaction at a time. Neither it nor BEGIN nor SET takes the snapshot: that is taken by the first
statement of the block, when every earlier writer has committed."""


class PostgresqlStore:
    """A PostgreSQL database. StorageError without the driver."""

    def __init__(self, url: DatabaseUrl) -> None:
        self.name = str(url)
        self._connect = _connector(url)
        limits = _limits(BUSY_SECONDS, STATEMENT_SECONDS)
        self.readers = self._engine(f"{_READING}; {limits}", READERS, MORE_READERS)
        self.writer = self._engine(f"{_WRITING}; {limits}; {_ONE_WRITER}", 1, 0)

    def bring_up_to_date(self) -> None:
        """Migrates the database; an advisory lock lets one process at a time do so. StorageError."""
        with self.translated():
            with self.readers.begin() as connection:
                self._require_unicode(connection)
                behind = current_revision(connection, self.name) != HEAD
            if behind:
                self._migrate()

    def _migrate(self) -> None:
        """Statements of a migration may take as long as they need. It waits for the writer at work first: taking
        tables before that, it could wait for one that waits for it."""
        engine = self._engine(f"{_MIGRATING}; {_limits(OPENING_SECONDS, 0)}", 1, 0)
        try:
            with engine.begin() as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_MIGRATION})
                if inspect(connection).has_table("alembic_version"):
                    connection.exec_driver_sql(_ONE_WRITER)
                bring_to_head(connection, self.name)
        finally:
            engine.dispose()

    def translated(self) -> AbstractContextManager[None]:
        """Tells PostgreSQL's errors as StorageError."""
        return translated(self.name, postgresql_sentence)

    def product(self, connection: Connection) -> str:
        """`PostgreSQL` and its version."""
        return f"PostgreSQL {_setting(connection, 'server_version')}"

    def warnings(self, connection: Connection) -> tuple[str, ...]:
        """A sentence for each setting of the server by which a crash loses what was acknowledged."""
        return tuple(
            f"The server of {self.name} has {name} = off: a power cut can lose what customers were told is stored."
            for name in ("fsync", "full_page_writes", "synchronous_commit")
            if _setting(connection, name) == "off"
        )

    def _require_unicode(self, connection: Connection) -> None:
        encoding = _setting(connection, "server_encoding")
        if encoding != "UTF8":
            raise StorageError(
                f"The database {self.name} has the encoding {encoding}, which cannot hold every customer's words. "
                f"Make one with `createdb --encoding=UTF8 --template=template0` and name that in FOOTNOTE_DATABASE_URL."
            )

    def _engine(self, begin: str, size: int, overflow: int) -> Engine:
        """An engine whose transactions start with `begin`; it keeps `size` connections, one or more."""
        engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            hide_parameters=True,
            pool_size=size,
            max_overflow=overflow,
            pool_timeout=BUSY_SECONDS,
            pool_recycle=RECYCLE_SECONDS,
            pool_use_lifo=True,
        )

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine


def _limits(lock_seconds: float, statement_seconds: float) -> str:
    """Statements that bind this transaction alone: a pooler between here and the server may share the session."""
    values = {
        "lock_timeout": f"{lock_seconds * 1000:.0f}",
        "statement_timeout": f"{statement_seconds * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000:.0f}",
        "timezone": "UTC",
        "datestyle": "ISO",
    }
    return "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in values.items())


def _setting(connection: Connection, name: str) -> str:
    return str(connection.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())


def _connector(url: DatabaseUrl) -> Callable[[], DBAPIConnection]:
    """Opens a connection that begins no transaction of its own and writes NUL as U+FFFD: PostgreSQL has no NUL.

    StorageError for an address that means nothing.
    """
    psycopg = _driver(url)
    try:
        psycopg.conninfo.conninfo_to_dict(url.get_secret_value())
    except psycopg.ProgrammingError:
        raise StorageError(
            f"The address of the database {url} has a parameter that PostgreSQL does not know, or a % that stands for "
            f"nothing. Correct FOOTNOTE_DATABASE_URL."
        ) from None
    strings = psycopg.types.string
    dumpers = [_without_nul(each) for each in (strings.StrDumper, strings.StrDumperVarchar, strings.StrDumperUnknown)]

    def connect() -> DBAPIConnection:
        connection = psycopg.connect(
            url.get_secret_value(),
            autocommit=True,
            prepare_threshold=None,
            client_encoding="utf8",
            connect_timeout=CONNECT_SECONDS,
            application_name="footnote",
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            tcp_user_timeout=30_000,
        )
        for dumper in dumpers:
            connection.adapters.register_dumper(str, dumper)
        return cast("DBAPIConnection", connection)

    return connect


def _driver(url: DatabaseUrl) -> ModuleType:
    try:
        import psycopg
        import psycopg.types.string
    except ImportError as error:
        raise StorageError(
            f"The database {url} needs the driver psycopg, which is not installed: pip install 'footnote[postgres]'."
        ) from error
    return psycopg


def _without_nul(dumper: type[Any]) -> type[Any]:
    def dump(self: Any, text: str) -> Any:
        return dumper.dump(self, text.replace("\0", "\N{REPLACEMENT CHARACTER}"))

    return type(dumper.__name__, (dumper,), {"dump": dump})
