"""The SQLite database: one connection that writes, several that read, and the pragmas that make both safe."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event

from bot.errors import StorageError
from bot.storage.faults import translated
from bot.storage.revisions import HEAD, bring_to_head, current_revision

BUSY_SECONDS = 5.0
"""How long a writer waits for another one, in this process or in another."""
OPENING_SECONDS = 60.0
"""How long opening waits for another process that creates or migrates the same database."""

_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
)


class Database:
    """A database at the newest revision, safe to share between threads. Made by `open_database`; `close` it."""

    def __init__(self, path: Path, readers: Engine, writer: Engine) -> None:
        self.path = path
        self._readers = readers
        self._writer = writer

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one snapshot of the database throughout. It cannot write. StorageError."""
        with translated(self.path), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a `BEGIN IMMEDIATE` transaction: committed at the end of the block, rolled back on an error.

        There is one writer at a time, so keep the block short and open no second one inside it. What was read in
        the block still holds when it writes. StorageError.
        """
        with translated(self.path), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Closes every idle connection; connections in use close when they are given back."""
        self._readers.dispose()
        self._writer.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(path: Path) -> Database:
    """Opens the SQLite file at `path`, creating it (mode 0600) and its directory, and migrates it to the newest schema.

    Safe when several processes open one path at once: a lock file beside it lets one at a time create or migrate.
    StorageError if it cannot be opened, is no database, or belongs to a newer Footnote or another program.
    """
    path = path.absolute()
    readers, writer = _engine(path, writes=False), _engine(path, writes=True)
    database = Database(path, readers, writer)
    try:
        with _alone(path), translated(path):
            with database.read() as connection:
                behind = current_revision(connection) != HEAD
            if behind:
                bring_to_head(writer)
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """The block runs while no other process opens the same path; the file is there, if only an empty one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(path.name + ".lock"), timeout=OPENING_SECONDS, mode=0o600):
            _create_file(path)
            yield
    except Timeout as error:
        raise StorageError(
            f"Another process has been opening the database {path} for more than {OPENING_SECONDS:.0f} seconds. "
            f"Wait for it to finish or stop it, then try again."
        ) from error
    except OSError as error:
        raise StorageError(
            f"The database {path} cannot be opened: its directory cannot be used ({error.strerror}). "
            f"Give this user the right to write there, or choose another place with FOOTNOTE_DATA_DIR."
        ) from error


def _create_file(path: Path) -> None:
    """An empty file only its owner may read, if there is none (SQLite gives its WAL the same mode)."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _engine(path: Path, *, writes: bool) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        hide_parameters=True,
        pool_size=1 if writes else 8,
        max_overflow=0 if writes else 32,
        pool_timeout=BUSY_SECONDS,
    )
    pragmas = _PRAGMAS if writes else (*_PRAGMAS, "PRAGMA query_only=ON")
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        try:
            _require_wal(path, connection)
            for pragma in pragmas:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _require_wal(path: Path, connection: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}")
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise StorageError(
            f"The database {path} cannot use a write-ahead log (its journal mode stays “{mode}”). "
            f"Put it on a local disk, not on a network share."
        )
