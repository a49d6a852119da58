"""What is read again every few seconds from something that may fail, such as the store, and held in between."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from bot.errors import FootnoteError

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Refreshed(Generic[T]):
    """Gives what `read` gives, at most `seconds` old. While one thread reads it anew, others get the last value.

    When `read` fails with a FootnoteError, the last value is held, and the log says so once, until it can be read
    again. `clock` is in seconds.
    """

    def __init__(
        self, read: Callable[[], T], seconds: float = 2.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._clock = clock
        self._reading = threading.Lock()
        self._value: tuple[T] | None = None
        self._look_at = float("-inf")
        self._problem: str | None = None

    def current(self) -> T:
        """The value. Raises what `read` raises for as long as there is none to hold."""
        held = self._value
        if held is None:
            with self._reading:
                return self._looked()
        if self._clock() >= self._look_at and self._reading.acquire(blocking=False):
            try:
                return self._looked()
            finally:
                self._reading.release()
        return held[0]

    def _looked(self) -> T:
        if self._value is not None and self._clock() < self._look_at:
            return self._value[0]
        try:
            self._value = (self._read(),)
            self._problem = None
        except FootnoteError as error:
            if self._value is None:
                raise
            if self._problem != str(error):
                _log.warning("What was read last is used until it can be read again: %s", error)
            self._problem = str(error)
        self._look_at = self._clock() + self._seconds
        return self._value[0]
