import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.web.origins import OwnOrigin, comes_from, is_guarded, origin_of

HOST = "http://localhost:8000"
PUBLIC = "https://help.example.com"
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "MADEUP"]


async def _reached(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("reached")


def guarded(public_url: str | None = None) -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", _reached, methods=METHODS)])
    app.add_middleware(OwnOrigin, public_url=public_url)
    return TestClient(app, base_url=HOST)


def status(headers: dict[str, str], path: str = "/console/x", method: str = "POST", public: str | None = PUBLIC) -> int:
    return guarded(public).request(method, path, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": HOST},
        {"origin": PUBLIC},
        {"origin": "HTTP://LOCALHOST:8000"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "https://rewritten-host.example.com"},
    ],
)
def test_the_consoles_own_pages_may_change_things(headers: dict[str, str]) -> None:
    assert status(headers) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"origin": "https://localhost:8000"},
        {"origin": "http://help.example.com"},
        {"origin": "https://help.example.com.evil.example"},
        {"origin": "https://help.example.com:8443"},
        {"origin": f"{HOST}/"},
        {"origin": f"{HOST}, https://evil.example"},
        {"sec-fetch-site": "cross-site", "origin": HOST},
        {"sec-fetch-site": "same-site", "origin": PUBLIC},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": ""},
        {"referer": f"{HOST}/console/"},
    ],
)
def test_other_sites_pages_may_not(headers: dict[str, str]) -> None:
    answer = guarded(PUBLIC).post("/console/x", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "foreign_origin"


@pytest.mark.parametrize("method", METHODS)
def test_only_what_is_safe_passes_unasked(method: str) -> None:
    expected = 200 if method in ("GET", "HEAD", "OPTIONS") else 403
    assert status({"origin": "https://evil.example"}, method=method) == expected


@pytest.mark.parametrize("path", ["/", "/api/v1/conversations", "/console-of-another", "/help/console/"])
def test_only_the_console_is_guarded(path: str) -> None:
    assert not is_guarded(path)
    assert status({"origin": "https://evil.example"}, path) == 200


@pytest.mark.parametrize("path", ["/console", "/console/", "/console/conversations/1/claim"])
def test_all_of_the_console_is_guarded(path: str) -> None:
    assert status({"origin": "https://evil.example"}, path) == 403


def test_without_a_public_url_only_the_host_counts() -> None:
    assert status({"origin": PUBLIC}, public=None) == 403
    assert status({"origin": HOST}, public=None) == 200


def test_two_answers_are_none() -> None:
    twice = Headers(raw=[(b"origin", HOST.encode()), (b"origin", b"https://evil.example")])
    assert not comes_from(twice, {HOST})
    assert not comes_from(Headers(raw=[(b"sec-fetch-site", b"same-origin")] * 2), {HOST})


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Help.Example.com/support/", "https://help.example.com"),
        ("https://help.example.com:443", "https://help.example.com"),
        ("http://help.example.com:80", "http://help.example.com"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/x", "http://[::1]:8000"),
        ("http://[::1", None),
        ("http://host:port", None),
        ("ftp://help.example.com", None),
        ("help.example.com", None),
        ("", None),
    ],
)
def test_an_origin_is_what_a_browser_writes(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


@given(st.text())
def test_any_text_has_an_origin_or_none(text: str) -> None:
    assert origin_of(text) is None or "://" in str(origin_of(text))
