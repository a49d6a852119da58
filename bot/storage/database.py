"""A database, whichever program keeps it: readers that see one snapshot, and one writer at a time."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.settings import DatabaseUrl
from bot.storage.postgresql import PostgresqlStore
from bot.storage.sqlite import SqliteStore

Transaction = Connection
"""A connection inside `Database.write` or `read`, for those who hand it on to what belongs to the same transaction."""


class Store(Protocol):
    """What SQLite and PostgreSQL do each in its own way."""

    name: str
    """Which database it is, in words for a person: no password stands in them."""
    readers: Engine
    """Its transactions see one snapshot and cannot write."""
    writer: Engine
    """Its transactions begin by waiting until no other one writes; what they read then still holds."""

    def bring_up_to_date(self) -> None:
        """Creates what is missing and migrates; only one process does so at a time. StorageError."""

    def translated(self) -> AbstractContextManager[None]:
        """Tells the driver's errors as StorageError; a mistake in a statement passes."""

    def product(self, connection: Connection) -> str:
        """The program that keeps it and its version, such as `PostgreSQL 18.4`."""

    def warnings(self, connection: Connection) -> tuple[str, ...]:
        """A sentence for each way in which it is set up to lose what was acknowledged."""


class Database:
    """A database at the newest revision, safe to share between threads. Made by `open_database`; `close` it.

    `where` opens it again.
    """

    def __init__(self, where: Path | DatabaseUrl, store: Store) -> None:
        self.where = where
        self._store = store

    @property
    def name(self) -> str:
        """Which database it is, without its password."""
        return self._store.name

    def product(self) -> str:
        """The program that keeps it and its version, such as `SQLite 3.40.1`. StorageError."""
        with self.read() as connection:
            return self._store.product(connection)

    def warnings(self) -> tuple[str, ...]:
        """A sentence for each way in which it is set up to lose what was acknowledged. StorageError."""
        with self.read() as connection:
            return self._store.warnings(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one snapshot of the database throughout. It cannot write. StorageError."""
        with self._store.translated(), _begun(self._store.readers) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end of the block, rolled back on an error.

        There is one writer at a time, over all processes, so keep the block short and open no second one inside it.
        What was read in the block still holds when it writes. StorageError.
        """
        with self._store.translated(), _begun(self._store.writer) as connection:
            yield connection

    def close(self) -> None:
        """Closes every idle connection; connections in use close when they are given back."""
        self._store.readers.dispose()
        self._store.writer.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(where: Path | DatabaseUrl) -> Database:
    """Opens the SQLite file at a path, creating it (mode 0600) and its directory, or the PostgreSQL database at an
    address, which must exist; and migrates it to the newest schema.

    Safe when several processes open one database at once: one at a time creates or migrates. StorageError if it cannot
    be opened, is no database, or belongs to a newer Footnote or another program.
    """
    store: Store = SqliteStore(where.absolute()) if isinstance(where, Path) else PostgresqlStore(where)
    database = Database(where, store)
    try:
        store.bring_up_to_date()
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction. One that broke while it lay idle is replaced, once: nothing of the block was
    sent by then."""
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(engine.begin())
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            connection = stack.enter_context(engine.begin())
        yield connection
