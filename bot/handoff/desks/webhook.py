"""Any receiver of webhooks: the event as JSON, signed as Standard Webhooks describes it.

Body: `{"id", "type", "timestamp", "conversation_id", "data"}`. `id` is also the webhook-id header: the same at each
attempt, so a receiver that has seen it answers 2xx and does nothing.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.handoff.desks.desk import Thread
from bot.handoff.outgoing import Outgoing
from bot.handoff.signatures import signed_headers
from bot.storage.outbox import OutgoingEvent


class WebhookDesk:
    """Posts each event to `url`, signed with every one of `keys` (bot/handoff/signatures.py)."""

    name = "webhook"

    def __init__(self, outgoing: Outgoing, url: str, keys: Sequence[bytes], clock: Callable[[], datetime]) -> None:
        self._outgoing = outgoing
        self._url = url
        self._keys = tuple(keys)
        self._clock = clock

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:  # noqa: ARG002 - the id tells
        """Posts the event. NotDelivered."""
        body = body_of(event)
        signed = signed_headers(event.id, int(self._clock().timestamp()), body, self._keys)
        self._outgoing.send("POST", self._url, {**signed, "Content-Type": "application/json"}, body)


def body_of(event: OutgoingEvent) -> bytes:
    """The event as JSON, the same bytes at each attempt."""
    value = {
        "id": event.id,
        "type": event.type,
        "timestamp": event.occurred_at.isoformat(),
        "conversation_id": event.conversation_id,
        "data": event.data,
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")
