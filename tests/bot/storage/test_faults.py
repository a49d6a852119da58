import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StorageError
from bot.storage.faults import is_mistake, translated

UNIQUE = IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE"))
LOCKED = OperationalError("INSERT", {}, sqlite3.OperationalError("locked"))


def sentence(name: str, error: DBAPIError) -> str | None:
    return None if is_mistake(error) else f"{name} said {error.orig}."


def test_an_error_is_told_with_the_sentence_that_it_has() -> None:
    with (
        pytest.raises(StorageError, match=r"^The database said locked\.$") as caught,
        translated("The database", sentence),
    ):
        raise LOCKED
    assert caught.value.__cause__ is LOCKED


def test_waiting_too_long_for_a_connection_is_busy() -> None:
    with pytest.raises(StorageError, match="The database x is busy"), translated("x", sentence):
        raise PoolTimeout("QueuePool limit")


def test_mistakes_and_foreign_errors_pass() -> None:
    with pytest.raises(IntegrityError), translated("x", sentence):
        raise UNIQUE
    with pytest.raises(KeyError), translated("x", sentence):
        raise KeyError("x")
