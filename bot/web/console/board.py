"""The queue as every open console of this process sees it: one look at the database for all of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from bot.errors import StorageError
from bot.storage.changes import QueueMarker
from bot.storage.queue import QueueEntry
from bot.web.console.views import Names, queue_json
from bot.web.events import PING_SECONDS
from bot.web.live import News
from bot.web.live_frames import opening_frame

STREAM_SECONDS = 600.0
"""A stream ends by itself and the browser opens it again: who was signed out meanwhile sees no more."""

_log = structlog.get_logger("footnote.web")


class QueueBoard:
    """The queue as JSON text (`queue_text`), read again only when it is no longer as it was; use it on one event
    loop."""

    def __init__(self, read: Callable[[], Awaitable[str]]) -> None:
        self._read = read
        self._marker: QueueMarker | None = None
        self._queue = ""
        self._reading = asyncio.Lock()

    async def queue_at(self, marker: QueueMarker) -> str:
        """The queue at `marker` or later. StorageError."""
        async with self._reading:
            if marker != self._marker:
                self._queue = await self._read()
                self._marker = marker
            return self._queue


def queue_text(entries: Sequence[QueueEntry], names: Names) -> str:
    """The queue as JSON text. It weighs what customers said: make it in a worker thread."""
    return json.dumps(queue_json(entries, names), ensure_ascii=False, separators=(",", ":"))


async def queue_events(
    news: News,
    board: QueueBoard,
    stopping: asyncio.Event,
    may_go_on: Callable[[], Awaitable[bool]],
    patience: float = PING_SECONDS,
) -> AsyncIterator[bytes]:
    """The stream of one console: the queue as a `queue` event, at once and whenever it is otherwise. When `patience`
    seconds bring nothing new, a comment, unless `may_go_on` says that the agent has gone."""
    clock = asyncio.get_running_loop()
    ends_at, told = clock.time() + STREAM_SECONDS, ""
    yield opening_frame()
    try:
        marker = await news.any_change(None, patience)
        while not stopping.is_set() and clock.time() < ends_at:
            queue = await board.queue_at(marker)
            if queue != told:
                yield format_sse_event(event="queue", data_str=queue)
            elif await may_go_on():
                yield KEEPALIVE_COMMENT
            else:
                return
            told = queue
            marker = await news.any_change(marker, patience)
    except StorageError as error:
        _log.error("queue_stream_failed", sentence=str(error))  # the browser comes again in a moment
