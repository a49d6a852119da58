"""A conversation's live events as they go over the wire.

Event stream format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi.sse import format_sse_event

from bot.models import Message, Speaker
from bot.storage.database import Database
from bot.web.entries import entries_to_json
from bot.web.live import Ending

SHORTEST_RETRY_MS = 1000
LONGEST_RETRY_MS = 3000

Frames = Callable[[Sequence[Message]], bytes]
"""Makes the events of entries of the log, each with the entry's number as its id. Called in a worker thread."""


def customer_frames(database: Database) -> Frames:
    """The events of a customer's stream, `message`, `owner` and `notice`: the entries as the transcript shows them."""

    def frames(entries: Sequence[Message]) -> bytes:
        return b"".join(map(_frame, entries_to_json(database, entries)))

    return frames


def _frame(entry: Mapping[str, Any]) -> bytes:
    return format_sse_event(event=entry["type"], data_str=_json(entry), id=str(entry["number"]))


def typing_frame(who: Speaker, on: bool) -> bytes:
    """That the other side writes or has stopped. It has no id: it is no entry of the log."""
    return format_sse_event(event="typing", data_str=_json({"who": who.value, "on": on}))


def bye_frame(why: Ending) -> bytes:
    """The last event of a stream that the server ends."""
    return format_sse_event(event="bye", data_str=_json({"reason": why.value}))


def opening_frame() -> bytes:
    """How long to wait before connecting again: another time for each stream, so that they do not all come at once."""
    return format_sse_event(retry=SHORTEST_RETRY_MS + secrets.randbelow(LONGEST_RETRY_MS - SHORTEST_RETRY_MS))


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
