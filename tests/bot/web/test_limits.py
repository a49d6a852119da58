from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.web.limits import BODY_BYTES
from tests.bot.web.stage import SITE, served

JSON = {"content-type": "application/json"}


def padded(size: int) -> bytes:
    body = b'{"site_key": "%s"}' % SITE.encode()
    return body + b" " * (size - len(body))


def pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 16_384):
        yield body[start : start + 16_384]


@pytest.mark.parametrize(("size", "status"), [(BODY_BYTES, 201), (BODY_BYTES + 1, 413), (5_000_000, 413)])
def test_a_body_has_a_limit(client: TestClient, size: int, status: int) -> None:
    response = client.post("/api/v1/conversations", content=padded(size), headers=JSON)
    assert response.status_code == status
    if status == 413:
        assert response.json()["error"]["code"] == "request_too_large"
        assert "content-security-policy" in response.headers


@pytest.mark.parametrize(("size", "status"), [(BODY_BYTES, 201), (BODY_BYTES + 1, 413), (2_000_000, 413)])
def test_the_limit_holds_over_a_socket_announced_or_not(app: FastAPI, size: int, status: int) -> None:
    with served(app) as (address, _server), httpx2.Client(base_url=address) as client:
        announced = client.post("/api/v1/conversations", content=padded(size), headers=JSON)
        in_pieces = client.post("/api/v1/conversations", content=pieces(padded(size)), headers=JSON)
    for response in (announced, in_pieces):
        assert response.status_code == status
        if status == 413:
            assert response.json()["error"]["code"] == "request_too_large"


@pytest.mark.parametrize("length", ["nonsense", "-1", "9" * 5000])
def test_a_strange_length_is_no_crash(client: TestClient, length: str) -> None:
    response = client.post("/api/v1/conversations", content=padded(100), headers={**JSON, "content-length": length})
    assert response.status_code < 500
