import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.handoff.desks.desk import NotDelivered
from bot.handoff.desks.webhook import WebhookDesk, body_of
from bot.handoff.outgoing import Outgoing
from bot.handoff.signatures import verify
from tests.desk_receivers import WebhookReceiver, receiving
from tests.handoff_events import CONVERSATION, REQUEST, MemoryThread, requested

OLD = b"o" * 24


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with receiving(WebhookReceiver()) as running:
        yield running


def desk(receiver: WebhookReceiver, *keys: bytes) -> WebhookDesk:
    sender = Outgoing({receiver.url.split("//")[1]})
    return WebhookDesk(sender, receiver.url + "/hook?site=1", keys, lambda: datetime.now(UTC))


def test_the_whole_event_arrives_signed_with_each_secret(receiver: WebhookReceiver) -> None:
    event = requested(1)
    desk(receiver, OLD, receiver.secret).deliver(event, MemoryThread(), again=False)
    (got,) = receiver.requests
    assert (got.path, got.query) == ("/hook", {"site": ["1"]})
    assert got.json == {
        "id": event.id,
        "type": "handoff.requested",
        "timestamp": "2026-03-04T05:06:07+00:00",
        "conversation_id": CONVERSATION,
        "data": REQUEST,
    }
    now = int(got.headers["webhook-timestamp"])
    assert (
        verify(got.headers, got.body, [OLD], now) == verify(got.headers, got.body, [receiver.secret], now) == event.id
    )


def test_a_receiver_that_knows_another_secret_does_not_take_it(receiver: WebhookReceiver) -> None:
    with pytest.raises(NotDelivered, match="status 422"):
        desk(receiver, OLD).deliver(requested(1), MemoryThread(), again=False)
    assert receiver.seen == []


def test_the_body_is_the_same_at_each_attempt() -> None:
    assert body_of(requested(1)) == body_of(requested(1))
    assert json.loads(body_of(requested(1)))["data"] == REQUEST
