"""What comes back from help desks: who sent it is proven before what it says is read. Pure: time comes in.

That a webhook is not a second copy of an earlier one is told by `event_id`, which is part of what was signed: take it
with bot/storage/desk_threads.py `take_desk_event`, in the transaction that acts on it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dateutil.parser import ParserError, parse
from dateutil.relativedelta import relativedelta

from bot.errors import RequestRefused
from bot.handoff.signatures import SignatureRefused
from bot.models import Moment

MOST_BYTES = 1_000_000
LONGEST_ID = 200
_EPOCH = parse("1970-01-01T00:00:00Z")


class DeskEventKind(StrEnum):
    """What a desk's event means for the conversation."""

    MESSAGE = "message"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvent:
    """Something an agent did at a desk. `thread_id` is the desk's own id of the conversation: let it agree with what
    was remembered for `conversation_id`."""

    conversation_id: str
    event_id: str
    kind: DeskEventKind
    text: str
    author: str
    thread_id: str
    at: Moment
    """When it happened, on the desk's clock."""


class WebhookForged(RequestRefused):
    """A webhook that was not signed by the desk, or not lately."""

    code = "webhook_refused"
    status = 401


class WebhookUnreadable(RequestRefused):
    """A webhook that was signed but is not of the documented shape."""

    code = "webhook_unreadable"
    status = 400


class WebhookMisdirected(RequestRefused):
    """A webhook names a conversation of ours and a thread of the desk's that do not belong together."""

    code = "webhook_misdirected"
    status = 409


def proven(headers: Mapping[str, str], body: bytes, check: Callable[[Mapping[str, str]], None]) -> dict[str, Any]:
    """The JSON object in a body, after `check` (given the headers by their names in small letters) let it pass.
    WebhookForged, WebhookUnreadable."""
    if len(body) > MOST_BYTES:
        raise WebhookUnreadable(f"A webhook may have {MOST_BYTES:,} bytes; this one has {len(body):,}.")
    try:
        check({name.lower(): value for name, value in headers.items()})
    except SignatureRefused as error:
        raise WebhookForged(str(error)) from error
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookUnreadable("The webhook's body is not JSON.") from error
    if not isinstance(value, dict):
        raise WebhookUnreadable("The webhook's body is no JSON object.")
    return value


def id_in(value: object, what: str) -> str:
    """An id as text. WebhookUnreadable when there is none."""
    text = "" if isinstance(value, bool) or not isinstance(value, int | str) else str(value)
    if not 0 < len(text) <= LONGEST_ID:
        raise WebhookUnreadable(f"The webhook does not say {what}.")
    return text


def moment_in(value: object) -> Moment:
    """A moment written in any common way, or as seconds since 1970. WebhookUnreadable when it is none with a zone."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _EPOCH + relativedelta(microseconds=round(value * 1_000_000))
        moment = parse(str(value))
    except (ParserError, OverflowError, ValueError) as error:
        raise WebhookUnreadable("The webhook does not say when it happened.") from error
    if moment.tzinfo is None:
        raise WebhookUnreadable("The webhook says when it happened without a time zone.")
    return moment


def text_in(value: object) -> str:
    """Text that can be stored: a string without lone surrogates or NUL; empty for anything else."""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "") if isinstance(value, str) else ""
