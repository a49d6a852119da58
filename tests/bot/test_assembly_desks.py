import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.assembly_desks import open_courier, open_desks, patience_of
from bot.errors import ConfigurationError
from bot.models import CustomerContext
from bot.settings import load_settings
from bot.storage.conversations import start_conversation
from bot.storage.database import open_database
from bot.storage.outbox import counts, enqueue
from tests.desk_receivers import WebhookReceiver, receiving
from tests.handoff_events import MemoryThread, requested
from tests.mail_receiver import SmtpReceiver, receiving_mail
from tests.vendor_desks import ChatwootReceiver, IntercomReceiver, ZendeskReceiver

SECRET = "sim-sala-bim"
KEY = base64.b64encode(b"k" * 24).decode()
WEBHOOK = {"webhook_url": "https://hooks.example/in", "webhook_secrets": f"whsec_{KEY}"}
ZENDESK = {
    "zendesk_url": "https://corvane.zendesk.com",
    "zendesk_email": "agent@corvane.example",
    "zendesk_api_token": "zd-token",
}
CHATWOOT = {
    "chatwoot_url": "https://app.chatwoot.com",
    "chatwoot_account_id": 3,
    "chatwoot_inbox_id": 7,
    "chatwoot_api_token": "cw-token",
}
INTERCOM = {"intercom_access_token": "ic-token", "intercom_admin_id": "814860"}
EMAIL = {
    "handoff_email_to": "team@corvane.example",
    "handoff_email_from": "bot@corvane.example",
    "smtp_host": "127.0.0.1",
}
DESKS = {"webhook": WEBHOOK, "zendesk": ZENDESK, "chatwoot": CHATWOOT, "intercom": INTERCOM, "email": EMAIL}


def now() -> datetime:
    return datetime.now(UTC)


def opened(**given: Any) -> Any:
    return open_desks(load_settings(**given), now)


def names(**given: Any) -> tuple[str, ...]:
    return tuple(desk.name for desk in opened(**given))


def test_without_settings_there_is_no_desk() -> None:
    assert opened() == ()


def test_each_desk_is_one_by_itself_and_all_are_together() -> None:
    for name, given in DESKS.items():
        assert names(**given) == (name,)
    assert names(**{key: value for given in DESKS.values() for key, value in given.items()}) == tuple(DESKS)


@pytest.mark.parametrize(("desk", "missing"), [(desk, name) for desk, given in DESKS.items() for name in given])
def test_a_desk_that_is_half_given_names_what_is_missing(desk: str, missing: str) -> None:
    with pytest.raises(ConfigurationError, match=f"FOOTNOTE_{missing.upper()} is not; set all of them or none"):
        opened(**{name: value for name, value in DESKS[desk].items() if name != missing})


@pytest.mark.parametrize(
    "given",
    [
        {"zendesk_webhook_secrets": SECRET},
        {"zendesk_group_id": 5},
        {"chatwoot_webhook_secrets": SECRET},
        {"smtp_user": "me", "smtp_password": SECRET},
        {**EMAIL, "smtp_user": "me"},
        {**EMAIL, "smtp_password": SECRET},
    ],
)
def test_what_belongs_to_a_desk_alone_is_half_of_it(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"is set, but (FOOTNOTE_.* (is|are) not|neither .* is);") as refused:
        opened(**given)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({**WEBHOOK, "webhook_secrets": SECRET}, "FOOTNOTE_WEBHOOK_SECRETS cannot be used: .*not base64"),
        ({**WEBHOOK, "webhook_secrets": "whsec_c2ltLXNhbGEtYmlt"}, "24 to 64 bytes"),
        ({**WEBHOOK, "webhook_secrets": f"whsec_{KEY},{SECRET}"}, "not base64"),
        ({**EMAIL, "handoff_email_to": "team"}, "FOOTNOTE_HANDOFF_EMAIL_TO cannot be used: .*e-mail"),
        ({**EMAIL, "handoff_email_from": "a@b\r\nBcc: c@d.example"}, "FOOTNOTE_HANDOFF_EMAIL_FROM"),
        ({**INTERCOM, "intercom_url": ""}, "FOOTNOTE_INTERCOM_URL is empty"),
        ({**ZENDESK, "zendesk_url": "http://corvane.zendesk.com"}, "FOOTNOTE_ZENDESK_URL .*outgoing_hosts"),
        ({**CHATWOOT, "chatwoot_url": "https://chatwoot.internal:3000"}, "FOOTNOTE_CHATWOOT_URL .*outgoing_hosts"),
        ({**WEBHOOK, "webhook_url": f"http://x.example/{SECRET}"}, "FOOTNOTE_WEBHOOK_URL .*outgoing_hosts"),
    ],
)
def test_what_can_never_work_is_refused_before_anybody_waits(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as refused:
        opened(**given)
    assert SECRET not in str(refused.value)


def test_the_operator_s_own_machines_may_have_http_and_any_port() -> None:
    own = {"outgoing_hosts": "chatwoot.internal:3000"}
    assert names(**{**CHATWOOT, "chatwoot_url": "http://chatwoot.internal:3000"}, **own) == ("chatwoot",)


@pytest.mark.parametrize(
    ("receiver", "given", "url"),
    [
        (WebhookReceiver(), WEBHOOK, "webhook_url"),
        (ZendeskReceiver(), ZENDESK, "zendesk_url"),
        (ChatwootReceiver(), CHATWOOT, "chatwoot_url"),
        (IntercomReceiver(), INTERCOM, "intercom_url"),
    ],
    ids=["webhook", "zendesk", "chatwoot", "intercom"],
)
def test_each_desk_gets_what_was_set(receiver: Any, given: dict[str, Any], url: str) -> None:
    with receiving(receiver):
        own = {url: receiver.url, "outgoing_hosts": receiver.url.removeprefix("http://")}
        (desk,) = opened(**{**given, **own})
        desk.deliver(requested(), MemoryThread(), again=False)
        assert receiver.requests
        assert not receiver.mistakes


def test_tickets_go_to_the_group_that_was_set() -> None:
    with receiving(ZendeskReceiver()) as receiver:
        own = {"zendesk_url": receiver.url, "outgoing_hosts": receiver.url.removeprefix("http://")}
        (desk,) = opened(**{**ZENDESK, **own, "zendesk_group_id": 98})
        desk.deliver(requested(), MemoryThread(), again=False)
        (ticket,) = receiver.tickets.values()
        assert ticket["group_id"] == 98


def test_posts_are_signed_with_every_secret() -> None:
    with receiving(WebhookReceiver(secret=b"n" * 24)) as receiver:
        secrets = ",".join(f"whsec_{base64.b64encode(each * 24).decode()}" for each in (b"n", b"o"))
        own = {"webhook_url": receiver.url, "outgoing_hosts": receiver.url.removeprefix("http://")}
        (desk,) = opened(**own, webhook_secrets=secrets)
        desk.deliver(requested(), MemoryThread(), again=False)
        assert not receiver.mistakes
        assert len(receiver.requests[0].headers["webhook-signature"].split()) == 2


def test_mail_goes_where_it_was_set() -> None:
    with receiving_mail(SmtpReceiver()) as receiver:
        server = {"smtp_port": receiver.port, "smtp_security": "none", "smtp_user": "me", "smtp_password": SECRET}
        (desk,) = opened(**EMAIL, **server)
        desk.deliver(requested(), MemoryThread(), again=False)
        assert receiver.envelopes == [("bot@corvane.example", ["team@corvane.example"])]
        assert receiver.logins == [f"\0me\0{SECRET}"]


def test_patience_is_what_was_set() -> None:
    patience = patience_of(load_settings(bot_patience_seconds=1.5, queue_patience_seconds=2, agent_patience_seconds=3))
    waits = (patience.bot, patience.queue, patience.human)
    assert waits == (timedelta(seconds=1.5), timedelta(seconds=2), timedelta(seconds=3))


def test_a_courier_delivers_to_the_desks(tmp_path: Path) -> None:
    with receiving(WebhookReceiver()) as receiver, open_database(tmp_path / "footnote.db") as database:
        own = {"webhook_url": receiver.url, "outgoing_hosts": receiver.url.removeprefix("http://")}
        courier = open_courier(database, opened(**{**WEBHOOK, **own}), now)
        assert courier.desks == ("webhook",)
        conversation = start_conversation(database, "site", CustomerContext(), now())[0].id
        event = requested()
        event = type(event)(
            id=event.id, type=event.type, conversation_id=conversation, data=event.data, occurred_at=event.occurred_at
        )
        with database.write() as connection:
            enqueue(connection, event, courier.desks, now())
        assert courier.deliver_next("webhook")
        assert receiver.seen == [event.id]
        with database.read() as connection:
            assert counts(connection)["webhook"]["delivered"] == 1
