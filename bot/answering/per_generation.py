"""What is made once for each index generation and kept while that one serves."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from bot.answering.search_index import SearchIndex

Made = TypeVar("Made")


class PerGeneration(Generic[Made]):
    """Keeps what was made of the generation that was asked for last. Threads may share it."""

    def __init__(self, make: Callable[[SearchIndex], Made]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._latest: tuple[SearchIndex, Made] | None = None

    def of(self, index: SearchIndex) -> Made:
        """What was made of `index`; others wait while it is being made."""
        with self._lock:
            if self._latest is None or self._latest[0] is not index:
                self._latest = (index, self._make(index))
            return self._latest[1]

    def apart(self) -> "PerGeneration[Made]":
        """The same with a memory of its own, for whoever asks another generation beside the one that serves."""
        return PerGeneration(self._make)
