import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.models import Speaker
from bot.web import typing_signs
from bot.web.typing_signs import TypingSigns

CUSTOMER, AGENT = Speaker.CUSTOMER, Speaker.AGENT
Story = Callable[[TypingSigns, list[str]], Coroutine[Any, Any, None]]


def play(story: Story) -> None:
    async def told() -> None:
        changed: list[str] = []
        await story(TypingSigns(lambda conversation_id, who: changed.append(f"{conversation_id} {who}")), changed)

    asyncio.run(told())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typing_signs, "TYPING_SECONDS", 0.2)
    monkeypatch.setattr(typing_signs, "TYPING_GAP_SECONDS", 0.1)


def test_a_sign_is_of_one_side_of_one_conversation() -> None:
    async def story(signs: TypingSigns, changed: list[str]) -> None:
        signs.note("c1", CUSTOMER, on=True)
        assert signs.is_on("c1", CUSTOMER)
        assert not signs.is_on("c1", AGENT)
        assert not signs.is_on("c2", CUSTOMER)
        signs.note("c1", CUSTOMER, on=False)
        assert not signs.is_on("c1", CUSTOMER)
        assert changed == ["c1 customer", "c1 customer"]

    play(story)


def test_a_sign_is_over_by_itself_unless_it_is_repeated() -> None:
    async def story(signs: TypingSigns, changed: list[str]) -> None:
        for _ in range(4):
            signs.note("c1", CUSTOMER, on=True)
            await asyncio.sleep(0.1)
        assert signs.is_on("c1", CUSTOMER), "it was repeated"
        assert changed == ["c1 customer"], "a repetition is no change"
        await asyncio.sleep(0.3)
        assert not signs.is_on("c1", CUSTOMER)
        assert changed == ["c1 customer", "c1 customer"]
        signs.note("c1", CUSTOMER, on=True)
        assert signs.is_on("c1", CUSTOMER)

    play(story)


def test_a_sign_cannot_be_made_to_flicker() -> None:
    async def story(signs: TypingSigns, changed: list[str]) -> None:
        for _ in range(100):
            signs.note("c1", AGENT, on=True)
            signs.note("c1", AGENT, on=False)
        assert changed == ["c1 agent", "c1 agent"]
        await asyncio.sleep(0.2)
        signs.note("c1", AGENT, on=True)
        assert changed == ["c1 agent"] * 3

    play(story)


def test_stopping_what_never_began_is_nothing() -> None:
    async def story(signs: TypingSigns, changed: list[str]) -> None:
        signs.note("c1", AGENT, on=False)
        assert changed == []
        signs.note("c1", AGENT, on=True)
        assert signs.is_on("c1", AGENT)

    play(story)


def test_nothing_is_kept_of_signs_that_are_over() -> None:
    async def story(signs: TypingSigns, changed: list[str]) -> None:
        for number in range(50):
            signs.note(f"c{number}", AGENT, on=True)
            signs.note(f"c{number}", AGENT, on=number % 2 == 0)
        await asyncio.sleep(0.4)
        assert signs._signs == {}

    play(story)
