"""Chatwoot's events, as webhooks send them (chatwoot.com/hc/user-guide, "How to use webhooks"). Pure.

Subscribe to `message_created` and `conversation_status_changed`. It is signed with HMAC-SHA256 over `timestamp.body`,
as hexadecimal digits after `sha256=`. The delivery id is a header outside the signature, so it proves nothing.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from bot.handoff.desks.chatwoot import ATTRIBUTE, MARK
from bot.handoff.desks.desk import part, rows
from bot.handoff.desks.inbound import DeskEvent, DeskEventKind, id_in, moment_in, proven, text_in
from bot.handoff.signatures import SignatureRefused, fresh, matches

SIGNATURE, TIMESTAMP = "x-chatwoot-signature", "x-chatwoot-timestamp"
FILE_SENTENCE = "(A file came with this that cannot be shown here.)"


def chatwoot_event(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: int, inbox_id: int
) -> DeskEvent | None:
    """What an agent did in the inbox `inbox_id`; None for what does not concern a customer of ours (answer 2xx to that
    too). `secrets` are the webhook's, any of which may fit. WebhookForged, WebhookUnreadable."""
    sent = proven(headers, body, lambda given: _check(given, body, secrets, now))
    read = {"message_created": _message, "conversation_status_changed": _closed}.get(str(sent.get("event")))
    return read(sent, inbox_id) if read is not None else None


def _check(given: Mapping[str, str], body: bytes, secrets: Sequence[str], now: int) -> None:
    stamp = given.get(TIMESTAMP, "")
    signed = stamp.encode("utf-8", "replace") + b"." + body
    expected = [
        "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets if secret
    ]
    if not matches(expected, [given.get(SIGNATURE, "")]):
        raise SignatureRefused("The webhook was not signed with the secret that is known here.")
    fresh(stamp, now)


def _message(sent: Mapping[str, Any], inbox_id: int) -> DeskEvent | None:
    """An agent's public message; not the customer's own, not a note, nothing that we wrote ourselves."""
    conversation = sent.get("conversation")
    inboxes = (part(sent, "inbox", "id"), part(conversation, "inbox_id"))
    ours = part(conversation, "custom_attributes", ATTRIBUTE)
    by_agent = sent.get("message_type") == "outgoing" and part(sent, "sender", "type") in (None, "user")
    said = by_agent and sent.get("private") is False and not part(sent, "content_attributes", MARK)
    if not ours or inbox_id not in inboxes or not said:
        return None
    text = text_in(sent.get("content"))
    files = [FILE_SENTENCE] if rows(sent.get("attachments")) else []
    text = "\n".join(filter(None, [text.strip() and text, *files]))
    if not text:
        return None
    return DeskEvent(
        conversation_id=id_in(ours, "which conversation it is about"),
        event_id=f"message:{id_in(sent.get('id'), 'its own id')}",
        kind=DeskEventKind.MESSAGE,
        text=text,
        author=text_in(part(sent, "sender", "name")),
        thread_id=id_in(part(conversation, "id"), "which conversation of its own it is about"),
        at=moment_in(sent.get("created_at")),
    )


def _closed(sent: Mapping[str, Any], inbox_id: int) -> DeskEvent | None:
    """The conversation itself is the body here."""
    ours = part(sent, "custom_attributes", ATTRIBUTE)
    if not ours or sent.get("inbox_id") != inbox_id or sent.get("status") != "resolved":
        return None
    thread_id = id_in(sent.get("id"), "which conversation of its own it is about")
    stamp = sent.get("updated_at") or sent.get("last_activity_at") or sent.get("timestamp")
    return DeskEvent(
        conversation_id=id_in(ours, "which conversation it is about"),
        event_id=f"resolved:{thread_id}:{stamp}",
        kind=DeskEventKind.CLOSED,
        text="",
        author="",
        thread_id=thread_id,
        at=moment_in(stamp),
    )
