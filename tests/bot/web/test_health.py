import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.answering.calibration import CalibratedThreshold
from bot.errors import StorageError
from bot.web.app import create_app
from tests.bot.web.stage import SITE, ScriptedAssistant, served, with_index


def test_alive(client: TestClient) -> None:
    response = client.get("/livez")
    assert (response.status_code, response.json()["status"]) == (200, "alive")
    assert client.head("/livez").status_code == 200


def test_ready(client: TestClient) -> None:
    response = client.get("/readyz")
    told = {"status": "ready", "index_generation": 7, "calibration": "none"}
    assert (response.status_code, response.json()) == (200, told)
    assert client.head("/readyz").status_code == 200


def test_ready_with_a_stale_calibration_says_so(
    client: TestClient, assistant: ScriptedAssistant, tmp_path: Path
) -> None:
    (tmp_path / "calibration.json").write_text("{}")
    assistant.answer_threshold = CalibratedThreshold(tmp_path / "calibration.json", "0" * 16, 0.5)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["calibration"]) == (200, "stale")


def not_ready(client: TestClient) -> str:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "not_ready"
    assert client.get("/livez").status_code == 200
    return str(response.json()["error"]["message"])


def test_not_ready_without_an_index(footnote) -> None:
    with TestClient(create_app(footnote.settings, with_index(footnote, None))) as client:
        assert "footnote index" in not_ready(client)


def test_not_ready_before_the_encoder_is_warm_or_while_stopping(app: FastAPI, client: TestClient) -> None:
    app.state.service.warm = False
    assert "encoder" in not_ready(client)
    app.state.service.warm = True
    app.state.service.stopping.set()
    assert "stopping" in not_ready(client)


def test_not_ready_when_the_database_cannot_be_written(
    client: TestClient, footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_database: object) -> None:
        raise StorageError("The database is read-only here.")

    monkeypatch.setattr(type(footnote.database), "write", refuse)
    assert not_ready(client) == "The database is read-only here."


def test_answers_being_made_do_not_stop_the_probes(app: FastAPI, assistant: ScriptedAssistant) -> None:
    assistant.gate = threading.Event()
    with served(app) as (address, _server), httpx2.Client(base_url=address, timeout=20) as client:
        opened = client.post("/api/v1/conversations", json={"site_key": SITE}).json()
        headers = {"authorization": f"Bearer {opened['token']}"}

        def send(number: int) -> int:
            body = {"text": "question", "client_message_id": f"m{number}"}
            return client.post(
                f"/api/v1/conversations/{opened['conversation_id']}/messages", json=body, headers=headers
            ).status_code

        with ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(send, number) for number in range(4)]
            assert all(assistant.waiting.acquire(timeout=10) for _ in range(2))
            assert client.get("/livez", timeout=2).status_code == 200
            assert client.get("/readyz", timeout=2).status_code == 200
            assert client.get("/help/change-email", timeout=2).status_code == 200
            assert len(assistant.history) == 2, "two answers at once, the others wait"
            assistant.gate.set()
            assert [one.result(20) for one in sent] == [200] * 4
