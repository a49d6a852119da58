import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from bot.web.logs import configure_logs, failure
from tests.bot.web.stage import SITE


def test_each_request_is_a_line_without_what_was_said(talk, client: TestClient) -> None:
    with capture_logs() as lines:
        response = talk.send("my password is hunter2", authorization=f"Bearer {talk.token}")
        client.get("/help/change-email?q=hunter2")
    assert [(line["event"], line["method"], line["status"]) for line in lines] == [
        ("request", "POST", 200),
        ("request", "GET", 200),
    ]
    assert lines[1]["path"] == "/help/change-email"
    assert all(line["milliseconds"] >= 0 for line in lines)
    assert len(response.headers["x-request-id"]) == 16
    assert "hunter2" not in json.dumps(lines)
    assert talk.token not in json.dumps(lines)


def test_an_unexpected_error_is_logged_without_its_message(talk, assistant) -> None:
    assistant.enqueue(ValueError("about hunter2"), ValueError("about hunter2"))
    with capture_logs() as lines:
        talk.send("hunter2")
        talk.stream("hunter2", "m2")
    unexpected = [line for line in lines if line["event"] == "unexpected"]
    assert [line["error"] for line in unexpected] == ["ValueError", "ValueError"]
    assert all("stage.py" in line["raised_at"][-1] for line in unexpected)
    assert "hunter2" not in json.dumps(lines)


def test_a_long_path_is_cut(client: TestClient) -> None:
    with capture_logs() as lines:
        client.get("/" + "x" * 5000)
    assert len(lines[0]["path"]) == 200


def test_the_operators_sentence_is_logged(app: FastAPI, talk, assistant) -> None:
    from bot.errors import IndexUnavailable

    assistant.enqueue(IndexUnavailable("The index files in /srv cannot be loaded."))
    with capture_logs() as lines:
        talk.send("question")
    assert any(line.get("sentence") == "The index files in /srv cannot be loaded." for line in lines)


@pytest.fixture
def own_logging() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], level = before
    root.setLevel(level)
    logging.getLogger("footnote").setLevel(logging.NOTSET)
    structlog.reset_defaults()


@pytest.mark.usefixtures("own_logging")
def test_lines_are_json_on_standard_error(app: FastAPI, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    with TestClient(app) as client:
        client.post("/api/v1/conversations", json={"site_key": SITE})
    try:
        raise ValueError("about hunter2")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("it failed")
    logging.getLogger("httpx2").info("GET http://127.0.0.1/?q=hunter2")
    captured = capsys.readouterr()
    lines = [json.loads(line) for line in captured.err.splitlines()]
    assert captured.out == ""
    assert [line["event"] for line in lines] == ["request", "it failed"]
    assert lines[0]["level"] == "info"
    assert len(lines[0]["request_id"]) == 16
    assert lines[1]["error"] == "ValueError"
    assert "hunter2" not in captured.err


@pytest.mark.usefixtures("own_logging")
def test_a_level_leaves_lesser_lines_out(app: FastAPI, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("warning")
    with TestClient(app) as client:
        client.get("/livez")
    assert capsys.readouterr().err == ""


def test_a_failure_without_a_trace() -> None:
    assert failure(ValueError("hunter2")) == {"error": "ValueError", "raised_at": []}


def test_a_secret_in_an_address_is_not_logged(client: TestClient) -> None:
    phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"
    with capture_logs() as lines:
        assert client.get(f"/help/{'x' * 150}/{phrase}").status_code == 404
    assert lines[0]["path"].endswith("/[seed phrase removed]")
    assert "winner" not in json.dumps(lines)


@pytest.mark.parametrize(
    "path", ["/console/login/{}", "/console/login/{}/", "/console/login//{}", "//Console/login/{}/x"]
)
def test_a_one_time_login_is_not_logged(client: TestClient, path: str) -> None:
    link = "pQ7-k_3vTz" * 4
    with capture_logs() as lines:
        client.get("http://testserver" + path.format(link))
    assert link not in json.dumps(lines)
    assert lines[-1]["path"].endswith("/login/[login removed]")


def test_other_paths_of_the_console_are_logged(client: TestClient) -> None:
    with capture_logs() as lines:
        client.get("/console/conversations/abc"), client.get("/help/login/abc")
    assert [line["path"] for line in lines] == ["/console/conversations/abc", "/help/login/abc"]
