"""One writer at a time in an index folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import IndexBusy

LOCK_FILE = ".writer.lock"


@contextmanager
def writer_lock(index_folder: Path) -> Iterator[None]:
    """The block runs as the folder's only writer. The lock goes with the process, however it ends.

    Makes the folder if there is none. Raises IndexBusy at once when another process is writing, OSError when the folder
    cannot be used.
    """
    index_folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(index_folder / LOCK_FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise IndexBusy(
            f"Another `footnote index` is writing to {index_folder}: wait until it is done, then run this one again."
        ) from error
    try:
        yield
    finally:
        lock.release()
