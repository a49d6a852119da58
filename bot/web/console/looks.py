"""Work that a page needs and that takes longer than a page may: done once in a thread of its own, while the page says
so."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from bot.errors import FootnoteError
from bot.surveying import SurveyStopped
from embeddings.errors import EmbeddingError

FAILED = "Something went wrong that nobody expected; the server's log has it."

Result = TypeVar("Result")

_log = structlog.get_logger("footnote.web")


class Look(Generic[Result]):
    """The result of work for a key, such as an index generation. Threads may share it; one look goes on at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._found: tuple[str, Result] | None = None
        self._failed: tuple[str, str] | None = None

    def begin(self, key: str, work: Callable[[], Result]) -> bool:
        """Start looking, unless a look goes on; whether one goes on now."""
        with self._lock:
            if self.running:
                return True
            self._failed = None
            self._thread = threading.Thread(target=self._run, args=(key, work), name=self._name, daemon=True)
            self._thread.start()
        return True

    @property
    def running(self) -> bool:
        """Whether a look goes on."""
        return self._thread is not None and self._thread.is_alive()

    def result(self, key: str) -> Result | None:
        """What was found for the key; None when the last look was for another one."""
        found = self._found
        return found[1] if found is not None and found[0] == key else None

    def last(self) -> Result | None:
        """What was found last, whatever for."""
        return None if self._found is None else self._found[1]

    def problem(self, key: str) -> str | None:
        """Why the last look failed, if it was for this key."""
        failed = self._failed
        return failed[1] if failed is not None and failed[0] == key else None

    def wait(self, seconds: float) -> bool:
        """Whether no look goes on within so many seconds."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return not self.running

    def _run(self, key: str, work: Callable[[], Result]) -> None:
        try:
            self._found = (key, work())
        except SurveyStopped:
            return
        except (FootnoteError, EmbeddingError) as error:
            _log.warning("look_failed", look=self._name, sentence=str(error))
            self._failed = (key, str(error))
        except Exception:  # noqa: BLE001 - the page says so, whatever it was, and the next look may begin
            _log.exception("look_failed", look=self._name)
            self._failed = (key, FAILED)
