import asyncio
import threading

import pytest

from bot.errors import Overloaded
from bot.web.service import MOST_WAITING, Service


def test_waiting_answers_are_bounded_and_the_place_is_given_back() -> None:
    release = threading.Event()

    async def story() -> None:
        service = Service(footnote=None)  # type: ignore[arg-type]
        waiting = [service.begin_answer(release.wait) for _ in range(MOST_WAITING)]
        with pytest.raises(Overloaded, match="few seconds"):
            service.begin_answer(release.wait)
        release.set()
        await asyncio.gather(*waiting)
        await asyncio.sleep(0)
        assert await service.begin_answer(lambda: "answered") == "answered"

    asyncio.run(story())
