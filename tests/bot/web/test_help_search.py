import asyncio
import threading

import pytest

from bot.errors import Overloaded
from bot.safety.token_buckets import TokenBuckets
from bot.web import help_search
from bot.web.help_search import PACE, SearchDesk, TooManySearches


def test_a_desk_takes_no_more_than_can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(help_search, "MOST_WAITING", 1)

    async def crowd() -> None:
        desk, gate, begun = SearchDesk(), threading.Event(), threading.Event()

        def wait() -> str:
            begun.set()
            gate.wait(20)
            return "done"

        first = asyncio.create_task(desk.run(wait))
        while not begun.is_set():
            await asyncio.sleep(0.01)
        with pytest.raises(Overloaded):
            await desk.run(lambda: "never")
        gate.set()
        assert await first == "done"
        assert await desk.run(lambda: "again") == "again"

    asyncio.run(crowd())


def test_networks_have_a_pace_of_their_own() -> None:
    desk = SearchDesk(TokenBuckets(lambda: 0.0))
    for _ in range(PACE.tokens):
        desk.admit("a")
    with pytest.raises(TooManySearches) as refused:
        desk.admit("a")
    assert refused.value.wait_seconds == 1
    desk.admit("b")


def test_who_cannot_be_told_from_others_is_not_counted() -> None:
    desk = SearchDesk(TokenBuckets(lambda: 0.0))
    for _ in range(PACE.tokens + 1):
        desk.admit(None)
    assert desk.pace.remembered == 0
