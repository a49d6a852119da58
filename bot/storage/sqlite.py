"""SQLite: one file, one connection that writes, several that read, and the pragmas that make both safe."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event

from bot.errors import StorageError
from bot.storage.faults import translated
from bot.storage.revisions import HEAD, bring_to_head, current_revision
from bot.storage.sqlite_faults import sqlite_sentence

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


class SqliteStore:
    """A SQLite file; its path is absolute."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self.path = path
        self.readers = _engine(path, writes=False)
        self.writer = _engine(path, writes=True)

    def bring_up_to_date(self) -> None:
        """Creates the file if it is missing and migrates it; a lock file beside it lets one process at a time do so."""
        with _alone(self.path), self.translated():
            with self.readers.begin() as connection:
                behind = current_revision(connection, self.name) != HEAD
            if behind:
                self._migrate()

    def _migrate(self) -> None:
        """Foreign keys are off meanwhile and checked before the commit, because SQLite alters a table by building it
        anew (https://sqlite.org/lang_altertable.html, section 7)."""
        with self.writer.connect() as connection:
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            connection.detach()
            with connection.begin():
                bring_to_head(connection, self.name)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise StorageError(
                        f"The database {self.name} was not migrated: {len(broken)} rows point at rows that are not "
                        f"there (the first in table “{broken[0][0]}”). Put a backup in its place."
                    )

    def translated(self) -> AbstractContextManager[None]:
        """Tells SQLite's errors as StorageError."""
        return translated(self.name, sqlite_sentence)

    def product(self, connection: Connection) -> str:
        """`SQLite` and its version."""
        return f"SQLite {connection.exec_driver_sql('SELECT sqlite_version()').scalar_one()}"

    def warnings(self, connection: Connection) -> tuple[str, ...]:  # noqa: ARG002 - the pragmas are our own
        """None: how durable it is was chosen here."""
        return ()


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
