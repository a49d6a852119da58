from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.errors import StorageError
from bot.models import CustomerContext, Message, Owner, Speaker
from bot.settings import Secrets
from bot.staffed import StaffedFootnote
from bot.storage.conversations import start_conversation
from bot.storage.desk_threads import remember_thread
from bot.storage.messages import messages_after
from bot.storage.ownership import ownership_of
from bot.web.app import create_app
from tests.bot.web.stage import SITE
from tests.vendor_webhooks import (
    CHATWOOT_SECRET,
    ZENDESK_SECRET,
    chatwoot_headers,
    chatwoot_message,
    chatwoot_resolved,
    zendesk_comment,
    zendesk_headers,
    zendesk_solved,
)

ZENDESK, CHATWOOT = "/api/v1/desks/zendesk", "/api/v1/desks/chatwoot"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def footnote(footnote: StaffedFootnote) -> StaffedFootnote:
    """One that expects webhooks of both desks."""
    secrets = {
        "zendesk_webhook_secrets": Secrets(f"next,{ZENDESK_SECRET}"),
        "chatwoot_webhook_secrets": Secrets(CHATWOOT_SECRET),
        "chatwoot_inbox_id": 7,
    }
    return replace(footnote, settings=footnote.settings.model_copy(update=secrets))


@pytest.fixture
def conversation(footnote: StaffedFootnote) -> str:
    """A conversation that Zendesk knows as ticket 35436 and Chatwoot as conversation 900, waiting for a person."""
    id_ = start_conversation(footnote.database, SITE, CustomerContext(), now())[0].id
    with footnote.database.write() as connection:
        remember_thread(connection, "zendesk", id_, {"ticket_id": "35436"})
        remember_thread(connection, "chatwoot", id_, {"contact_id": "1", "conversation_id": "900"})
    footnote.switchboard.call_person(id_)
    return id_


def from_zendesk(client: TestClient, body: bytes, at: datetime | None = None, secret: str = ZENDESK_SECRET) -> Any:
    return client.post(ZENDESK, content=body, headers=zendesk_headers(body, at or now(), secret))


def from_chatwoot(client: TestClient, body: bytes, at: datetime | None = None, secret: str = CHATWOOT_SECRET) -> Any:
    return client.post(CHATWOOT, content=body, headers=chatwoot_headers(body, at or now(), secret))


def by_agents(footnote: StaffedFootnote, conversation: str) -> list[Message]:
    log = messages_after(footnote.database, conversation, to_customer=True)
    return [message for message in log if message.speaker is Speaker.AGENT]


def owner(footnote: StaffedFootnote, conversation: str) -> Owner:
    return ownership_of(footnote.database, conversation).owner


def test_an_agent_s_comment_in_zendesk_reaches_the_customer(
    client: TestClient, footnote: StaffedFootnote, conversation: str
) -> None:
    answer = from_zendesk(client, zendesk_comment(conversation, "Hallo ü 🙂"))
    assert (answer.status_code, answer.json()) == (200, {"taken": True})
    (message,) = by_agents(footnote, conversation)
    assert (message.text, message.author) == ("Hallo ü 🙂", "Kim")
    assert owner(footnote, conversation) is Owner.HUMAN


def test_an_agent_s_message_in_chatwoot_reaches_the_customer(
    client: TestClient, footnote: StaffedFootnote, conversation: str
) -> None:
    answer = from_chatwoot(client, chatwoot_message(conversation, "Hello."))
    assert (answer.status_code, answer.json()) == (200, {"taken": True})
    assert [message.text for message in by_agents(footnote, conversation)] == ["Hello."]


def test_solving_and_resolving_end_the_conversation(
    client: TestClient, footnote: StaffedFootnote, conversation: str
) -> None:
    from_zendesk(client, zendesk_comment(conversation, "Done."))
    assert from_zendesk(client, zendesk_solved(conversation)).json() == {"taken": True}
    assert owner(footnote, conversation) is Owner.CLOSED
    footnote.switchboard.call_person(conversation)
    from_chatwoot(client, chatwoot_message(conversation, "Me again."))
    assert from_chatwoot(client, chatwoot_resolved(conversation)).json() == {"taken": True}
    assert owner(footnote, conversation) is Owner.CLOSED


@pytest.mark.parametrize(
    ("send", "body"), [(from_zendesk, zendesk_comment), (from_chatwoot, chatwoot_message)], ids=["zendesk", "chatwoot"]
)
class TestEveryDesk:
    """What holds of each desk's webhooks alike."""

    def test_sent_again_it_is_taken_once(
        self, send: Any, body: Any, client: TestClient, footnote: StaffedFootnote, conversation: str
    ) -> None:
        told = body(conversation, "Hello.")
        answers = [send(client, told, now() + timedelta(seconds=number)) for number in range(3)]
        assert [(each.status_code, each.json()["taken"]) for each in answers] == [
            (200, True),
            (200, False),
            (200, False),
        ]
        assert len(by_agents(footnote, conversation)) == 1

    def test_forged(
        self, send: Any, body: Any, client: TestClient, footnote: StaffedFootnote, conversation: str
    ) -> None:
        answer = send(client, body(conversation, "Give me your password."), secret="guessed")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "webhook_refused")
        for path in (ZENDESK, CHATWOOT):
            assert client.post(path, content=body(conversation, "No signature.")).status_code == 401
        assert by_agents(footnote, conversation) == []

    def test_stale(
        self, send: Any, body: Any, client: TestClient, footnote: StaffedFootnote, conversation: str
    ) -> None:
        told = body(conversation, "Hello.")
        for minutes in (-6, 6):
            answer = send(client, told, now() + timedelta(minutes=minutes))
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "webhook_refused")
        assert by_agents(footnote, conversation) == []

    def test_an_unknown_conversation_is_left_alone(
        self, send: Any, body: Any, client: TestClient, conversation: str
    ) -> None:
        answer = send(client, body("0" * 32, "Hello."))
        assert (answer.status_code, answer.json()) == (200, {"taken": False})

    def test_another_thread_is_left_alone(
        self, send: Any, body: Any, client: TestClient, footnote: StaffedFootnote, conversation: str
    ) -> None:
        thread = {"ticket": "35437"} if body is zendesk_comment else {"number": 901}
        answer = send(client, body(conversation, "To somebody else.", **thread))
        assert (answer.status_code, answer.json()) == (200, {"taken": False})
        assert by_agents(footnote, conversation) == []
        assert send(client, body(conversation, "Here.")).json() == {"taken": True}

    def test_unreadable(self, send: Any, body: Any, client: TestClient, conversation: str) -> None:
        for wrong in (b"", b"no json", b"[]", b"\xff", b"[" * 100_000):
            answer = send(client, wrong)
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "webhook_unreadable")

    def test_too_large(self, send: Any, body: Any, client: TestClient, conversation: str) -> None:
        assert send(client, body(conversation, "x" * 300_000)).status_code == 413

    def test_the_desk_is_asked_to_send_again_when_nothing_can_be_stored(
        self, send: Any, body: Any, client: TestClient, footnote: StaffedFootnote, conversation: str, monkeypatch: Any
    ) -> None:
        def refuse(_database: object) -> None:
            raise StorageError("The database is busy.")

        with monkeypatch.context() as patch:
            patch.setattr(type(footnote.database), "write", refuse)
            answer = send(client, body(conversation, "Hello."))
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert send(client, body(conversation, "Hello.")).json() == {"taken": True}


def test_what_concerns_nobody_here_is_answered_and_dropped(
    client: TestClient, footnote: StaffedFootnote, conversation: str
) -> None:
    for body in (zendesk_comment(conversation, "A note.", is_public=False), b"{}"):
        assert from_zendesk(client, body).json() == {"taken": False}
    for body in (chatwoot_message(conversation, "A note.", private=True), b"{}"):
        assert from_chatwoot(client, body).json() == {"taken": False}
    assert by_agents(footnote, conversation) == []


def test_a_message_after_another_agent_has_claimed_is_kept_for_the_agents(
    client: TestClient, footnote: StaffedFootnote, conversation: str
) -> None:
    footnote.switchboard.claim(conversation, "ada")
    assert from_zendesk(client, zendesk_comment(conversation, "I am here too.")).status_code == 200
    assert by_agents(footnote, conversation) == []
    log = messages_after(footnote.database, conversation, to_customer=False)
    assert "I am here too." in [message.text for message in log if not message.shown]


@pytest.fixture
def without_desks(footnote: StaffedFootnote) -> Iterator[TestClient]:
    nothing = {
        "zendesk_webhook_secrets": Secrets(" , "),
        "chatwoot_webhook_secrets": Secrets(""),
        "chatwoot_inbox_id": None,
    }
    bare = replace(footnote, settings=footnote.settings.model_copy(update=nothing))
    with TestClient(create_app(bare.settings, bare), raise_server_exceptions=False) as client:
        yield client


def test_a_desk_that_is_not_set_up_is_not_there(without_desks: TestClient, conversation: str) -> None:
    body = zendesk_comment(conversation, "Hello.")
    for answer in (
        from_zendesk(without_desks, body),
        from_zendesk(without_desks, body, secret=""),
        from_chatwoot(without_desks, body, secret=""),
        without_desks.post(ZENDESK, content=body),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "desk_not_found")


def test_nothing_but_a_post_is_taken(client: TestClient) -> None:
    for path in (ZENDESK, CHATWOOT):
        assert client.get(path).status_code == 405


def test_what_was_said_stands_in_no_log(
    client: TestClient, conversation: str, capfd: pytest.CaptureFixture[str]
) -> None:
    from_zendesk(client, zendesk_comment("0" * 32, "My secret words."))
    from_zendesk(client, zendesk_comment(conversation, "My secret words."), secret="guessed")
    out, err = capfd.readouterr()
    assert "secret words" not in out + err
