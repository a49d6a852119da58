"""What SQLAlchemy and a driver report, told once as a sentence of the house."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StorageError

BUSY = "The database {name} is busy: something else has been writing to it for too long. Try again in a moment."

_MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


@contextmanager
def translated(name: str, sentence: Callable[[str, DBAPIError], str | None]) -> Iterator[None]:
    """Raises StorageError for a database that cannot be opened, read or written; a mistake in a statement passes.

    `sentence` tells an error of the database `name`; None when it is one of those that a mistake makes too.
    """
    try:
        yield
    except PoolTimeout as error:
        raise StorageError(BUSY.format(name=name)) from error
    except DBAPIError as error:
        told = sentence(name, error)
        if told is None:
            raise
        raise StorageError(told) from error


def is_mistake(error: DBAPIError) -> bool:
    """Whether an error of this kind comes from the statement or its values, not from the state of the database."""
    return isinstance(error, _MISTAKES)
