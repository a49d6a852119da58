import sqlite3

import pytest
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError

from bot.errors import StorageError
from bot.storage.faults import translated
from bot.storage.sqlite_faults import sqlite_sentence

NAME = "data/footnote.db"


def failure(code: int, message: str = "the driver's words") -> DBAPIError:
    original = sqlite3.OperationalError(message)
    original.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, original)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (sqlite3.SQLITE_BUSY, "busy"),
        (sqlite3.SQLITE_BUSY | 2 << 8, "busy"),
        (sqlite3.SQLITE_LOCKED, "busy"),
        (sqlite3.SQLITE_READONLY, "read-only"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "read-only"),
        (sqlite3.SQLITE_PERM, "read-only"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be opened"),
        (sqlite3.SQLITE_FULL, "no room left"),
        (sqlite3.SQLITE_NOTADB, "not a SQLite database"),
        (sqlite3.SQLITE_CORRUPT, "damaged"),
        (sqlite3.SQLITE_IOERR_FSYNC, "reported an error (the driver's words)"),
        (sqlite3.SQLITE_ERROR, "refused a request (the driver's words)"),
    ],
)
def test_each_failure_has_a_sentence_that_names_the_file(code: int, says: str) -> None:
    with pytest.raises(StorageError) as caught, translated(NAME, sqlite_sentence):
        raise failure(code)
    assert says in str(caught.value)
    assert NAME in str(caught.value)
    assert isinstance(caught.value.__cause__, DatabaseError)


def test_an_error_without_a_code_has_a_sentence_too() -> None:
    with pytest.raises(StorageError, match=r"refused a request \(odd\)"), translated(NAME, sqlite_sentence):
        raise DatabaseError("SELECT 1", {}, sqlite3.DatabaseError("odd"))


def test_mistakes_have_none() -> None:
    assert sqlite_sentence(NAME, IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE"))) is None
