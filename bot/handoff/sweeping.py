"""What is done again and again while a server runs: waits that have been too long end, and what is over is forgotten.

Several servers on one database may each do it: every chore is decided by what is stored.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.storage.database import Database
from bot.storage.desk_threads import forget_desk_events
from bot.storage.outbox import forget_delivered

SWEEP_SECONDS = 5.0
TIDY_SECONDS = 86_400.0
DELIVERED_DAYS = 30
"""How long an event is kept after a desk has taken it; it holds a transcript."""
DESK_EVENT_DAYS = 7
"""How long a desk's webhooks are remembered. Older ones are refused by their timestamps."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Work to be done at once and then again, `every_seconds` after it ended."""

    name: str
    work: Callable[[], object]
    every_seconds: float


class Sweeper:
    """Does chores in a thread of its own until it is stopped. One that fails is logged and done again in its time."""

    def __init__(self, chores: Sequence[Chore], now: Callable[[], float] = time.monotonic) -> None:
        self._chores = tuple(chores)
        self._now = now
        self._due = dict.fromkeys(range(len(self._chores)), now())
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        """Begins to sweep in the background."""
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> bool:
        """Begins no more chores and waits for the one under way. False when it still runs after `seconds`: the process
        may end all the same, what it stores is whole or not there."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def sweep(self) -> float:
        """Does what is due, and gives the seconds until the next chore is."""
        for number, chore in enumerate(self._chores):
            if self._stopping.is_set() or self._due[number] > self._now():
                continue
            try:
                chore.work()
            except Exception:  # noqa: BLE001 - whatever a chore stumbles over, the next round must come
                _log.exception("The chore %s failed; it is done again in %s s", chore.name, chore.every_seconds)
            self._due[number] = self._now() + chore.every_seconds
        return max(0.0, min(self._due.values(), default=SWEEP_SECONDS) - self._now())

    def _run(self) -> None:
        while not self._stopping.wait(self.sweep()):
            pass


def tidy(database: Database, now: datetime) -> tuple[int, int]:
    """Forgets events that desks took long ago, and desks' webhooks that can no longer come again; how many of each.
    StorageError."""
    with database.write() as connection:
        delivered = forget_delivered(connection, now - timedelta(days=DELIVERED_DAYS))
        taken = forget_desk_events(connection, now - timedelta(days=DESK_EVENT_DAYS))
    return delivered, taken
