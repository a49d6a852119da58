"""Zendesk's ticket events, as webhooks send them (developer.zendesk.com/api-reference/webhooks/event-types). Pure.

Subscribe the webhook to `ticket.comment_added` and `ticket.status_changed`. It is signed with
base64(HMAC-SHA256(timestamp + body)) (developer.zendesk.com/documentation/webhooks/verifying).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dateutil.parser import isoparse

from bot.handoff.desks.desk import part
from bot.handoff.desks.inbound import DeskEvent, DeskEventKind, id_in, moment_in, proven, text_in
from bot.handoff.desks.zendesk import EXTERNAL_PREFIX
from bot.handoff.signatures import SignatureRefused, matches, require_recent

SIGNATURE, TIMESTAMP = "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"
_OVER = ("solved", "closed")
_OURS = re.compile(r"^\[footnote evt_[0-9a-f]+\]\s*\Z", re.MULTILINE)
"""The last line of what we wrote. In a line of an agent's it is quoted, or has more behind it."""


def zendesk_event(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: int) -> DeskEvent | None:
    """What an agent did; None for what does not concern a customer of ours (answer 2xx to that too).

    `secrets` are the webhook's signing secrets, any of which may fit. WebhookForged, WebhookUnreadable.
    """
    sent = proven(headers, body, lambda given: _check(given, body, secrets, now))
    external = part(sent, "detail", "external_id")
    if not isinstance(external, str) or not external.startswith(EXTERNAL_PREFIX):
        return None
    kind = {"ticket.comment_added": _message, "ticket.status_changed": _closed}.get(
        str(sent.get("type")).removeprefix("zen:event-type:")
    )
    told = kind(sent) if kind is not None else None
    if told is None:
        return None
    text, author, event_kind = told
    return DeskEvent(
        conversation_id=id_in(external.removeprefix(EXTERNAL_PREFIX), "which conversation it is about"),
        event_id=id_in(sent.get("id"), "its own id"),
        kind=event_kind,
        text=text,
        author=author,
        thread_id=id_in(part(sent, "detail", "id"), "which ticket it is about"),
        at=moment_in(sent.get("time")),
    )


def _check(given: Mapping[str, str], body: bytes, secrets: Sequence[str], now: int) -> None:
    stamp = given.get(TIMESTAMP, "")
    expected = [
        base64.b64encode(hmac.new(secret.encode(), stamp.encode("utf-8", "replace") + body, hashlib.sha256).digest())
        for secret in secrets
        if secret
    ]
    if not matches([each.decode() for each in expected], [given.get(SIGNATURE, "")]):
        raise SignatureRefused("The webhook was not signed with the secret that is known here.")
    try:
        moment = isoparse(stamp)
    except ValueError as error:
        raise SignatureRefused("The webhook's timestamp is no moment.") from error
    if moment.tzinfo is None:
        raise SignatureRefused("The webhook's timestamp has no time zone.")
    require_recent(moment.timestamp(), now)


def _message(sent: Mapping[str, Any]) -> tuple[str, str, DeskEventKind] | None:
    """An agent's public comment; not the customer's own, not a note, nothing that we wrote ourselves."""
    comment = part(sent, "event", "comment")
    author = part(comment, "author", "id")
    staff = part(comment, "author", "is_staff")
    by_agent = staff if isinstance(staff, bool) else str(author) != str(part(sent, "detail", "requester_id"))
    text = text_in(part(comment, "body"))
    if part(comment, "is_public") is not True or not by_agent or _OURS.search(text) or not text.strip():
        return None
    return text, text_in(part(comment, "author", "name")), DeskEventKind.MESSAGE


def _closed(sent: Mapping[str, Any]) -> tuple[str, str, DeskEventKind] | None:
    over = str(part(sent, "event", "current")).lower() in _OVER
    before = str(part(sent, "event", "previous")).lower() in _OVER
    return ("", "", DeskEventKind.CLOSED) if over and not before else None
