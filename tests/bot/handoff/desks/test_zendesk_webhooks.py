import base64
import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.desks.inbound import DeskEventKind, WebhookForged, WebhookUnreadable
from bot.handoff.desks.zendesk_webhooks import zendesk_event
from tests.handoff_events import CONVERSATION

SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
STAMP = "2026-03-04T05:06:07Z"
NOW = int(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC).timestamp())


def headers(body: bytes, stamp: str = STAMP, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return {
        "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
    }


def comment(body: str = "Hello, I am Kim.", **changes: Any) -> dict[str, Any]:
    """A `ticket.comment_added` as Zendesk documents it."""
    said = {"id": "30064117810589", "body": body, "is_public": True,
            "author": {"id": "6596848315901", "is_staff": True, "name": "Kim"}}  # fmt: skip
    return {
        "type": "zen:event-type:ticket.comment_added",
        "account_id": 12514403,
        "id": "2b24ef10-19d4-4740-93cf-8f98ec4776c0",
        "time": "2026-03-04T05:06:06.672717030Z",
        "zendesk_event_version": "2022-06-20",
        "event_version": "2022-11-06",
        "subject": "zen:ticket:35436",
        "detail": {
            "id": "35436",
            "external_id": f"footnote:{CONVERSATION}",
            "status": "OPEN",
            "requester_id": "20978392",
        },
        "event": {"meta": {"sequence": {"id": "x", "position": 1}}, "comment": {**said, **changes}},
    }


def status(current: str, previous: str) -> dict[str, Any]:
    return {
        **comment(),
        "type": "zen:event-type:ticket.status_changed",
        "event": {"current": current, "previous": previous},
    }


def read(value: dict[str, Any], *secrets: str):
    body = json.dumps(value).encode()
    return zendesk_event(headers(body), body, secrets or (SECRET,), NOW)


def test_an_agent_s_public_comment_is_a_message() -> None:
    event = read(comment("Hallo ü 🙂"))
    assert event is not None
    assert (event.conversation_id, event.thread_id) == (CONVERSATION, "35436")
    assert event.event_id == "2b24ef10-19d4-4740-93cf-8f98ec4776c0"
    assert (event.kind, event.text, event.author) == (DeskEventKind.MESSAGE, "Hallo ü 🙂", "Kim")
    assert event.at == datetime(2026, 3, 4, 5, 6, 6, 672717, tzinfo=UTC)


def test_an_agent_who_quotes_what_we_wrote_is_heard() -> None:
    mark = "[footnote evt_00000000000000000000000000000001]"
    for body in (f"Here you are.\n\n> Customer: hi\n>\n> {mark}", f"{mark}\nHere you are.", f"See {mark}"):
        event = read(comment(body))
        assert event is not None and event.text == body
    assert read(comment(f"Customer: hi\r\n\r\n{mark}\r\n")) is None


def test_a_ticket_that_is_solved_closes_once() -> None:
    event = read(status("SOLVED", "OPEN"))
    assert event is not None
    assert (event.kind, event.text) == (DeskEventKind.CLOSED, "")
    assert read(status("CLOSED", "SOLVED")) is read(status("PENDING", "OPEN")) is None


@pytest.mark.parametrize(
    "value",
    [
        comment(is_public=False),
        comment(author={"id": "20978392", "is_staff": False, "name": "Ada"}),
        comment(author={"id": "20978392", "name": "Ada"}),
        comment("Customer: hi\n\n[footnote evt_00000000000000000000000000000001]"),
        comment("  "),
        {**comment(), "type": "zen:event-type:ticket.created"},
        {**comment(), "detail": {"id": "1", "external_id": None}},
        {**comment(), "detail": {"id": "1", "external_id": "order-7"}},
        {**comment(), "detail": None},
        {**comment(), "event": None},
        {},
    ],
)
def test_what_concerns_nobody_here_is_taken_and_dropped(value: dict[str, Any]) -> None:
    assert read(value) is None


def test_while_a_secret_is_replaced_both_fit() -> None:
    assert read(comment(), "new", SECRET) is not None
    with pytest.raises(WebhookForged):
        read(comment(), "new")
    for nothing in ((), ("",)):
        body = json.dumps(comment()).encode()
        with pytest.raises(WebhookForged):
            zendesk_event(headers(body, secret=""), body, nothing, NOW)


@pytest.mark.parametrize("late", [-301, 301, 86_400])
def test_a_stale_webhook_is_refused(late: int) -> None:
    body = json.dumps(comment()).encode()
    with pytest.raises(WebhookForged, match="timestamp is too"):
        zendesk_event(headers(body), body, [SECRET], NOW + late)


@given(st.integers(0, 10**6))
def test_a_changed_body_is_refused(which: int) -> None:
    body = bytearray(json.dumps(comment()).encode())
    good = headers(bytes(body))
    body[which % len(body)] ^= 1
    with pytest.raises(WebhookForged):
        zendesk_event(good, bytes(body), [SECRET], NOW)


@pytest.mark.parametrize("stamp", ["", "soon", "2026-03-04T05:06:07", "1793000000000000000000"])
def test_a_timestamp_that_is_none_is_refused_though_it_was_signed(stamp: str) -> None:
    with pytest.raises(WebhookForged):
        zendesk_event(headers(b"{}", stamp), b"{}", [SECRET], NOW)


def test_an_old_signature_under_a_new_timestamp_is_refused() -> None:
    body = json.dumps(comment()).encode()
    replayed = {**headers(body), "X-Zendesk-Webhook-Signature-Timestamp": "2026-03-05T05:06:07Z"}
    with pytest.raises(WebhookForged, match="not signed"):
        zendesk_event(replayed, body, [SECRET], NOW + 86_400)


@pytest.mark.parametrize(
    "value",
    [
        {**comment(), "id": None},
        {**comment(), "time": "soon"},
        {**comment(), "detail": {"id": None, "external_id": "footnote:1"}},
        {**comment(), "detail": {"id": "1", "external_id": "footnote:"}},
    ],
)
def test_a_shape_that_is_not_documented_is_unreadable(value: dict[str, Any]) -> None:
    with pytest.raises(WebhookUnreadable):
        read(value)


NAMES = st.sampled_from(["type", "detail", "event", "comment", "id", "external_id"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
)


@given(ANY_JSON)
def test_no_signed_json_breaks_it(value: Any) -> None:
    body = json.dumps(value).encode()
    with suppress(WebhookUnreadable):
        zendesk_event(headers(body), body, [SECRET], NOW)
