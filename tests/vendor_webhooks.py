"""Webhooks as Zendesk and Chatwoot send them, signed as each does it."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

ZENDESK_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
CHATWOOT_SECRET = "cw-secret"


def zendesk_headers(body: bytes, at: datetime, secret: str = ZENDESK_SECRET) -> dict[str, str]:
    stamp = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    digest = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
    }


def zendesk_comment(conversation: str, text: str, *, ticket: str = "35436", id_: str = "zd-1", **said: Any) -> bytes:
    """`ticket.comment_added`."""
    author = {"id": "6596848315901", "is_staff": True, "name": "Kim"}
    comment = {"id": "30064117810589", "body": text, "is_public": True, "author": author, **said}
    return _zendesk("comment_added", conversation, ticket, id_, {"comment": comment})


def zendesk_solved(conversation: str, *, ticket: str = "35436", id_: str = "zd-2") -> bytes:
    """`ticket.status_changed`."""
    return _zendesk("status_changed", conversation, ticket, id_, {"current": "SOLVED", "previous": "OPEN"})


def chatwoot_headers(body: bytes, at: datetime, secret: str = CHATWOOT_SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Chatwoot-Signature": f"sha256={digest}",
        "X-Chatwoot-Timestamp": stamp,
        "X-Chatwoot-Delivery": "5c0f4f2e",
    }


def chatwoot_message(conversation: str, text: str, *, number: int = 900, id_: int = 4711, **changes: Any) -> bytes:
    """`message_created`."""
    said = {
        "event": "message_created",
        "id": id_,
        "content": text,
        "created_at": _now(),
        "message_type": "outgoing",
        "content_attributes": {},
        "private": False,
        "sender": {"id": 1, "name": "Kim", "type": "user"},
        "inbox": {"id": 7},
        "conversation": {"id": number, "inbox_id": 7, "custom_attributes": {"footnote_conversation_id": conversation}},
        **changes,
    }
    return json.dumps(said).encode()


def chatwoot_resolved(conversation: str, *, number: int = 900) -> bytes:
    """`conversation_status_changed`."""
    told = {
        "event": "conversation_status_changed",
        "id": number,
        "inbox_id": 7,
        "status": "resolved",
        "custom_attributes": {"footnote_conversation_id": conversation},
        "updated_at": datetime.now(UTC).timestamp(),
    }
    return json.dumps(told).encode()


def _zendesk(kind: str, conversation: str, ticket: str, id_: str, event: dict[str, Any]) -> bytes:
    told = {
        "type": f"zen:event-type:ticket.{kind}",
        "id": id_,
        "time": _now(),
        "detail": {"id": ticket, "external_id": f"footnote:{conversation}", "requester_id": "20978392"},
        "event": event,
    }
    return json.dumps(told).encode()


def _now() -> str:
    return datetime.now(UTC).isoformat()
