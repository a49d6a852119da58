"""The application of the web tests, its assistant, and a conversation in it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from bot.models import Speaker
from bot.staffed import StaffedFootnote
from bot.storage.database import open_database
from bot.web import live
from bot.web.app import create_app
from bot.web.live_events import live_response
from bot.web.live_frames import customer_frames
from tests.bot.web.live_place import Place
from tests.bot.web.stage import SITE, ScriptedAssistant, open_stage, served


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture(scope="session")
def blank_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables and nothing in them: quicker to copy than to make."""
    file = tmp_path_factory.mktemp("blank") / "footnote.db"
    open_database(file).close()
    return file


@pytest.fixture
def footnote(tmp_path: Path, blank_database: Path, assistant: ScriptedAssistant) -> Iterator[StaffedFootnote]:
    shutil.copy(blank_database, tmp_path / "footnote.db")
    footnote = open_stage(tmp_path, assistant)
    yield footnote
    footnote.database.close()


@pytest.fixture
def app(footnote: StaffedFootnote) -> FastAPI:
    return create_app(footnote.settings, footnote)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@dataclass
class Talk:
    """A conversation as its customer has it."""

    client: TestClient
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def send(self, text: str, message_id: str = "m1", **headers: str) -> Any:
        body = {"text": text, "client_message_id": message_id}
        return self.client.post(
            f"/api/v1/conversations/{self.id}/messages", json=body, headers={**self.headers, **headers}
        )

    def stream(self, text: str, message_id: str = "m1") -> Any:
        return self.send(text, message_id, accept="text/event-stream")


@pytest.fixture
def talk(client: TestClient) -> Talk:
    opened = client.post("/api/v1/conversations", json={"site_key": SITE}).json()
    return Talk(client, opened["conversation_id"], opened["token"])


@pytest.fixture
def place(app: FastAPI, footnote: StaffedFootnote) -> Iterator[Place]:
    @app.get("/agents/{conversation_id}")
    async def follow_as_agent(conversation_id: str, request: Request) -> Response:
        state = request.app.state
        frames = customer_frames(footnote.database)
        return await live_response(state.service, state.news, conversation_id, 0, Speaker.AGENT, frames)

    with served(app) as (address, server):
        yield Place(app, footnote, address, server, footnote.switchboard)


@pytest.fixture
def never_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "POLL_SECONDS", 60.0)
