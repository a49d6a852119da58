"""An answer as server-sent events: `meta`, `status`, `token`…, `citation`…, then exactly one of `done` and `error`.

Event stream format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from bot.errors import FootnoteError
from bot.web.errors import INTERNAL_CODE, INTERNAL_SENTENCE, ServerRestarting, described, retryable
from bot.web.logs import failure

PING_SECONDS = 15.0
GRACE_SECONDS = 5.0
"""How long an answer that is being made may still take once the server is stopping."""

STREAM_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}

_log = structlog.get_logger("footnote.web")
_CHUNK = re.compile(r".+?(?:\n+|(?<=[.!?\]])[ \t]+|\Z)|\n+", re.DOTALL)


def accepts_events(accept: str) -> bool:
    """Whether a request's `Accept` asks for an event stream rather than JSON (RFC 9110, section 12.5.1)."""
    qualities: dict[str, float] = {}
    for entry in accept.split(","):
        media_type, *parameters = (part.strip().lower() for part in entry.split(";"))
        qualities[media_type] = next((_quality(part[2:]) for part in parameters if part.startswith("q=")), 1.0)
    events = qualities.get("text/event-stream", 0.0)
    return events > 0 and events >= qualities.get("application/json", 0.0)


def _quality(number: str) -> float:
    try:
        return float(number)
    except ValueError:
        return 0.0


@dataclass(slots=True)
class Frames:
    """Makes the events of one stream and numbers them from 1."""

    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def frame(self, event: str, data: Mapping[str, Any]) -> bytes:
        """One event as it goes over the wire."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return format_sse_event(event=event, data_str=text, id=str(next(self._numbers)))


def chunks(text: str) -> tuple[str, ...]:
    """A reply cut after its sentences and lines; joined they are the reply again."""
    return tuple(match[0] for match in _CHUNK.finditer(text))


async def answer_events(
    answer: asyncio.Task[dict[str, Any]],
    stopping: asyncio.Event,
    *,
    conversation_id: str,
    client_message_id: str,
    greeted: asyncio.Event | None = None,
) -> AsyncIterator[bytes]:
    """The stream of one answer, `{"message_id","reply","owner"}`, that is being made by a task. `greeted` is set when
    its first events are on their way."""
    frames = Frames()
    yield frames.frame("meta", {"conversation_id": conversation_id, "client_message_id": client_message_id})
    yield frames.frame("status", {"stage": "searching"})
    if greeted is not None:
        greeted.set()
    while True:
        try:
            rest = _outcome_frames(frames, answer.result()) if await _settled(answer, stopping) else None
        except FootnoteError as error:
            code, message = described(error)
            rest = [frames.frame("error", {"code": code, "message": message, "retryable": retryable(error)})]
        except Exception as error:  # noqa: BLE001 - a stream ends with its own event whatever happened; it is logged
            _log.error("unexpected", **failure(error))
            rest = [frames.frame("error", {"code": INTERNAL_CODE, "message": INTERNAL_SENTENCE, "retryable": True})]
        if rest is not None:
            break
        yield KEEPALIVE_COMMENT
    for each in rest:
        yield each


async def _settled(answer: asyncio.Task[dict[str, Any]], stopping: asyncio.Event) -> bool:
    """Wait a while for the answer. False: not yet. Raises ServerRestarting when the server stops before it is there."""
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({answer, stop}, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set():
            await asyncio.wait({answer}, timeout=GRACE_SECONDS)
    finally:
        stop.cancel()
    if answer.cancelled() or (stopping.is_set() and not answer.done()):
        raise ServerRestarting("The server is restarting. Send the message again in a moment; it is answered once.")
    return answer.done()


def _outcome_frames(frames: Frames, outcome: Mapping[str, Any]) -> list[bytes]:
    reply = outcome["reply"] or {"text": "", "citations": ()}
    said = [frames.frame("status", {"stage": "writing"})] if outcome["reply"] else []
    said += [frames.frame("token", {"t": chunk}) for chunk in chunks(reply["text"])]
    said += [frames.frame("citation", citation) for citation in reply["citations"]]
    return [*said, frames.frame("done", outcome)]
