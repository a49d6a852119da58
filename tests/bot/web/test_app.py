import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.errors import ConfigurationError
from bot.handoff.summarising import Summariser
from bot.settings import Settings
from bot.staffed import StaffedFootnote
from bot.storage.queue import last_handoff
from bot.web import app as app_module
from bot.web.app import create_app
from tests.bot.web.stage import SITE, ScriptedAssistant, open_stage, with_index


class CountingEncoder:
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_queries(self, texts: list[str]) -> list[list[float]]:
        self.asked.extend(texts)
        return [[0.0] for _ in texts]


def test_it_opens_its_own_footnote_at_start_and_closes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, closed = [], []

    def open_here(settings: Settings) -> object:
        footnote = open_stage(tmp_path, ScriptedAssistant())
        opened.append(settings)
        monkeypatch.setattr(type(footnote), "close", lambda self: closed.append(self.database.close()))
        return footnote

    monkeypatch.setattr(app_module, "open_staffed", open_here)
    settings = Settings(data_dir=tmp_path)
    app = create_app(settings)
    assert opened == []
    with TestClient(app) as client:
        assert opened == [settings]
        assert client.get("/readyz").status_code == 200
        assert closed == []
    assert len(closed) == 1


def test_a_given_footnote_stays_open(footnote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(footnote), "close", lambda self: pytest.fail("it belongs to who gave it"))
    with TestClient(create_app(footnote.settings, footnote)) as client:
        assert client.get("/livez").status_code == 200


@pytest.mark.parametrize("indexed", [True, False])
def test_the_encoder_is_warm_before_the_first_request(footnote, indexed: bool) -> None:
    from dataclasses import replace

    encoder = CountingEncoder()
    warm = replace(footnote if indexed else with_index(footnote, None), encoder=encoder)
    with TestClient(create_app(footnote.settings, warm)):
        assert len(encoder.asked) == 1


def test_a_footnote_that_cannot_be_opened_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(_settings: Settings) -> None:
        raise ConfigurationError("The encoder is not there.")

    monkeypatch.setattr(app_module, "open_staffed", refuse)
    with pytest.raises(ConfigurationError), TestClient(create_app(Settings(data_dir=tmp_path))):
        pass


def test_importing_builds_nothing_and_loads_no_torch() -> None:
    program = (
        "import sys, bot.web.app, bot.web.server; print('torch' in sys.modules, 'sentence_transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_handoffs_are_summed_up_while_it_runs(footnote: StaffedFootnote) -> None:
    summariser = Summariser(footnote.database, footnote.switchboard, lambda _: "The customer waits.", lambda _: False)
    app = create_app(footnote.settings, replace(footnote, summariser=summariser))
    with TestClient(app) as client:
        opened = client.post("/api/v1/conversations", json={"site_key": SITE}).json()
        own = {"headers": {"authorization": f"Bearer {opened['token']}"}}
        path = f"/api/v1/conversations/{opened['conversation_id']}"
        client.post(f"{path}/messages", json={"text": "Where is it?", "client_message_id": "m1"}, **own)
        assert client.post(f"{path}/handoff", json={}, **own).status_code == 200
        deadline = time.monotonic() + 20
        while (found := last_handoff(footnote.database, opened["conversation_id"])) is None or not found.summary:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert found.summary == "The customer waits."
    assert summariser.stop(0), "it has ended with the server"
