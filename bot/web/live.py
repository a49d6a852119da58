"""News of conversations: wakes the streams that watch one when something was said there, in this process or another."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from enum import StrEnum

import structlog
from anyio import CapacityLimiter, to_thread

from bot.errors import FootnoteError, Overloaded
from bot.models import Speaker
from bot.storage.changes import QueueMarker, last_numbers, queue_marker
from bot.storage.database import Database
from bot.web.logs import failure
from bot.web.typing_signs import TypingSigns

POLL_SECONDS = 0.5
"""How often the database is asked for what other processes have written, as long as anybody watches."""
AWAY_SECONDS = 10.0
"""How long a customer whose last stream has ended still counts as being there: who reloads a page comes back."""
MOST_PER_CONVERSATION = 8
"""Streams of each side of a conversation; one more ends the oldest."""
MOST_STREAMS = 2000
"""Streams of customers in one process, and as many of agents."""

_log = structlog.get_logger("footnote.web")


class Ending(StrEnum):
    """Why a stream is ended by the server."""

    RESTARTING = "restarting"
    """The server stops; another one, or the same one in a moment, goes on."""
    REPLACED = "replaced"
    """Newer streams of the same conversation have taken its place."""
    RENEW = "renew"
    """It has lasted long enough for its permission to be looked at again."""


class Watcher:
    """What a stream waits with: woken when there may be news of its conversation. Made by `News.watch`."""

    __slots__ = ("_woken", "conversation_id", "ending", "reached", "side")

    def __init__(self, conversation_id: str, side: Speaker) -> None:
        self.conversation_id = conversation_id
        self.side = side
        self.reached = 0
        """The number up to which the log has been read: the poll wakes it only for more."""
        self.ending: Ending | None = None
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something new."""
        self._woken.set()

    def end(self, why: Ending) -> None:
        """The stream is to say why, and to end."""
        self.ending = self.ending or why
        self._woken.set()

    async def news(self, seconds: float) -> bool:
        """Waits until it is woken; False when nothing came for so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        woken = self._woken.is_set()
        self._woken.clear()
        return woken


class News:
    """The news of one process. `publish`, `typing` and `is_watched` may be called from any thread, everything else on
    the event loop.

    A publisher has committed before it publishes, and a stream watches before it reads: so whatever a publisher finds
    nobody to tell of is read by whoever comes.
    """

    def __init__(self, database: Database, stopping: asyncio.Event) -> None:
        self._database = database
        self._stopping = stopping
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watchers: dict[str, list[Watcher]] = {}
        self._streams: Counter[Speaker] = Counter()
        self._present: Counter[str] = Counter()
        self._queue_waits: dict[asyncio.Future[QueueMarker], QueueMarker] = {}
        self._signs = TypingSigns(self._wake_other_side)
        self._limiter = CapacityLimiter(1)
        self._poller: asyncio.Task[None] | None = None
        self._blind = False

    def publish(self, conversation_id: str) -> None:
        """Something new of this conversation has been committed."""
        if conversation_id in self._watchers:
            self._soon(self._wake, conversation_id)

    def typing(self, conversation_id: str, who: Speaker, on: bool) -> None:
        """The customer, or an agent, writes or has stopped: told to the other side, over by itself, never stored."""
        if conversation_id in self._watchers:
            self._soon(self._signs.note, conversation_id, who, on)

    def renew(self, conversation_id: str) -> None:
        """What opens the conversation has changed: its customer's streams end. Call it on the event loop."""
        for watcher in self._watchers.get(conversation_id, ()):
            if watcher.side is Speaker.CUSTOMER:
                watcher.end(Ending.RENEW)

    def is_watched(self, conversation_id: str) -> bool:
        """Whether the customer is there: has a stream of this process, or had one some seconds ago."""
        return conversation_id in self._present

    def is_typing(self, conversation_id: str, who: Speaker) -> bool:
        """Whether that side is writing."""
        return self._signs.is_on(conversation_id, who)

    def watch(self, conversation_id: str, side: Speaker) -> Watcher:
        """A watcher for a stream to the customer or to an agent; `leave` when it ends. Overloaded when there are too
        many."""
        if self._streams[side] >= MOST_STREAMS:
            raise Overloaded("Too many people are connected at the moment. Try again in a few seconds.")
        self._loop = asyncio.get_running_loop()
        watcher = Watcher(conversation_id, side)
        watchers = self._watchers.setdefault(conversation_id, [])
        same = [each for each in watchers if each.side is side]
        if len(same) >= MOST_PER_CONVERSATION:
            same[0].end(Ending.REPLACED)
            watchers.remove(same[0])
        watchers.append(watcher)
        self._streams[side] += 1
        if side is Speaker.CUSTOMER:
            self._present[conversation_id] += 1
        if self._stopping.is_set():
            watcher.end(Ending.RESTARTING)
        self._keep_polling()
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """The stream of this watcher has ended. Call it once."""
        self._streams[watcher.side] -= 1
        watchers = self._watchers.get(watcher.conversation_id, [])
        if watcher in watchers:
            watchers.remove(watcher)
            if not watchers:
                del self._watchers[watcher.conversation_id]
        if watcher.side is Speaker.CUSTOMER:
            asyncio.get_running_loop().call_later(AWAY_SECONDS, self._gone, watcher.conversation_id)

    async def any_change(self, seen: QueueMarker | None, seconds: float) -> QueueMarker:
        """Waits until the queue is no longer as it was `seen`, and gives what to pass the next time. Without `seen` it
        answers at once; with `seen` itself when nothing has changed for so many seconds, or the server stops.

        What counts: a conversation came to people or left them, changed its owner, or something was said in it.
        """
        if seen is None:
            return await self._queue_marker()
        changed: asyncio.Future[QueueMarker] = asyncio.get_running_loop().create_future()
        self._queue_waits[changed] = seen
        self._keep_polling()
        try:
            async with asyncio.timeout(0 if self._stopping.is_set() else seconds):
                return await changed
        except TimeoutError:
            return seen
        finally:
            del self._queue_waits[changed]

    async def _queue_marker(self) -> QueueMarker:
        return await to_thread.run_sync(queue_marker, self._database, limiter=self._limiter)

    def _soon(self, call: Callable[..., object], *arguments: object) -> None:
        if self._loop is not None:
            # A loop that has closed has nobody left to tell.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(call, *arguments)

    def _wake(self, conversation_id: str) -> None:
        for watcher in self._watchers.get(conversation_id, ()):
            watcher.wake()

    def _wake_other_side(self, conversation_id: str, who: Speaker) -> None:
        for watcher in self._watchers.get(conversation_id, ()):
            if watcher.side is not who:
                watcher.wake()

    def _gone(self, conversation_id: str) -> None:
        self._present[conversation_id] -= 1
        if not self._present[conversation_id]:
            del self._present[conversation_id]

    def _keep_polling(self) -> None:
        if self._poller is None or self._poller.done():
            # In a context of its own: it is not part of the request that happened to be the first.
            self._poller = asyncio.create_task(self._poll(), context=Context())

    async def _poll(self) -> None:
        """Looks every half second until nobody watches; ends every stream when the server stops."""
        while self._watchers or self._queue_waits:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), POLL_SECONDS)
                self._end_all()
                return
            await self._look()

    async def _look(self) -> None:
        ids, asked = tuple(self._watchers), bool(self._queue_waits)
        try:
            numbers = await to_thread.run_sync(last_numbers, self._database, ids, limiter=self._limiter)
            marker = await self._queue_marker() if asked else None
        except Exception as error:  # noqa: BLE001 - the poll goes on whatever happened: it is asked again in half a second
            self._note_failure(error)
            return
        self._blind = False
        for conversation_id, number in numbers.items():
            for watcher in self._watchers.get(conversation_id, ()):
                if watcher.reached < number:
                    watcher.wake()
        for changed, known in self._queue_waits.items():
            if marker is not None and marker != known and not changed.done():
                changed.set_result(marker)

    def _note_failure(self, error: Exception) -> None:
        """Logged once for each time that the database goes away."""
        if not self._blind:
            told = {"sentence": str(error)} if isinstance(error, FootnoteError) else failure(error)
            _log.error("live_poll_failed", **told)
        self._blind = True

    def _end_all(self) -> None:
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.end(Ending.RESTARTING)
        for changed, known in self._queue_waits.items():
            if not changed.done():
                changed.set_result(known)
