"""The help center's search while the server runs: at a bearable pace, a few at once, never on the event loop."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends
from starlette.requests import Request

from bot.answering.article_search import ArticleSearch
from bot.assistant import Assistant
from bot.errors import FootnoteError, Overloaded
from bot.safety.token_buckets import Rate, TokenBuckets

SEARCHES_AT_ONCE = 2
MOST_WAITING = 32
"""Searches under way and waiting; at some 50 ms each the last one waits about a second."""
PACE = Rate(60, 20.0)
"""From one network address: who types sends at most four searches a second, and not for long."""

Result = TypeVar("Result")


class TooManySearches(FootnoteError):
    """Somebody searches faster than anybody types."""

    code = "too_many_searches"
    status = 429

    def __init__(self, wait_seconds: float) -> None:
        super().__init__("There were many searches in a short time. Wait a few seconds and search again.")
        self.wait_seconds = max(1, math.ceil(wait_seconds))


@dataclass(slots=True)
class SearchDesk:
    """Admits searches and runs them."""

    pace: TokenBuckets = field(default_factory=lambda: TokenBuckets(time.monotonic))
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(SEARCHES_AT_ONCE))
    _under_way: int = 0

    def admit(self, network: str | None) -> None:
        """Counts a search of somebody in this network; None: nobody can tell. Raises TooManySearches."""
        wait = 0.0 if network is None else self.pace.take([(network, PACE)])
        if wait > 0:
            raise TooManySearches(wait)

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of a search that has been admitted. Raises Overloaded."""
        if self._under_way >= MOST_WAITING:
            raise Overloaded("Many people are searching at the moment. Search again in a few seconds.")
        self._under_way += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._under_way -= 1


def search_of(assistant: Assistant) -> ArticleSearch:
    """A search with the encoder, the spelling and the ranking that answers rest on."""
    return ArticleSearch(
        encoder=assistant.encoder,
        spellings=assistant.spellings,
        ranking=assistant.ranking,
        candidates=assistant.candidates,
    )


def search_desk(request: Request) -> SearchDesk:
    """The desk that the application has."""
    desk: SearchDesk = request.app.state.search_desk
    return desk


RunningSearch = Annotated[SearchDesk, Depends(search_desk)]
