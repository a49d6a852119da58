"""A served application with conversations in it, whose streams of live events both sides read."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from bot.handoff.switchboard import Switchboard
from bot.staffed import StaffedFootnote
from bot.storage.messages import whole_log
from bot.web.entries import entries_to_json
from bot.web.live import News
from bot.web.server import Server
from tests.bot.web.listening import Listener
from tests.bot.web.switching import new_conversation

SECOND = 1.0
SLACK = 2.0
"""What the machine may be late besides, busy as it is with other things."""
STATUS = Path("/proc/self/status")
BYTES_PER_STREAM = 50_000


def wait_until(true: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def tell(figure: str) -> None:
    """A figure, for who runs these tests with `-s`."""
    sys.stdout.write(f"\n{figure}\n")


@dataclass
class Place:
    """A served application, and the conversations in it."""

    app: FastAPI
    footnote: StaffedFootnote
    address: str
    server: Server
    switchboard: Switchboard

    @property
    def news(self) -> News:
        news: News = self.app.state.news
        return news

    def start(self) -> "Customer":
        return Customer(self, *new_conversation(self.footnote.database))


@dataclass
class Customer:
    """A conversation as its customer has it, and the streams to both sides."""

    place: Place
    id: str
    token: str

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.id}/events"

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def listen(self, after: int | None = None, query: str = "") -> Listener:
        headers = self.headers if after is None else {**self.headers, "last-event-id": str(after)}
        return Listener(self.place.address, self.path + query, headers)

    def agent_listens(self) -> Listener:
        return Listener(self.place.address, f"/agents/{self.id}", {})

    def log(self, *, to_customer: bool = True) -> list[dict[str, Any]]:
        database = self.place.footnote.database
        return entries_to_json(database, whole_log(database, self.id, to_customer=to_customer))
