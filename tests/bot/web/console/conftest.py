"""Agents at the console of the web tests' application, and a customer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.models import Agent, CustomerContext, Handoff, HandoffReason, Hit
from bot.roles import Role
from bot.signing_in import SigningIn, Visitor, login_url, new_agent
from bot.staffed import StaffedFootnote
from bot.web.agents import COOKIE
from knowledge.models import Passage
from tests.bot.web.conftest import Talk
from tests.bot.web.stage import CHANGE_EMAIL, SITE, ScriptedAssistant

HOST = "http://localhost"
CALLED = Handoff(text="A person replies.", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.1)


@dataclass
class SuggestingAssistant(ScriptedAssistant):
    """Scripted, with a threshold, and with hits for a search."""

    answer_threshold: float = 0.6
    hits: list[Hit] = field(default_factory=list)
    thresholds: list[float] = field(default_factory=list)

    def reply_to(self, *arguments: Any, **named: Any) -> Any:
        self.thresholds.append(self.answer_threshold)
        return super().reply_to(*arguments, **named)

    def search(self, query: str, context: CustomerContext) -> tuple[Hit, ...]:
        return tuple(self.hits)


def hit(article_id: str = CHANGE_EMAIL.id, text: str = CHANGE_EMAIL.body) -> Hit:
    passage = Passage(id="p", article_id=article_id, title="T", heading="", url="", text=text, start=0, end=len(text))
    return Hit(passage, 0.5, {"dense": 0.5})


@dataclass
class Seat:
    """An agent's browser: signed in, on the client that all share."""

    client: TestClient
    agent: Agent
    token: str

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self._headers(headers))

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Any:
        own = self._headers({"origin": HOST, **headers})
        return self.client.post(path, data=fields or {}, headers=own, follow_redirects=False)

    def script(self, path: str, fields: dict[str, str] | None = None) -> Any:
        return self.post(path, fields, accept="application/json")

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.token}", "accept": "text/html", **more}


@pytest.fixture
def assistant() -> SuggestingAssistant:
    return SuggestingAssistant()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=HOST, raise_server_exceptions=False) as client:
        yield client


def seat_of(
    client: TestClient, footnote: StaffedFootnote, name: str, display_name: str, role: Role | None = None
) -> Seat:
    now = datetime.now(UTC)
    new_agent(footnote.database, name, display_name, now, role)
    link = login_url(footnote.database, HOST, name, now).rsplit("/", 1)[-1]
    entered = SigningIn(footnote.database).with_link(link, Visitor("127.0.0.1"))
    return Seat(client, entered.agent, entered.token)


@pytest.fixture
def ada(client: TestClient, footnote: StaffedFootnote) -> Seat:
    """An admin, as the first of all agents."""
    return seat_of(client, footnote, "ada", "Ada L.")


@pytest.fixture
def bo(client: TestClient, footnote: StaffedFootnote) -> Seat:
    return seat_of(client, footnote, "bo", "Bo K.")


@pytest.fixture
def talk(client: TestClient) -> Talk:
    opened = client.post("/api/v1/conversations", json={"site_key": SITE, "context": {"platform": "app"}}).json()
    return Talk(client, opened["conversation_id"], opened["token"])


@pytest.fixture
def waiting(talk: Talk, assistant: SuggestingAssistant) -> Talk:
    """A customer who waits for a person."""
    assistant.enqueue(CALLED)
    assert talk.send("Can I have a mortgage?").json()["owner"] == "queued"
    return talk


def path_of(talk: Talk, rest: str = "") -> str:
    return f"/console/conversations/{talk.id}{rest}"
