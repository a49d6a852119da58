"""What SQLAlchemy and SQLite report, told once as a sentence of the house."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StorageError

_MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
_PRIMARY_CODE = 0xFF

_BUSY = "The database {path} is busy: something else has been writing to it for too long. Try again in a moment."
_READ_ONLY = (
    "The database {path} is read-only here. Give this user the right to write to it and to its directory, "
    "or choose another place with FOOTNOTE_DATA_DIR."
)
_SENTENCES = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: (
        "The database {path} cannot be opened. It must be a file, in a directory that exists, "
        "and both must be readable and writable for this user."
    ),
    sqlite3.SQLITE_FULL: (
        "There is no room left to write to the database {path}. Free some space on its disk and try again; "
        "what was stored before is still there."
    ),
    sqlite3.SQLITE_NOTADB: (
        "The file {path} is not a SQLite database. Move it away, or choose another place with FOOTNOTE_DATA_DIR."
    ),
    sqlite3.SQLITE_CORRUPT: "The database {path} is damaged. Stop Footnote and put a backup in its place.",
    sqlite3.SQLITE_IOERR: (
        "The disk under the database {path} reported an error ({detail}). Check the disk; the database must lie on "
        "a local one, not on a network share."
    ),
}
_OTHERWISE = "The database {path} refused a request ({detail}). Run `footnote doctor` to see what is wrong with it."


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raises StorageError for a database that cannot be opened, read or written; a mistake in a statement passes."""
    try:
        yield
    except _MISTAKES:
        raise
    except PoolTimeout as error:
        raise StorageError(_BUSY.format(path=path)) from error
    except DatabaseError as error:
        raise StorageError(_sentence(path, error)) from error


def _sentence(path: Path, error: DBAPIError) -> str:
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    return _SENTENCES.get(code, _OTHERWISE).format(path=path, detail=error.orig)
