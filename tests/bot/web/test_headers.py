import pytest
from starlette.testclient import TestClient

from tests.bot.web.stage import SITE

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    "path",
    [
        "/docs",
        "/static/site.css",
        "/livez",
        "/none",
        "/openapi.json",
    ],
)
def test_every_answer_says_what_a_browser_may_do(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/help", "/help/", "/help/?q=", "/help/change-email", "/help/none"])
def test_the_help_center_may_send_its_search_to_this_server(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == POLICY.replace("form-action 'none'", "form-action 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-cache"


def test_answers_of_the_interface_are_not_stored(client: TestClient) -> None:
    assert client.post("/api/v1/conversations", json={"site_key": SITE}).headers["cache-control"] == "no-store"
    assert client.get("/api/v1/conversations/x").headers["cache-control"] == "no-store"


def test_the_console_may_send_forms_to_this_server_and_is_not_stored(client: TestClient) -> None:
    headers = client.get("/console/sign-in").headers
    assert headers["content-security-policy"] == POLICY.replace("form-action 'none'", "form-action 'self'")
    assert headers["cache-control"] == "no-store"
    assert client.get("/console-of-another").headers["content-security-policy"] == POLICY
