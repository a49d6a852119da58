import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from bot.errors import ConfigurationError
from bot.settings import Settings
from bot.web import events, server
from bot.web.server import listening_socket, serve, where_it_serves
from embeddings.errors import EncoderError
from tests.bot.web.stage import SITE, ScriptedAssistant, open_stage, read_events, served

ROOT = Path(__file__).resolve().parents[3]


def test_a_taken_port_is_a_sentence() -> None:
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"Port {port} on 127.0.0.1 is already in use.*PORT=.*--port"):
            listening_socket("127.0.0.1", port)


def test_an_address_of_another_machine_is_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match=r"203\.0\.113\.7 cannot be listened on.*--host"):
        listening_socket("203.0.113.7", 0)


def test_a_stopping_server_ends_its_streams(
    app: FastAPI, assistant: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "GRACE_SECONDS", 0.1)
    assistant.gate = threading.Event()
    with served(app) as (address, running), httpx2.Client(base_url=address, timeout=20) as client:
        opened = client.post("/api/v1/conversations", json={"site_key": SITE}).json()
        headers = {"authorization": f"Bearer {opened['token']}", "accept": "text/event-stream"}
        body = {"text": "question", "client_message_id": "m1"}
        path = f"/api/v1/conversations/{opened['conversation_id']}/messages"
        with client.stream("POST", path, json=body, headers=headers) as response:
            assert assistant.waiting.acquire(timeout=10)
            running.should_exit = True
            told = read_events("".join(response.iter_text()))
        assistant.gate.set()
    assert [event.name for event in told] == ["meta", "status", "error"]
    assert told[-1].data["code"] == "server_restarting"


def test_an_answer_of_a_client_that_has_gone_is_stored(app: FastAPI, assistant: ScriptedAssistant) -> None:
    assistant.gate = threading.Event()
    with served(app) as (address, _running), httpx2.Client(base_url=address, timeout=20) as client:
        opened = client.post("/api/v1/conversations", json={"site_key": SITE}).json()
        headers = {"authorization": f"Bearer {opened['token']}"}
        path = f"/api/v1/conversations/{opened['conversation_id']}"
        body = {"text": "question", "client_message_id": "m1"}
        with client.stream("POST", f"{path}/messages", json=body, headers={**headers, "accept": "text/event-stream"}):
            assert assistant.waiting.acquire(timeout=10)
        assistant.gate.set()
        deadline = time.monotonic() + 10
        while (messages := client.get(path, headers=headers).json()["messages"])[0]["reply"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert messages[0]["reply"]["kind"] == "answer"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.bot.web.serving", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            assert httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=30).status_code == 200
            process.send_signal(number)
            out, err = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, out) == (0, "stopped\n"), err
    assert "Traceback" not in err


def test_serve_says_where_before_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(server, "configure_logs", lambda level: None)
    monkeypatch.setattr(server, "open_staffed", lambda settings: open_stage(tmp_path, ScriptedAssistant()))
    monkeypatch.setattr(server, "run_until_stopped", lambda app, listener: told.append("served"))
    with listening_socket("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    serve(Settings(data_dir=tmp_path, port=port), told.append)
    login = next(line.split()[-1] for line in told if line.startswith("First login:"))
    assert login.startswith(f"http://127.0.0.1:{port}/console/login/")
    assert told == [*where_it_serves(f"http://127.0.0.1:{port}", login), "served"]
    assert f"http://127.0.0.1:{port}/help/" in "\n".join(told)


def test_where_it_serves_names_no_login_once_somebody_has_signed_in() -> None:
    assert not any("login" in line for line in where_it_serves("http://127.0.0.1:8000"))


def test_serve_writes_to_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server, "configure_logs", lambda level: None)
    monkeypatch.setattr(server, "open_staffed", lambda settings: open_stage(tmp_path, ScriptedAssistant()))
    monkeypatch.setattr(server, "run_until_stopped", lambda app, listener: None)
    with listening_socket("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    serve(Settings(data_dir=tmp_path, port=port))
    assert capsys.readouterr().out.startswith(f"Demo page:    http://127.0.0.1:{port}/\n")


def test_an_encoder_that_cannot_be_loaded_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_footnote: object) -> None:
        raise EncoderError("The model file is damaged.")

    monkeypatch.setattr(server, "configure_logs", lambda level: None)
    monkeypatch.setattr(server, "open_staffed", lambda settings: open_stage(tmp_path, ScriptedAssistant()))
    monkeypatch.setattr(server, "warm_up", refuse)
    with listening_socket("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    with pytest.raises(ConfigurationError, match="damaged"):
        serve(Settings(data_dir=tmp_path, port=port))


def test_small_writes_are_sent_at_once() -> None:
    with listening_socket("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
