"""Widgets that are open at a server, without a browser: each does what the panel's scripts do (api.js, following.js,
conversation.js), and remembers what it heard."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2

from tests.bot.web.listening import EventReader, Heard
from tests.bot.web.stage import SITE, read_events

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 20.0
MOST_TRIES = 8
"""What conversation.js and backoff.js have."""
LOGGED = ("message", "owner", "notice")
_chance = random.Random(6)


class Unanswered(Exception):
    """The panel would show that a message could not be sent."""


@dataclass
class Widget:
    """A customer with the panel open, at an address of their own behind a proxy."""

    client: httpx2.AsyncClient
    number: int
    id: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    replies: dict[str, Any] = field(default_factory=dict)
    """What was answered to each message, by its id."""
    byes: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    tries: int = 0
    is_open: bool = False
    _last: int = 0
    _line: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    _headers: dict[str, str] = field(default_factory=dict)

    async def open(self) -> None:
        """Open a conversation."""
        self._headers["x-forwarded-for"] = f"198.51.{100 + self.number // 250}.{1 + self.number % 250}"
        answer = await self._sent("", {"site_key": SITE, "context": {"locale": "en"}})
        self.id = answer.json()["conversation_id"]
        self._headers["authorization"] = f"Bearer {answer.json()['token']}"

    async def follow(self) -> None:
        """Hear what happens, across every break, until it is cancelled."""
        failures = 1
        while True:
            heard, wait = False, 0.0
            with anyio.CancelScope() as self._line:
                with suppress(httpx2.TransportError):
                    heard, wait = await self._listen()
            self.is_open = False
            failures = 1 if heard else failures + 1
            await anyio.sleep(backoff(failures, wait))

    def cut(self) -> None:
        """The connection is lost without a word."""
        self._line.cancel()

    async def send(self, text: str, id_: str) -> None:
        """Send a message until it is answered, as often as the panel does."""
        body = {"text": text, "client_message_id": id_}

        def done(answer: httpx2.Response) -> bool:
            events = read_events(answer.text)
            if not events or events[-1].name not in ("done", "error"):
                return False
            assert events[-1].name == "done" or events[-1].data["retryable"], events[-1]
            return events[-1].name == "done"

        answer = await self._sent("/messages", body, {"accept": "text/event-stream"}, done)
        events = read_events(answer.text)
        assert events[0].name == "meta" and events[0].data["client_message_id"] == id_
        self.replies[id_] = events[-1].data

    async def call_person(self) -> None:
        """Press the button."""
        await self._sent("/handoff", {})

    async def transcript(self) -> list[dict[str, Any]]:
        """The log as it stands."""
        answer = await self.client.get(self._path(), headers=self._headers)
        assert answer.status_code == 200, answer.text
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    async def _listen(self) -> tuple[bool, float]:
        headers = {**self._headers, "accept": "text/event-stream", "last-event-id": str(self._last)}
        reader, heard = EventReader(), False
        async with self.client.stream("GET", self._path("/events"), headers=headers) as answer:
            assert answer.status_code in (200, 429, 503), answer.status_code
            self.connections += answer.status_code == 200
            self.is_open = answer.status_code == 200
            async for data in answer.aiter_raw():
                for event in reader.feed(data):
                    heard = True
                    self._hear(event)
        return heard, (reader.retry or 0) / 1000

    def _hear(self, event: Heard) -> None:
        if event.name == "bye":
            self.byes[event.data["reason"]] += 1
        if event.name in LOGGED:
            assert event.id == event.data["number"]
            self.heard.append(event.data)
            self._last = event.data["number"]

    async def _sent(
        self,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str] | None = None,
        is_done: Callable[[httpx2.Response], bool] = lambda _: True,
    ) -> httpx2.Response:
        for failures in range(1, MOST_TRIES + 1):
            self.tries += 1
            wait = 0.0
            with suppress(httpx2.TransportError):
                url = self._path(path) if self.id else "/conversations"
                answer = await self.client.post(url, json=body, headers={**self._headers, **(headers or {})})
                if answer.status_code in (200, 201) and is_done(answer):
                    return answer
                assert answer.status_code in (200, 429, 503), answer.text
                wait = float(answer.headers.get("retry-after", 0))
            await anyio.sleep(backoff(failures, wait))
        raise Unanswered(f"{path} of widget {self.number}")

    def _path(self, rest: str = "") -> str:
        return f"/conversations/{self.id}{rest}"


def backoff(failures: int, least: float) -> float:
    """As backoff.js has it, in seconds."""
    grown = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (failures - 1))
    return max(least, grown) * _chance.uniform(0.75, 1.25)


def require_all_heard(heard: Sequence[dict[str, Any]], transcript: Sequence[dict[str, Any]]) -> None:
    """Every entry was heard, once, in order, and as the transcript has it."""
    numbers = [entry["number"] for entry in heard]
    assert numbers == sorted(set(numbers)), f"doubled or out of order: {numbers}"
    lost = {entry["number"] for entry in transcript} - set(numbers)
    assert not lost, f"lost: {sorted(lost)} of {len(transcript)}"
    changed = [(mine, theirs) for mine, theirs in zip(heard, transcript, strict=False) if mine != theirs]
    assert not changed and len(heard) == len(transcript), f"not as in the transcript: {changed or heard}"


async def together(calls: Sequence[Callable[[], Awaitable[object]]]) -> None:
    """All of them at once, to their ends."""
    async with anyio.create_task_group() as group:
        for call in calls:
            group.start_soon(call)


async def until(true: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for it."""
    with anyio.move_on_after(seconds):
        while not true():
            await anyio.sleep(0.05)
    assert true(), f"after {seconds} s not yet: {what}"
