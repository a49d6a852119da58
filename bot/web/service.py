"""What the routes share while the server runs: the assembled Footnote, worker pools, the news that it is stopping."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from bot.errors import IndexUnavailable, Overloaded, StorageError
from bot.settings import Settings
from bot.staffed import StaffedFootnote

ANSWERS_AT_ONCE = 2
READS_AT_ONCE = 8
MOST_WAITING = 64
"""Answers under way and waiting; at some 50 ms each the last one waits about two seconds."""

GREETING_SECONDS = 0.05
"""How long an answer may wait for the first events of its stream."""

Result = TypeVar("Result")


def answers_at_once(settings: Settings) -> int:
    """How many answers are under way at once: a few that compute, and those that wait for the language model."""
    return ANSWERS_AT_ONCE + (settings.llm_at_once if settings.llm_base_url else 0)


@dataclass(slots=True)
class Service:
    """Runs what blocks (encoding, searching, the database) in bounded pools, never on the event loop."""

    footnote: StaffedFootnote
    answers_at_once: int = ANSWERS_AT_ONCE
    warm: bool = False
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _answers: CapacityLimiter = field(init=False)
    _reads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(READS_AT_ONCE))
    _unfinished: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._answers = CapacityLimiter(self.answers_at_once)

    async def read(self, work: Callable[[], Result]) -> Result:
        """The result of short work."""
        return await to_thread.run_sync(work, limiter=self._reads)

    def begin_answer(self, work: Callable[[], Result], greeted: asyncio.Event | None = None) -> asyncio.Task[Result]:
        """Start long work. It runs to its end even when nobody waits for it any more, so that its answer is stored.

        With `greeted` it begins once that is set, or a moment later: work that computes would hold up the event loop,
        and with it the first events of its own stream. Raises Overloaded when too much is waiting already.
        """
        if len(self._unfinished) >= MOST_WAITING:
            raise Overloaded("More questions are waiting than can be answered soon. Send yours again in a few seconds.")

        async def run() -> Result:
            if greeted is not None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(greeted.wait(), GREETING_SECONDS)
            return await to_thread.run_sync(work, limiter=self._answers)

        task = asyncio.create_task(run())
        self._unfinished.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._unfinished.discard(task)
        if not task.cancelled():
            # Asked for, or asyncio would print what was raised after the client had gone.
            task.exception()


def warm_up(footnote: StaffedFootnote) -> None:
    """Load the encoder, and the index if there is one, so that the first question is as quick as the second."""
    footnote.encoder.encode_queries(["How do I reset my password?"])
    if footnote.language_model is not None:
        footnote.language_model.prepare()
    try:
        footnote.index.current()
    except (IndexUnavailable, StorageError):
        return  # /readyz says why
