"""What no request waits for is answered all the same."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import IndexUnavailable
from bot.models import CustomerContext, Speaker
from bot.staffed import StaffedFootnote
from bot.storage.conversations import start_conversation
from bot.storage.messages import messages_after, open_messages
from bot.web.service import Service
from bot.web.unanswered import answer_unanswered
from tests.bot.web.stage import ScriptedAssistant

Work = Callable[[Service], Coroutine[Any, Any, None]]


def serve(footnote: StaffedFootnote, work: Work) -> None:
    """Work beside a service that has just started."""

    async def run() -> None:
        await work(Service(footnote))

    asyncio.run(run())


def left_open(footnote: StaffedFootnote, *texts: str) -> str:
    """A conversation whose messages nobody has answered."""
    conversation, _ = start_conversation(footnote.database, "site", CustomerContext(), datetime.now(UTC))
    for number, text in enumerate(texts):
        footnote.switchboard.receive(conversation.id, f"m{number}", text)
    return conversation.id


async def until_answered(footnote: StaffedFootnote, conversation_id: str) -> None:
    async with asyncio.timeout(20):
        while open_messages(footnote.database, conversation_id):
            await asyncio.sleep(0.01)


def test_what_a_dead_server_left_is_answered_at_the_start(
    footnote: StaffedFootnote, assistant: ScriptedAssistant
) -> None:
    ids = [left_open(footnote, "one", "two"), left_open(footnote, "three")]

    async def start(service: Service) -> None:
        await (await answer_unanswered(service))

    serve(footnote, start)
    assert [text for text, _ in assistant.history] == ["one", "two", "three"]
    assert [open_messages(footnote.database, id_) for id_ in ids] == [(), ()]


def test_what_is_given_back_is_answered_at_once(footnote: StaffedFootnote, assistant: ScriptedAssistant) -> None:
    id_ = left_open(footnote)
    footnote.switchboard.claim(id_, "ada")

    async def give_back(service: Service) -> None:
        await (await answer_unanswered(service))
        footnote.switchboard.receive(id_, "m1", "And now?")
        threading.Thread(target=footnote.switchboard.give_back, args=(id_, "ada")).start()
        await asyncio.sleep(0)
        async with asyncio.timeout(20):
            while not assistant.history:
                await asyncio.sleep(0.01)
        await until_answered(footnote, id_)

    serve(footnote, give_back)
    assert [entry.speaker for entry in messages_after(footnote.database, id_, to_customer=True)][-1] == Speaker.BOT
    footnote.switchboard.claim(id_, "ada")
    footnote.switchboard.receive(id_, "m2", "Still there?")
    footnote.switchboard.give_back(id_, "ada")
    assert len(assistant.history) == 1, "the server has stopped"


@pytest.mark.parametrize("error", [IndexUnavailable("There is no index yet."), ValueError("nobody foresaw this")])
def test_one_that_cannot_be_answered_keeps_none_of_the_others(
    footnote: StaffedFootnote, assistant: ScriptedAssistant, error: Exception
) -> None:
    assistant.enqueue(error)
    ids = [left_open(footnote, "one"), left_open(footnote, "two")]

    async def start(service: Service) -> None:
        await (await answer_unanswered(service))

    serve(footnote, start)
    assert [len(open_messages(footnote.database, id_)) for id_ in ids] == [1, 0]


def test_a_long_conversation_holds_up_nobody(footnote: StaffedFootnote, assistant: ScriptedAssistant) -> None:
    left_open(footnote, *(f"one of many {number}" for number in range(6)))

    async def start(service: Service) -> None:
        service._answers.total_tokens = 1
        answering = await answer_unanswered(service)
        while not assistant.history:
            await asyncio.sleep(0.001)
        await service.begin_answer(lambda: assistant.history.append(("asked just now", [])))
        await answering

    serve(footnote, start)
    assert [text for text, _ in assistant.history].index("asked just now") < 4
    assert len(assistant.history) == 7


def test_a_server_that_stops_begins_no_more(footnote: StaffedFootnote, assistant: ScriptedAssistant) -> None:
    left_open(footnote, "one")

    async def stop(service: Service) -> None:
        service.stopping.set()
        await (await answer_unanswered(service))

    serve(footnote, stop)
    assert assistant.history == []
