"""Whose pages may open conversations, and how much they may send."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from bot.assembly import Footnote
from bot.errors import ConfigurationError
from bot.safety.token_buckets import TokenBuckets
from bot.web.app import create_app
from tests.agents import HandClock
from tests.bot.web.stage import SITE, served

OWN = "http://testserver"
PAGE = "https://www.shop.example"
SITES = """
[sites.site_demo]
name = "Shop"
origins = ["https://www.shop.example", "https://*.shop.example"]
limits = { conversations_per_minute = 6, conversations_per_minute_per_address = 3, messages_per_minute = 12, \
messages_per_minute_per_address = 8, messages_per_minute_per_conversation = 4 }

[sites.site_strict]
name = "Strict"
requires_origin = true
origins = ["https://strict.example"]
"""
HOME, WORK = "203.0.113.7", "198.51.100.9"

Opened = Callable[..., TestClient]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def opened(footnote: Footnote, tmp_path: Path, clock: HandClock) -> Iterator[Opened]:
    """Clients of one application over two sites, each from an address of its own."""
    (tmp_path / "sites.toml").write_text(SITES)
    settings = footnote.settings.model_copy(update={"sites_file": tmp_path / "sites.toml"})
    settings = settings.model_copy(update={"requests_per_minute_per_address": 40})
    app = create_app(settings, replace(footnote, settings=settings))
    app.state.admission.buckets = TokenBuckets(clock)
    with TestClient(app):

        def client(address: str = "testclient", **headers: str) -> TestClient:
            return TestClient(app, client=(address, 50_000), headers=headers, raise_server_exceptions=False)

        yield client


def open_one(client: TestClient, site: str = SITE, **headers: str) -> Any:
    return client.post("/api/v1/conversations", json={"site_key": site}, headers=headers)


_numbers = itertools.count()


def send(client: TestClient, conversation: Any, **headers: str) -> Any:
    body = {"text": "Hello", "client_message_id": f"m{next(_numbers)}"}
    where = f"/api/v1/conversations/{conversation['conversation_id']}/messages"
    return client.post(where, json=body, headers={"authorization": f"Bearer {conversation['token']}", **headers})


@pytest.mark.parametrize(
    ("site", "headers", "status"),
    [
        (SITE, {}, 201),
        (SITE, {"origin": PAGE}, 201),
        (SITE, {"origin": "HTTPS://WWW.SHOP.EXAMPLE"}, 201),
        (SITE, {"origin": "https://eu.shop.example"}, 201),
        (SITE, {"origin": OWN}, 201),
        (SITE, {"sec-fetch-site": "same-origin", "origin": "https://proxied.example"}, 201),
        (SITE, {"sec-fetch-site": "cross-site", "origin": PAGE}, 201),
        (SITE, {"sec-fetch-site": "cross-site", "origin": OWN}, 403),
        (SITE, {"origin": "https://evil.example"}, 403),
        (SITE, {"origin": "null"}, 403),
        (SITE, {"origin": ""}, 403),
        (SITE, {"origin": f"{PAGE}.evil.example"}, 403),
        (SITE, {"origin": "http://www.shop.example"}, 403),
        (SITE, {"origin": "http://testserver.evil.example"}, 403),
        (SITE, {"origin": "http://testserver:8001"}, 403),
        (SITE, {"origin": "https://strict.example"}, 403),
        ("site_strict", {"origin": "https://strict.example"}, 201),
        ("site_strict", {"origin": OWN}, 201),
        ("site_strict", {}, 403),
        ("site_strict", {"referer": "https://strict.example/"}, 403),
        ("site_strict", {"origin": PAGE}, 403),
        ("site_none", {"origin": PAGE}, 403),
    ],
)
def test_a_page_opens_conversations_of_its_own_site_only(
    opened: Opened, site: str, headers: dict[str, str], status: int
) -> None:
    response = open_one(opened(), site, **headers)
    assert response.status_code == status
    if status == 403:
        assert response.json()["error"]["code"] == ("unknown_site" if site == "site_none" else "foreign_origin")
    assert "access-control-allow-origin" not in response.headers


def test_two_origins_are_none(opened: Opened) -> None:
    headers = [("origin", PAGE), ("origin", PAGE)]
    response = opened().post("/api/v1/conversations", json={"site_key": SITE}, headers=headers)
    assert response.status_code == 403


def test_another_site_s_page_gets_no_leave_to_ask(opened: Opened) -> None:
    """A browser asks before it sends JSON across origins: the answer is never yes."""
    asks = {"origin": PAGE, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    response = opened().options("/api/v1/conversations", headers=asks)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_the_public_address_is_our_own(footnote: Footnote) -> None:
    settings = footnote.settings.model_copy(update={"public_url": "https://help.shop.example/x"})
    with TestClient(create_app(settings, footnote)) as client:
        assert open_one(client, origin="https://help.shop.example").status_code == 201
        assert open_one(client, origin="https://shop.example").status_code == 403


def refused(response: Any) -> int:
    """The seconds to wait of a refusal for too much."""
    assert response.status_code == 429
    seconds = int(response.headers["retry-after"])
    error = response.json()["error"]
    assert error["code"] == "too_many_requests"
    assert ("a second" if seconds == 1 else f"{seconds} seconds") in error["message"]
    return seconds


def test_one_address_opens_so_many_and_others_go_on(opened: Opened, clock: HandClock) -> None:
    assert [open_one(opened(HOME)).status_code for _ in range(3)] == [201] * 3
    assert refused(open_one(opened(HOME))) == 20
    assert open_one(opened(WORK)).status_code == 201
    clock.pass_by(seconds=20)
    assert open_one(opened(HOME)).status_code == 201
    assert refused(open_one(opened(HOME))) == 20


def test_a_site_has_so_many_whoever_asks(opened: Opened) -> None:
    assert [open_one(opened(f"203.0.113.{number}")).status_code for number in range(6)] == [201] * 6
    assert refused(open_one(opened("203.0.113.99"))) == 10
    assert open_one(opened("203.0.113.99"), "site_strict", origin="https://strict.example").status_code == 201


def test_a_house_has_one_network_of_the_sixth_version(opened: Opened) -> None:
    assert [open_one(opened(f"2001:db8::{number}")).status_code for number in range(3)] == [201] * 3
    refused(open_one(opened("2001:db8::ffff")))
    assert open_one(opened("2001:db8:0:1::1")).status_code == 201


def test_a_fourth_version_address_in_the_sixth_s_form_is_the_same(opened: Opened) -> None:
    assert [open_one(opened(address)).status_code for address in (HOME, f"::ffff:{HOME}", HOME)] == [201] * 3
    refused(open_one(opened(f"::ffff:{HOME}")))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "testclient", ""])
def test_a_proxy_that_does_not_say_for_whom_it_asks_is_not_one_customer(opened: Opened, address: str) -> None:
    assert [open_one(opened(address)).status_code for _ in range(6)] == [201] * 6
    refused(open_one(opened(address)))


def test_an_address_cannot_be_made_up(opened: Opened) -> None:
    for number in range(3):
        assert open_one(opened(HOME), **{"x-forwarded-for": f"192.0.2.{number}"}).status_code == 201
    refused(open_one(opened(HOME), **{"x-forwarded-for": "192.0.2.77", "forwarded": "for=192.0.2.78"}))


def test_a_proxy_of_this_machine_is_asked_for_whom_it_asks(footnote: Footnote) -> None:
    settings = footnote.settings.model_copy(update={"conversations_per_minute_per_address": 2})
    with served(create_app(settings, footnote)) as (address, _):

        def ask(forwarded: str) -> int:
            url, headers = f"{address}/api/v1/conversations", {"x-forwarded-for": forwarded}
            return httpx2.post(url, json={"site_key": SITE}, headers=headers).status_code

        assert [ask(HOME) for _ in range(3)] == [201, 201, 429]
        assert [ask(f"{WORK}, {HOME}"), ask(f"{HOME}, {WORK}")] == [429, 201]
        assert [ask("not an address") for _ in range(4)] == [201] * 4


def test_a_conversation_takes_so_many_messages(opened: Opened, clock: HandClock) -> None:
    one, other = (open_one(opened()).json() for _ in range(2))
    assert [send(opened(), one).status_code for _ in range(4)] == [200] * 4
    assert refused(send(opened(), one)) == 15
    assert refused(send(opened(), one, accept="text/event-stream")) == 15
    assert send(opened(), other).status_code == 200
    clock.pass_by(seconds=15)
    assert send(opened(), one).status_code == 200


def test_an_address_sends_so_many_messages_in_all_conversations(opened: Opened) -> None:
    talks = [open_one(opened(HOME)).json() for _ in range(3)]
    assert [send(opened(HOME), talk).status_code for talk in talks[:2] for _ in range(4)] == [200] * 8
    assert refused(send(opened(HOME), talks[2])) == 8
    assert send(opened(WORK), talks[2]).status_code == 200


def test_a_site_takes_so_many_messages(opened: Opened) -> None:
    talks = [open_one(opened()).json() for _ in range(4)]
    assert [send(opened(), talk).status_code for talk in talks[:3] for _ in range(4)] == [200] * 12
    assert refused(send(opened(), talks[3])) == 5


def test_a_stranger_cannot_use_a_conversation_s_messages_up(opened: Opened) -> None:
    talk = open_one(opened()).json()
    for _ in range(20):
        assert send(opened(WORK), {**talk, "token": "wrong"}).status_code == 401
    assert send(opened(), talk).status_code == 200


def test_the_button_and_the_thumbs_count_as_messages(opened: Opened) -> None:
    talk = open_one(opened()).json()
    where = f"/api/v1/conversations/{talk['conversation_id']}"
    headers = {"authorization": f"Bearer {talk['token']}"}
    for _ in range(4):
        opened().post(f"{where}/messages/none/feedback", json={"rating": "up"}, headers=headers)
    refused(opened().post(f"{where}/handoff", json={}, headers=headers))
    refused(opened().post(f"{where}/messages/none/feedback", json={"rating": "up"}, headers=headers))
    assert opened().post(f"{where}/typing", json={"on": True}, headers=headers).status_code == 204


def test_an_address_asks_so_much_whatever_it_is(opened: Opened) -> None:
    for number in range(40):
        assert (
            opened(HOME).get(f"/api/v1/conversations/{number}", headers={"authorization": "Bearer x"}).status_code
            == 404
        )
    refused(opened(HOME).get("/api/v1/conversations/x/events", headers={"authorization": "Bearer x"}))
    refused(opened(HOME).post("/api/v1/conversations/x/typing", json={"on": True}))
    refused(open_one(opened(HOME)))
    assert opened(HOME).get("/livez").status_code == opened(HOME).get("/help/").status_code == 200
    assert open_one(opened(WORK)).status_code == 201


def test_a_wrong_sites_file_stops_the_start(footnote: Footnote, tmp_path: Path) -> None:
    settings = footnote.settings.model_copy(update={"sites_file": tmp_path / "none.toml"})
    with pytest.raises(ConfigurationError, match=r"none\.toml cannot be read"):
        create_app(settings, footnote)
