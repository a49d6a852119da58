from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.errors import ConfigurationError, Overloaded, StorageError
from tests.bot.web.stage import SITE


def error_of(response: Any, status: int) -> dict[str, str]:
    """The error of a response, after looking at its shape."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["message"].endswith((".", "…”."))
    return body["error"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "The field site_key is missing."),
        ({"site_key": SITE, "colour": "red"}, "The field colour is not known. Leave it out."),
        (
            {"site_key": SITE, "context": {"platform": "watch"}},
            "The field context.platform is not valid: input should be 'web', 'app' or 'any'.",
        ),
        ({"site_key": 5}, "The field site_key is not valid: input should be a valid string."),
        (
            {"site_key": SITE, "context": {"x\ny" + "z" * 200: 1}},
            "The field context.x y" + "z" * 69 + "… is not known. Leave it out.",
        ),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, body, sentence) -> None:
    error = error_of(client.post("/api/v1/conversations", json=body), 422)
    assert error == {"code": "invalid_request", "message": sentence}


def test_the_values_of_wrong_fields_are_not_repeated(client: TestClient) -> None:
    response = client.post("/api/v1/conversations", json={"site_key": SITE, "context": {"locale": "hunter2 hunter2"}})
    assert "context.locale" in error_of(response, 422)["message"]
    assert "hunter2" not in response.text


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"null", 422),
        (b"\xc3\x28", 400),
        (b"[" * 100_000, 400),
        (b'{"site_key": ' + b"9" * 10_000 + b"}", 400),
        (b'{"site_key": "\\ud800"}', 403),
        (b'{"\\ud800": 1, "site_key": "site_demo"}', 422),
        (b'{"site_key": NaN}', 422),
    ],
)
def test_bodies_that_are_no_request(client: TestClient, content, status) -> None:
    response = client.post("/api/v1/conversations", content=content, headers={"content-type": "application/json"})
    error_of(response, status)


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/x-www-form-urlencoded"])
def test_a_body_must_say_that_it_is_json(client: TestClient, content_type) -> None:
    response = client.post(
        "/api/v1/conversations", content=b'{"site_key": "site_demo"}', headers={"content-type": content_type}
    )
    assert error_of(response, 422)["code"] == "invalid_request"


@pytest.mark.parametrize("message_id", ["", "x" * 129, "a\nb", "nul\x00", 5, None])
def test_a_client_message_id_has_limits(talk, message_id) -> None:
    error = error_of(talk.send("question", message_id), 422)
    assert "client_message_id" in error["message"]


def test_an_unknown_address(client: TestClient) -> None:
    assert error_of(client.get("/no/such/place"), 404)["code"] == "not_found"
    assert error_of(client.get("/static/none.js"), 404)["code"] == "not_found"


def test_a_wrong_method(client: TestClient) -> None:
    response = client.delete("/api/v1/conversations")
    assert error_of(response, 405)["code"] == "method_not_allowed"
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StorageError("The database /srv/footnote.db is read-only."), 503, "storage_unavailable"),
        (ConfigurationError("FOOTNOTE_X in /srv is wrong."), 500, "configuration_error"),
        (Overloaded("Too many questions are waiting."), 503, "overloaded"),
        (RuntimeError("/srv and hunter2"), 500, "internal_error"),
        (ExceptionGroup("/srv", [ValueError("hunter2")]), 500, "internal_error"),
    ],
)
def test_what_a_route_raises(app: FastAPI, error, status, code) -> None:
    async def failing() -> None:
        raise error

    app.add_api_route("/failing", failing)
    with TestClient(app) as client:
        response = client.get("/failing")
    assert error_of(response, status)["code"] == code
    assert "/srv" not in response.text
    assert "hunter2" not in response.text
    assert "content-security-policy" in response.headers
    assert ("retry-after" in response.headers) == (status in (429, 503))
