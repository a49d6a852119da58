"""The worker over the outbox: takes what is due to each desk, tries again on the schedule, and keeps what was given up.

Each desk has a thread of its own, so one that hangs holds up no other. A claim is renewed while its delivery lasts and
ends by itself when the process dies, so another attempt follows: at least once, and never two at once for a
conversation. A desk that is down is asked once a minute at most, whatever waits for it; when it is back, everything
that waits is sent at once, in order.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import StorageError
from bot.handoff.desks.desk import Desk, NotDelivered
from bot.handoff.retries import LONGEST_PAUSE_SECONDS, pause_after, wait_after
from bot.storage.database import Database
from bot.storage.desk_threads import remember_thread, thread_details
from bot.storage.outbox import Delivery, claim, hurry, next_due, renew, settle_delivered, settle_failed

CLAIM_SECONDS = 30.0
"""How long a delivery that died is left alone; a live one renews its claim three times as often."""
POLL_SECONDS = 1.0
DOWN_AFTER = 3
"""Failures in a row after which a desk counts as down: it is then asked with events that are not due yet."""
HURRY_SECONDS = 600.0
"""How long at least between two times that everything is sent at once."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Lane:
    """What the worker knows of one desk."""

    desk: Desk
    failures: int = 0
    paused_until: datetime | None = None
    hurried_at: datetime | None = None
    news: threading.Event = field(default_factory=threading.Event)


class StoredThread:
    """A conversation's other side at one desk, in the database."""

    def __init__(self, database: Database, desk: str, conversation_id: str) -> None:
        self._database = database
        self._desk = desk
        self._conversation_id = conversation_id
        with database.read() as connection:
            self._details = thread_details(connection, desk, conversation_id)

    @property
    def conversation_id(self) -> str:
        """Our own id of the conversation."""
        return self._conversation_id

    def get(self, key: str) -> str | None:
        """What was remembered under `key`."""
        return self._details.get(key)

    def remember(self, **details: str) -> None:
        """Keeps details, committed before this returns. StorageError."""
        with self._database.write() as connection:
            remember_thread(connection, self._desk, self._conversation_id, details)
        self._details.update(details)


class Courier:
    """Delivers what is in the outbox. `start` and `stop` it; `wake` it after a commit that added to the outbox.

    `clock` gives aware datetimes, `chance` numbers in [0, 1) for the spread of waits.
    """

    def __init__(
        self,
        database: Database,
        desks: Sequence[Desk],
        clock: Callable[[], datetime],
        chance: Callable[[], float],
        poll_seconds: float = POLL_SECONDS,
        claim_seconds: float = CLAIM_SECONDS,
    ) -> None:
        self._database = database
        self._lanes = {desk.name: _Lane(desk) for desk in desks}
        self._clock = clock
        self._chance = chance
        self._poll_seconds = poll_seconds
        self._claim_seconds = claim_seconds
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def desks(self) -> tuple[str, ...]:
        """The names of the desks, as `enqueue` takes them."""
        return tuple(self._lanes)

    def start(self) -> None:
        """Begins to deliver in the background. A desk that was down when the last process ended counts as down."""
        with self._database.read() as connection:
            for name, lane in self._lanes.items():
                if next_due(connection, name, self._clock(), early=True) is not None:
                    lane.failures = DOWN_AFTER
        for name in self._lanes:
            thread = threading.Thread(target=self._run, args=(name,), name=f"courier-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """Something was added: look now rather than at the next second."""
        for lane in self._lanes.values():
            lane.news.set()

    def stop(self, seconds: float = 5.0) -> bool:
        """Begins no more deliveries and waits for those under way, `seconds` for all of them. False when one still
        hangs then: the process may end all the same, its claim ends by itself and the delivery is tried again."""
        self._stopping.set()
        self.wake()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def deliver_next(self, name: str) -> bool:
        """Delivers what is due first to the desk, if anything is; whether there was something. StorageError."""
        lane = self._lanes[name]
        now = self._clock()
        if lane.paused_until is not None and now < lane.paused_until:
            return False
        with self._database.read() as connection:
            early = next_due(connection, name, now) is None
            if early and (lane.failures < DOWN_AFTER or next_due(connection, name, now, early=True) is None):
                return False
        with self._database.write() as connection:
            delivery = claim(connection, name, now, now + timedelta(seconds=self._claim_seconds), early)
        if delivery is None:
            return False
        self._settle(lane, delivery, self._attempt(lane.desk, delivery), early)
        return True

    def _run(self, name: str) -> None:
        lane = self._lanes[name]
        while not self._stopping.is_set():
            lane.news.clear()
            try:
                busy = self.deliver_next(name)
            except StorageError as error:
                _log.error("The outbox cannot be read or written: %s", error)
                busy = False
            except Exception:  # noqa: BLE001 - whatever it is, a desk without its thread would get nothing any more
                _log.exception("Delivering to %s stumbled; it goes on in a moment", name)
                busy = False
            if not busy:
                lane.news.wait(self._poll_seconds)

    def _attempt(self, desk: Desk, delivery: Delivery) -> NotDelivered | None:
        done = threading.Event()
        holder = threading.Thread(target=self._hold, args=(delivery, done), name="courier-claim", daemon=True)
        holder.start()
        try:
            thread = StoredThread(self._database, desk.name, delivery.event.conversation_id)
            desk.deliver(delivery.event, thread, again=delivery.attempts > 1 or delivery.last_error is not None)
        except NotDelivered as failure:
            return failure
        except StorageError as error:
            return NotDelivered(str(error))
        except Exception as error:  # noqa: BLE001 - whatever a desk's code stumbles over, the event must not be lost
            _log.exception("Delivering %s to %s failed in a way that nobody foresaw", delivery.id, desk.name)
            return NotDelivered(f"Delivering failed in a way that nobody foresaw ({type(error).__name__}).")
        finally:
            done.set()
            holder.join()
        return None

    def _hold(self, delivery: Delivery, done: threading.Event) -> None:
        while not done.wait(self._claim_seconds / 3):
            try:
                with self._database.write() as connection:
                    renew(connection, delivery, self._clock() + timedelta(seconds=self._claim_seconds))
            except StorageError as error:
                _log.error("A claim could not be renewed: %s", error)

    def _settle(self, lane: _Lane, delivery: Delivery, failure: NotDelivered | None, early: bool) -> None:
        now = self._clock()
        with self._database.write() as connection:
            if failure is None:
                settle_delivered(connection, delivery, now)
            else:
                retry_at = delivery.due_at if early else self._retry_at(delivery, failure, now)
                retry_at = None if failure.final else retry_at
                settle_failed(connection, delivery, str(failure), retry_at, now, failure.down)
                level = logging.ERROR if retry_at is None else logging.WARNING
                told = (lane.desk.name, delivery.id, delivery.attempts, failure)
                _log.log(level, "%s has not got %s (attempt %s): %s", *told)
            if (failure is None or not failure.down) and self._is_back(lane, now):
                hurry(connection, lane.desk.name, now)
                lane.hurried_at = now
        if failure is None or not failure.down:
            lane.failures, lane.paused_until = 0, None
            return
        lane.failures += 1
        pause = max(pause_after(lane.failures), min(failure.wished_seconds or 0.0, LONGEST_PAUSE_SECONDS))
        lane.paused_until = now + timedelta(seconds=pause)

    def _retry_at(self, delivery: Delivery, failure: NotDelivered, now: datetime) -> datetime | None:
        wait = wait_after(delivery.attempts, self._chance(), failure.wished_seconds)
        return None if wait is None else now + timedelta(seconds=wait)

    def _is_back(self, lane: _Lane, now: datetime) -> bool:
        rested = lane.hurried_at is None or now - lane.hurried_at >= timedelta(seconds=HURRY_SECONDS)
        return lane.failures >= DOWN_AFTER and rested
