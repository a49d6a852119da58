"""Who a customer is, and that nobody gets another's conversation."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.assembly import Footnote
from bot.models import Identity, Speaker
from bot.storage.conversations import RESUMED_WITHIN, conversation_of, identify_customer
from bot.storage.database import Database
from bot.web import live_events
from bot.web.app import create_app
from bot.web.live import Ending
from tests.bot.web.stage import SITE
from tests.identity import OTHER_SECRET, SECRET, signed

URL = "/api/v1/conversations"
OTHER_SITE = "site_other"
FILE = "".join(
    f'[sites.{key}]\nname = "{key}"\nidentity_secrets = ["{secret}"]\n'
    for key, secret in ((SITE, SECRET), (OTHER_SITE, SECRET))
)


@pytest.fixture
def app(footnote: Footnote) -> FastAPI:
    file = footnote.settings.data_dir / "sites.toml"
    file.write_text(FILE)
    settings = footnote.settings.model_copy(update={"sites_file": file})
    return create_app(settings, replace(footnote, settings=settings))


@pytest.fixture
def anonymous(client: TestClient) -> Any:
    return client.post(URL, json={"site_key": SITE}).json()


def token_of(customer: str, site: str = SITE, **changes: Any) -> str:
    return signed(site, datetime.now(UTC), sub=customer, **changes)


def opened(client: TestClient, customer: str | None, resume: bool = True, site: str = SITE) -> Any:
    body = {"site_key": site, "resume": resume, **({"identity_token": token_of(customer, site)} if customer else {})}
    response = client.post(URL, json=body)
    assert response.status_code == 201, response.text
    assert set(response.json()) == {"conversation_id", "token"}
    return response.json()


def bearer(conversation: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {conversation['token']}"}


def read(client: TestClient, conversation: Any, token_of: Any = None) -> int:
    where = f"{URL}/{conversation['conversation_id']}"
    return client.get(where, headers=bearer(token_of or conversation)).status_code


def identify(client: TestClient, conversation: Any, token: str) -> Any:
    where = f"{URL}/{conversation['conversation_id']}/identity"
    return client.post(where, json={"identity_token": token}, headers=bearer(conversation))


def who(footnote: Footnote, conversation: Any) -> Identity | None:
    with footnote.database.read() as connection:
        return conversation_of(connection, conversation["conversation_id"]).identity


def test_the_customer_is_stored_with_the_conversation(client: TestClient, footnote: Footnote) -> None:
    token = token_of("7", name="Ada", email="ada@example.com")
    talk = client.post(URL, json={"site_key": SITE, "identity_token": token}).json()
    assert who(footnote, talk) == Identity(subject="7", name="Ada", email="ada@example.com")
    assert who(footnote, opened(client, None)) is None


def test_the_token_itself_is_not_stored(client: TestClient, footnote: Footnote) -> None:
    token = token_of("7")
    client.post(URL, json={"site_key": SITE, "identity_token": token})
    written = b"".join(file.read_bytes() for file in footnote.settings.data_dir.glob("footnote.db*"))
    assert token.encode() not in written and token.rpartition(".")[2].encode() not in written


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": OTHER_SECRET}, "identity_refused"),
        ({"aud": OTHER_SITE}, "identity_refused"),
        ({"exp": None}, "identity_refused"),
        ({"exp": 10**12}, "identity_refused"),
        ({"sub": None}, "identity_refused"),
        ({"exp": 1_000_000_000}, "identity_expired"),
    ],
)
def test_a_bad_token_opens_nothing(client: TestClient, changes: dict[str, Any], code: str) -> None:
    token = signed(SITE, datetime.now(UTC), **changes)
    for body in ({"resume": False}, {"resume": True}):
        response = client.post(URL, json={"site_key": SITE, "identity_token": token, **body})
        assert response.status_code == 401
        assert response.json()["error"]["code"] == code
        assert token not in response.text and "customer-7" not in response.text


@pytest.mark.parametrize("token", ["", "eyJ", "a.b.c", "\ud800", "x" * 8192])
def test_what_is_no_token_is_refused_too(client: TestClient, token: str) -> None:
    body = json.dumps({"site_key": SITE, "identity_token": token})
    response = client.post(URL, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (401, "identity_refused")


@pytest.mark.parametrize(
    "body", [{"resume": "yes"}, {"resume": 1}, {"identity_token": 5}, {"identity_token": "x" * 8193}]
)
def test_a_body_of_another_form_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post(URL, json={"site_key": SITE, **body}).status_code == 422


def test_a_customer_gets_the_last_conversation_back(client: TestClient) -> None:
    first = opened(client, "7")
    second = opened(client, "7", resume=False)
    assert first["conversation_id"] != second["conversation_id"]
    again = opened(client, "7")
    assert again["conversation_id"] == second["conversation_id"]
    assert again["token"] != second["token"]
    assert read(client, again) == read(client, second) == read(client, first) == 200


def test_nobody_else_gets_it(client: TestClient, anonymous: Any) -> None:
    own = opened(client, "7")
    others = [
        opened(client, "8"),
        opened(client, "77"),
        opened(client, "7", site=OTHER_SITE),
        opened(client, None),
        anonymous,
    ]
    for other in others:
        assert other["conversation_id"] != own["conversation_id"]
        assert read(client, own, token_of=other) == read(client, other, token_of=own) == 401
        for method, path in (("post", "messages"), ("get", "events"), ("post", "handoff"), ("post", "identity")):
            where = f"{URL}/{own['conversation_id']}/{path}"
            body = {
                "messages": {"text": "x", "client_message_id": "x"},
                "handoff": {},
                "identity": {"identity_token": token_of("8")},
            }
            options = {"json": body[path]} if path in body else {}
            assert getattr(client, method)(where, headers=bearer(other), **options).status_code == 401


def test_an_identity_token_is_not_a_conversation_s_token(client: TestClient) -> None:
    own = opened(client, "7")
    assert read(client, own, token_of={"token": token_of("7")}) == 401


def test_an_anonymous_visitor_has_nothing_to_resume(client: TestClient) -> None:
    assert len({opened(client, None)["conversation_id"] for _ in range(3)}) == 3


def test_what_is_too_old_is_not_resumed(client: TestClient, footnote: Footnote, monkeypatch: Any) -> None:
    old = datetime.now(UTC) - RESUMED_WITHIN
    with monkeypatch.context() as patch:
        patch.setattr("bot.web.chat.present", lambda: old)
        first = opened(client, "7")
    assert opened(client, "7")["conversation_id"] != first["conversation_id"]


def test_a_resumed_conversation_is_where_the_customer_is_now(client: TestClient, footnote: Footnote) -> None:
    opened(client, "7")
    body = {"site_key": SITE, "identity_token": token_of("7", name="New"), "resume": True}
    talk = client.post(URL, json={**body, "context": {"platform": "app", "locale": "es"}}).json()
    with footnote.database.read() as connection:
        stored = conversation_of(connection, talk["conversation_id"])
    assert (stored.context.platform, stored.context.locale) == ("app", "es")
    assert stored.identity == Identity(subject="7", name="New")


def test_a_visitor_who_logs_in_keeps_the_conversation(client: TestClient, footnote: Footnote, anonymous: Any) -> None:
    renewed = identify(client, anonymous, token_of("7", name="Ada"))
    assert renewed.status_code == 200
    talk = renewed.json()
    assert talk["conversation_id"] == anonymous["conversation_id"]
    assert who(footnote, talk) == Identity(subject="7", name="Ada")
    assert read(client, talk) == 200
    assert opened(client, "7")["conversation_id"] == anonymous["conversation_id"]


def test_whoever_sat_there_before_can_read_no_more(client: TestClient, anonymous: Any) -> None:
    """The token of the anonymous visitor may be known to somebody who used the same browser."""
    identify(client, anonymous, token_of("7"))
    assert read(client, anonymous) == 401
    assert identify(client, anonymous, token_of("8")).status_code == 401


def test_nor_get_what_a_person_answers_by_mail(client: TestClient, footnote: Footnote, anonymous: Any) -> None:
    """Whoever sat there before may have left an address of their own for the customer who comes next."""
    where = f"{URL}/{anonymous['conversation_id']}/handoff"
    assert client.post(where, json={"contact": "before@evil.example"}, headers=bearer(anonymous)).status_code == 200
    identify(client, anonymous, token_of("7", email="ada@example.com"))
    with footnote.database.read() as connection:
        assert conversation_of(connection, anonymous["conversation_id"]).contact == "ada@example.com"


@pytest.mark.parametrize("email", [None, "ada@example.com"])
def test_who_left_no_address_is_not_written_to(
    client: TestClient, footnote: Footnote, anonymous: Any, email: str | None
) -> None:
    identify(client, anonymous, token_of("7", email=email))
    with footnote.database.read() as connection:
        assert conversation_of(connection, anonymous["conversation_id"]).contact is None


def test_an_address_that_the_customer_left_stays(client: TestClient, footnote: Footnote) -> None:
    talk = opened(client, "7")
    where = f"{URL}/{talk['conversation_id']}/handoff"
    assert client.post(where, json={"contact": "ada@work.example"}, headers=bearer(talk)).status_code == 200
    identify(client, talk, token_of("7", email="ada@example.com"))
    with footnote.database.read() as connection:
        assert conversation_of(connection, talk["conversation_id"]).contact == "ada@work.example"


def test_streams_that_the_old_token_opened_end(app: FastAPI, client: TestClient, anonymous: Any) -> None:
    def watchers() -> list[Any]:
        sides = (Speaker.CUSTOMER, Speaker.AGENT)
        return [app.state.news.watch(anonymous["conversation_id"], side) for side in sides]

    customer, agent = client.portal.call(watchers)
    identify(client, anonymous, token_of("7"))
    assert (customer.ending, agent.ending) == (Ending.RENEW, None)
    for watcher in (customer, agent):
        client.portal.call(app.state.news.leave, watcher)


def test_no_stream_slips_in_while_the_customer_is_named(
    app: FastAPI, client: TestClient, anonymous: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its token was looked at before the customer was named, and it watches only afterwards."""
    reading = live_events.last_numbers

    def named_meanwhile(database: Database, ids: Sequence[str]) -> dict[str, int]:
        identify_customer(database, anonymous["conversation_id"], Identity(subject="7"), datetime.now(UTC))
        return reading(database, ids)

    monkeypatch.setattr(live_events, "last_numbers", named_meanwhile)
    monkeypatch.setattr(live_events, "LIFETIME_SECONDS", dict.fromkeys(Speaker, 0.0))
    where = f"{URL}/{anonymous['conversation_id']}/events"
    assert client.get(where, headers=bearer(anonymous)).status_code == 401
    assert not app.state.news._watchers


def test_the_same_customer_again_gets_another_token_and_keeps_the_first(client: TestClient) -> None:
    talk = opened(client, "7")
    again = identify(client, talk, token_of("7")).json()
    assert read(client, talk) == read(client, again) == 200


def test_a_conversation_never_becomes_another_customer_s(client: TestClient, footnote: Footnote) -> None:
    talk = opened(client, "7")
    response = identify(client, talk, token_of("8"))
    assert (response.status_code, response.json()["error"]["code"]) == (409, "identity_taken")
    assert who(footnote, talk) == Identity(subject="7")
    assert read(client, talk) == 200


@pytest.mark.parametrize("changes", [{"secret": OTHER_SECRET}, {"aud": OTHER_SITE}, {"exp": 5}])
def test_a_bad_token_identifies_nobody(client: TestClient, footnote: Footnote, anonymous: Any, changes: Any) -> None:
    assert identify(client, anonymous, signed(SITE, datetime.now(UTC), **changes)).status_code == 401
    assert who(footnote, anonymous) is None
    assert read(client, anonymous) == 200


def test_a_site_that_is_gone_identifies_nobody(client: TestClient, app: FastAPI, anonymous: Any) -> None:
    sites = app.state.admission.sites
    others = {key: site for key, site in sites.by_key.items() if key != SITE}
    app.state.admission.sites = replace(sites, by_key=others, shown=others[OTHER_SITE])
    assert identify(client, anonymous, token_of("7")).status_code == 403
    assert read(client, anonymous) == 200
    sent = {"text": "Still here?", "client_message_id": "m1"}
    where = f"{URL}/{anonymous['conversation_id']}/messages"
    assert client.post(where, json=sent, headers=bearer(anonymous)).status_code == 200


def test_tokens_end(client: TestClient, anonymous: Any, monkeypatch: Any) -> None:
    known = opened(client, "7")
    for days, statuses in ((0.9, (200, 200)), (2, (200, 401)), (29, (200, 401)), (60, (401, 401))):
        later = datetime.now(UTC) + timedelta(days=days)
        monkeypatch.setattr("bot.web.chat.present", lambda later=later: later)
        assert (read(client, anonymous), read(client, known)) == statuses
