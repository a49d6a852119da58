"""Help desks as an operator sets them up: a server of its own, a receiver of webhooks and a Zendesk, both on real
ports, and what an agent writes in Zendesk back in the customer's window."""

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.desk_receivers import Receiver, Refuses, WebhookReceiver, receiving
from tests.end_to_end.conftest import Command, own_server
from tests.vendor_desks import ZendeskReceiver
from tests.vendor_webhooks import ZENDESK_SECRET, zendesk_comment, zendesk_headers, zendesk_solved

TOKEN = "zd-token"


@dataclass(frozen=True)
class Customer:
    """A conversation as its customer has it."""

    address: str
    id: str
    token: str

    def send(self, text: str, id_: str) -> Any:
        sent = httpx2.post(
            f"{self.address}/api/v1/conversations/{self.id}/messages",
            json={"text": text, "client_message_id": id_},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        assert sent.status_code == 200, sent.text
        return sent.json()

    def transcript(self) -> Any:
        place = f"{self.address}/api/v1/conversations/{self.id}"
        return httpx2.get(place, headers={"Authorization": f"Bearer {self.token}"}, timeout=30).json()

    def heard(self) -> list[tuple[str, str | None, str]]:
        """Author, name and text of everything said in the window."""
        entries = self.transcript()["entries"]
        return [(each["author"], each["name"], each["text"]) for each in entries if each["type"] == "message"]


def customer_at(address: str) -> Customer:
    opened = httpx2.post(f"{address}/api/v1/conversations", json={"site_key": "site_demo"}).json()
    return Customer(address, opened["conversation_id"], opened["token"])


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, f"It took more than 60 s until {what}."
        time.sleep(0.05)


@pytest.fixture
def webhook() -> Iterator[WebhookReceiver]:
    with receiving(WebhookReceiver()) as receiver:
        yield receiver
    assert not receiver.mistakes


@pytest.fixture
def zendesk() -> Iterator[ZendeskReceiver]:
    with receiving(ZendeskReceiver()) as receiver:
        yield receiver
    assert not receiver.mistakes


@pytest.fixture
def variables(small: Path, webhook: WebhookReceiver, zendesk: ZendeskReceiver) -> dict[str, str]:
    """The environment that names both desks, over an indexed help center."""
    return {
        "FOOTNOTE_DATA_DIR": str(small),
        "FOOTNOTE_WEBHOOK_URL": f"{webhook.url}/hook",
        "FOOTNOTE_WEBHOOK_SECRETS": "whsec_" + base64.b64encode(webhook.secret).decode(),
        "FOOTNOTE_ZENDESK_URL": zendesk.url,
        "FOOTNOTE_ZENDESK_EMAIL": "agent@corvane.example",
        "FOOTNOTE_ZENDESK_API_TOKEN": TOKEN,
        "FOOTNOTE_ZENDESK_WEBHOOK_SECRETS": ZENDESK_SECRET,
        "FOOTNOTE_OUTGOING_HOSTS": ",".join(each.url.removeprefix("http://") for each in (webhook, zendesk)),
    }


@contextmanager
def running(variables: dict[str, str], tmp_path: Path) -> Iterator[str]:
    with own_server(tmp_path / "data", tmp_path / "log", **variables) as server:
        yield server.address
    log = (tmp_path / "log").read_text()
    assert all(secret not in log for secret in (TOKEN, ZENDESK_SECRET, variables["FOOTNOTE_WEBHOOK_SECRETS"]))


def told(receiver: Receiver, kind: str) -> list[Any]:
    """The events of a kind that a receiver of webhooks got."""
    return [request.json for request in receiver.requests if request.json["type"] == kind]


def from_zendesk(address: str, body: bytes) -> Any:
    answer = httpx2.post(
        f"{address}/api/v1/desks/zendesk", content=body, headers=zendesk_headers(body, datetime.now(UTC)), timeout=30
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def has_comment(zendesk: ZendeskReceiver, ticket: int, text: str) -> bool:
    return any(text in comment["body"] for comment in zendesk.comments[ticket])


def test_a_person_in_zendesk_answers_in_the_customer_s_window(
    variables: dict[str, str], tmp_path: Path, webhook: WebhookReceiver, zendesk: ZendeskReceiver
) -> None:
    with running(variables, tmp_path) as address:
        customer = customer_at(address)
        customer.send("How do I reset my password?", "m1")
        assert customer.send("I want to talk to a person", "m2")["owner"] == "queued"
        until(lambda: bool(zendesk.tickets) and bool(told(webhook, "handoff.requested")), "both desks knew")
        (request,) = told(webhook, "handoff.requested")
        assert (request["conversation_id"], request["data"]["reason"]["code"]) == (customer.id, "user_request")
        assert [line["author"] for line in request["data"]["transcript"]][:2] == ["customer", "assistant"]
        ((number, ticket),) = zendesk.tickets.items()
        assert ticket["external_id"] == f"footnote:{customer.id}"

        customer.send("My order is 4711.", "m3")
        until(lambda: has_comment(zendesk, number, "My order is 4711."), "the ticket had the next message")

        reply = zendesk_comment(customer.id, "I am Kim. I will look.", ticket=str(number))
        assert from_zendesk(address, reply) == {"taken": True}
        assert from_zendesk(address, reply) == {"taken": False}
        assert customer.heard()[-1] == ("agent", "Kim", "I am Kim. I will look.")
        assert customer.transcript()["owner"] == "human"
        assert customer.send("Thank you!", "m4")["reply"] is None
        until(lambda: has_comment(zendesk, number, "Thank you!"), "the agent had read the thanks")

        solved = zendesk_comment(customer.id, "Done, goodbye.", ticket=str(number), id_="zd-9")
        from_zendesk(address, solved)
        from_zendesk(address, zendesk_solved(customer.id, ticket=str(number)))
        assert customer.transcript()["owner"] == "closed"
        until(lambda: bool(told(webhook, "handoff.ended")), "the other desk knew of the end")
        assert customer.send("How do I reset my password?", "m5")["reply"]["kind"] == "answer"
        before = (len(webhook.requests), len(zendesk.comments[number]))
    with running(variables, tmp_path):
        time.sleep(2)
    assert (len(webhook.requests), len(zendesk.comments[number])) == before
    assert webhook.duplicates == 0
    assert not [each for each in zendesk.comments[number] if "I am Kim" in each["body"]]


def test_what_a_desk_refused_is_seen_and_sent_again(
    variables: dict[str, str],
    tmp_path: Path,
    webhook: WebhookReceiver,
    zendesk: ZendeskReceiver,
    footnote: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    webhook.always = Refuses(410)
    with running(variables, tmp_path) as address:
        customer_at(address).send("I want to talk to a person", "m1")
        until(lambda: bool(zendesk.tickets), "the desk that works had it")
        until(lambda: bool(footnote("deliveries", "--dead", "--json").json["dead"]), "the other one was given up")
        (letter,) = footnote("deliveries", "--dead", "--json").json["dead"]
        assert (letter["desk"], letter["type"]) == ("webhook", "handoff.requested")
        checked = footnote("doctor")
        assert checked.code == 1
        assert "webhook never got 1 event" in checked.out
        webhook.always = None
        assert footnote("deliveries", "--replay", letter["id"]).code == 0
        until(lambda: bool(webhook.seen), "it arrived after all")
        assert webhook.seen == [letter["event_id"]]
    assert footnote("doctor").code == 0
