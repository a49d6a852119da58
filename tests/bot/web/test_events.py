import asyncio
import threading
import time
from contextlib import suppress

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import EmptyMessage, IndexUnavailable
from bot.models import Handoff, HandoffReason
from bot.web import events
from bot.web.app import create_app
from bot.web.events import accepts_events, answer_events, chunks
from bot.web.service import Service
from bot.wire import reply_to_json
from tests.bot.web.stage import ANSWER, SITE, read_events, served

TERMINAL = {"done", "error"}


def test_an_answer_comes_as_events_in_order(talk) -> None:
    response = talk.stream("How do I change my email?")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-accel-buffering"] == "no"
    told = read_events(response.text)
    names = [event.name for event in told]
    assert names == ["meta", "status", "status", *["token"] * names.count("token"), "citation", "citation", "done"]
    assert [event.id for event in told] == list(range(1, len(told) + 1))
    assert told[0].data == {"conversation_id": talk.id, "client_message_id": "m1"}
    assert [event.data for event in told if event.name == "status"] == [{"stage": "searching"}, {"stage": "writing"}]
    assert "".join(event.data["t"] for event in told if event.name == "token") == ANSWER.text
    assert names.count("token") > 1
    assert [event.data for event in told if event.name == "citation"] == reply_to_json(ANSWER)["citations"]
    assert told[-1].data["reply"] == reply_to_json(ANSWER)


def test_the_first_event_comes_before_the_answer_is_made(footnote, assistant) -> None:
    assistant.gate = threading.Event()
    with served(create_app(footnote.settings, footnote)) as (address, _), httpx2.Client(timeout=20) as client:
        opened = client.post(f"{address}/api/v1/conversations", json={"site_key": SITE}).json()
        headers = {"authorization": f"Bearer {opened['token']}", "accept": "text/event-stream"}
        url = f"{address}/api/v1/conversations/{opened['conversation_id']}/messages"
        body = {"text": "How?", "client_message_id": "m1"}
        began = time.monotonic()
        with client.stream("POST", url, json=body, headers=headers) as answer:
            pieces = answer.iter_text()
            first = next(pieces)
            late = time.monotonic() - began
            assistant.gate.set()
            assert first.startswith("event: meta") and "event: done" not in first
            assert read_events(first + "".join(pieces))[-1].name == "done"
    assert late < 1


def test_work_begins_once_its_stream_has_greeted_or_a_moment_later() -> None:
    async def story() -> list[str]:
        told: list[str] = []
        service = Service(footnote=None)  # type: ignore[arg-type]
        greeted = asyncio.Event()
        work = service.begin_answer(lambda: told.append("work"), greeted)
        stream = answer_events(work, asyncio.Event(), conversation_id="c", client_message_id="m", greeted=greeted)
        for _ in range(2):
            told.append((await anext(stream)).split(b"\n")[0].decode())
        with suppress(StopAsyncIteration):
            await anext(stream)
        await service.begin_answer(lambda: told.append("nobody listens"), asyncio.Event())
        return told

    assert asyncio.run(story()) == ["event: meta", "event: status", "work", "nobody listens"]


def test_a_handoff_has_no_citation_event(talk, assistant) -> None:
    assistant.enqueue(Handoff(text="A person.", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.1))
    told = read_events(talk.stream("a mortgage?").text)
    assert [event.name for event in told] == ["meta", "status", "status", "token", "done"]
    assert told[-1].data["owner"] == "queued"


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (EmptyMessage("The question is empty."), "empty_message", False),
        (IndexUnavailable("Nothing in /srv/index."), "index_unavailable", True),
        (ValueError("about hunter2"), "internal_error", True),
    ],
)
def test_a_failure_is_the_one_last_event(talk, assistant, error, code, retryable) -> None:
    assistant.enqueue(error)
    response = talk.stream("question")
    told = read_events(response.text)
    assert [event.name for event in told] == ["meta", "status", "error"]
    assert (told[-1].data["code"], told[-1].data["retryable"]) == (code, retryable)
    assert "hunter2" not in response.text
    assert "/srv" not in response.text


def test_a_reply_that_cannot_be_written_is_an_error_event(talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "chunks", lambda text: 1 / 0)
    names = [event.name for event in read_events(talk.stream("question").text)]
    assert [name for name in names if name in TERMINAL] == ["error"]
    assert names[-1] == "error"


def test_a_reply_that_a_person_will_give_has_no_token() -> None:
    async def collect() -> str:
        async def answered() -> dict[str, object]:
            return {"message_id": "m", "reply": None, "owner": "human"}

        stream = answer_events(
            asyncio.create_task(answered()), asyncio.Event(), conversation_id="c", client_message_id="m"
        )
        return b"".join([frame async for frame in stream]).decode()

    told = read_events(asyncio.run(collect()))
    assert [event.name for event in told] == ["meta", "status", "done"]


def test_a_stopping_server_ends_a_stream_with_its_own_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "GRACE_SECONDS", 0.01)

    async def collect() -> str:
        stopping = asyncio.Event()
        answer: asyncio.Task[dict[str, object]] = asyncio.create_task(asyncio.sleep(60, {}))
        stream = answer_events(answer, stopping, conversation_id="c", client_message_id="m")
        said = [await anext(stream), await anext(stream)]
        stopping.set()
        said += [frame async for frame in stream]
        assert not answer.done(), "the answer is still made and stored"
        answer.cancel()
        return b"".join(said).decode()

    last = read_events(asyncio.run(collect()))[-1]
    assert (last.name, last.data["code"], last.data["retryable"]) == ("error", "server_restarting", True)


def test_a_cancelled_answer_ends_the_stream_too() -> None:
    async def collect() -> str:
        answer: asyncio.Task[dict[str, object]] = asyncio.create_task(asyncio.sleep(60, {}))
        stream = answer_events(answer, asyncio.Event(), conversation_id="c", client_message_id="m")
        said = [await anext(stream), await anext(stream)]
        answer.cancel()
        return b"".join([*said, *[frame async for frame in stream]]).decode()

    assert read_events(asyncio.run(collect()))[-1].data["code"] == "server_restarting"


def test_a_slow_answer_is_kept_alive_by_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PING_SECONDS", 0.01)

    async def collect() -> str:
        async def answered() -> dict[str, object]:
            await asyncio.sleep(0.05)
            return {"message_id": "m", "reply": None, "owner": "bot"}

        stream = answer_events(
            asyncio.create_task(answered()), asyncio.Event(), conversation_id="c", client_message_id="m"
        )
        return b"".join([frame async for frame in stream]).decode()

    text = asyncio.run(collect())
    assert ": ping\n\n" in text
    assert read_events(text)[-1].name == "done"


@pytest.mark.parametrize(
    ("accept", "events_wanted"),
    [
        ("text/event-stream", True),
        ("TEXT/Event-Stream", True),
        ("application/json;q=0.5, text/event-stream", True),
        ("application/json, text/event-stream;q=0.5", False),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=nonsense", False),
        ("*/*", False),
        ("application/json", False),
        ("", False),
        (";;,,;q=", False),
    ],
)
def test_what_an_accept_header_asks_for(accept: str, events_wanted: bool) -> None:
    assert accepts_events(accept) is events_wanted


@given(st.text(max_size=300))
def test_chunks_joined_are_the_text(text: str) -> None:
    assert "".join(chunks(text)) == text
    assert all(chunks(text))


def test_chunks_end_with_sentences_and_lines() -> None:
    assert chunks("One. Two? [1] Three\n\n1. Step [1]\n2. Next") == (
        "One. ",
        "Two? ",
        "[1] ",
        "Three\n\n",
        "1. ",
        "Step [1]\n",
        "2. ",
        "Next",
    )
