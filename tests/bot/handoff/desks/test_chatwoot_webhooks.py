import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.desks.chatwoot_webhooks import FILE_SENTENCE, chatwoot_event
from bot.handoff.desks.inbound import DeskEventKind, WebhookForged, WebhookUnreadable
from tests.handoff_events import CONVERSATION

SECRET = "cw-secret"
NOW = 1_772_600_000
OWN = {"footnote_conversation_id": CONVERSATION}


def headers(body: bytes, stamp: str = str(NOW), secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Chatwoot-Signature": f"sha256={digest}", "X-Chatwoot-Timestamp": stamp, "X-Chatwoot-Delivery": "d-1"}


def said(**changes: Any) -> dict[str, Any]:
    """A `message_created` as Chatwoot documents it."""
    return {
        "event": "message_created",
        "id": 4711,
        "content": "Hello, I am Kim.",
        "created_at": "2026-03-04T05:06:07.000Z",
        "message_type": "outgoing",
        "content_type": "text",
        "content_attributes": {},
        "private": False,
        "sender": {"id": 1, "name": "Kim", "email": "kim@corvane.example", "type": "user"},
        "inbox": {"id": 7, "name": "Footnote"},
        "conversation": {"id": 900, "inbox_id": 7, "status": "open", "custom_attributes": OWN},
        "account": {"id": 3, "name": "Corvane"},
        **changes,
    }


def resolved(**changes: Any) -> dict[str, Any]:
    return {
        "event": "conversation_status_changed",
        "id": 900,
        "inbox_id": 7,
        "status": "resolved",
        "custom_attributes": OWN,
        "updated_at": 1_772_600_000.25,
        **changes,
    }


def read(value: dict[str, Any], *secrets: str):
    body = json.dumps(value).encode()
    return chatwoot_event(headers(body), body, secrets or (SECRET,), NOW, 7)


def test_an_agent_s_public_message_is_one() -> None:
    event = read(said())
    assert event is not None
    assert (event.conversation_id, event.thread_id, event.event_id) == (CONVERSATION, "900", "message:4711")
    assert (event.kind, event.text, event.author) == (DeskEventKind.MESSAGE, "Hello, I am Kim.", "Kim")
    assert event.at == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_the_id_is_of_what_was_signed_whatever_the_delivery_says() -> None:
    body = json.dumps(said()).encode()
    again = {**headers(body), "X-Chatwoot-Delivery": "d-2"}
    first, second = (chatwoot_event(each, body, [SECRET], NOW, 7) for each in (headers(body), again))
    assert first is not None
    assert first == second


def test_a_file_is_told_of() -> None:
    event = read(said(content=None, attachments=[{"data_url": "https://evil.example/x"}]))
    assert event is not None
    assert event.text == FILE_SENTENCE
    event = read(said(attachments=[{"data_url": "https://evil.example/x"}]))
    assert event is not None
    assert event.text == f"Hello, I am Kim.\n{FILE_SENTENCE}"


def test_a_conversation_that_is_resolved_is_closed_each_time_anew() -> None:
    first, second = read(resolved()), read(resolved(updated_at=1_772_600_009.5))
    assert first is not None
    assert second is not None
    assert (first.kind, first.conversation_id, first.thread_id) == (DeskEventKind.CLOSED, CONVERSATION, "900")
    assert first.event_id != second.event_id
    assert first.at < second.at


@pytest.mark.parametrize(
    "value",
    [
        said(message_type="incoming"),
        said(message_type="template"),
        said(private=True),
        said(private=None),
        said(sender={"id": 1, "type": "agent_bot"}),
        said(sender={"id": 1, "type": "contact"}),
        said(content_attributes={"footnote_event_id": "evt_1"}),
        said(content=""),
        said(conversation={"id": 900, "inbox_id": 7, "custom_attributes": {}}),
        said(inbox={"id": 8}, conversation={"id": 900, "inbox_id": 8, "custom_attributes": OWN}),
        said(conversation=None),
        said(event="message_updated"),
        resolved(status="open"),
        resolved(inbox_id=8),
        resolved(custom_attributes={}),
        {},
    ],
)
def test_what_concerns_nobody_here_is_taken_and_dropped(value: dict[str, Any]) -> None:
    assert read(value) is None


def test_forged_stale_and_replayed_webhooks_are_refused() -> None:
    body = json.dumps(said()).encode()
    with pytest.raises(WebhookForged, match="not signed"):
        chatwoot_event(headers(body, secret="another"), body, [SECRET], NOW, 7)
    with pytest.raises(WebhookForged, match="not signed"):
        chatwoot_event({}, body, [SECRET], NOW, 7)
    for late in (-301, 301):
        with pytest.raises(WebhookForged, match="too"):
            chatwoot_event(headers(body), body, [SECRET], NOW + late, 7)
    replayed = {**headers(body), "X-Chatwoot-Timestamp": str(NOW + 86_400)}
    with pytest.raises(WebhookForged, match="not signed"):
        chatwoot_event(replayed, body, [SECRET], NOW + 86_400, 7)
    with pytest.raises(WebhookForged):
        chatwoot_event(headers(body, secret=""), body, [""], NOW, 7)
    assert chatwoot_event(headers(body), body, ["new", SECRET], NOW, 7) is not None


@pytest.mark.parametrize(
    "value",
    [said(id=None), said(created_at="soon"), said(conversation={"inbox_id": 7, "custom_attributes": OWN}),
     resolved(updated_at=None), resolved(id=None)],
)  # fmt: skip
def test_a_shape_that_is_not_documented_is_unreadable(value: dict[str, Any]) -> None:
    with pytest.raises(WebhookUnreadable):
        read(value)


@given(
    st.dictionaries(
        st.sampled_from(list(said())), st.none() | st.integers() | st.text(max_size=9) | st.lists(st.none())
    )
)
def test_no_signed_json_breaks_it(changes: dict[str, Any]) -> None:
    for value in (said(**changes), resolved(**changes)):
        with suppress(WebhookUnreadable):
            read(value)
