"""Live events over HTTP: every entry of a conversation's log as it is written, and who is typing.

A stream reads the log by number, so it holds nothing back for a slow reader and goes on anywhere after a break.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.errors import RequestRefused, StorageError
from bot.models import Conversation, Speaker
from bot.storage.changes import last_numbers
from bot.storage.conversations import authorised_conversation
from bot.storage.database import Database
from bot.storage.messages import messages_after
from bot.web.admission import RunningAdmission, present
from bot.web.dependencies import BearerToken, RunningService
from bot.web.errors import documented_errors
from bot.web.events import PING_SECONDS, STREAM_HEADERS
from bot.web.live import Ending, News, Watcher
from bot.web.live_frames import Frames, bye_frame, customer_frames, opening_frame, typing_frame
from bot.web.schemas import TypingIn
from bot.web.service import Service

ENTRIES_AT_ONCE = 50
"""Entries that a stream reads, and holds until its reader has taken them."""
LIFETIME_SECONDS = {Speaker.CUSTOMER: 90.0, Speaker.AGENT: 15 * 60.0}
"""How long a stream of each side lasts before its client must connect anew, and show again that it may read. A
customer's is short: a laptop that was closed in the middle seems to be there until its stream ends."""

router = APIRouter(prefix="/api/v1/conversations", tags=["Conversations"])

_log = structlog.get_logger("footnote.web")
_OTHER_SIDE = {Speaker.CUSTOMER: Speaker.AGENT, Speaker.AGENT: Speaker.CUSTOMER}
_STREAM = (
    "The conversation's log as events, from its first entry or from behind the one that is named: `message`, `owner` "
    "and `notice`, each with the fields that it has among the transcript's `entries` and its `number` as the event's "
    "id; beside the log `typing` {who, on}; and `bye` {reason} when the server ends the stream: connect again after "
    "`restarting` and `renew`, not after `replaced`. Both a message and the bot's reply to it carry the "
    "`client_message_id`, so what is known from `POST …/messages` can be told."
)


class UnknownNumber(RequestRefused):
    """A stream is to go on behind an entry that is not there."""

    code = "unknown_number"
    status = 422


def running_news(request: Request) -> News:
    """The news of the application's process."""
    news: News = request.app.state.news
    return news


RunningNews = Annotated[News, Depends(running_news)]
After = Annotated[int, Query(ge=0, description="Go on behind the entry with this number; 0 for the whole log.")]
LastEventId = Annotated[
    int | None, Header(ge=0, description="The id of the last event that was received; goes before `after`.")
]


@router.get(
    "/{conversation_id}/events",
    response_class=Response,
    responses={
        **documented_errors(401, 404, 422, 429, 500, 503),
        200: {"description": _STREAM, "content": {"text/event-stream": {"schema": {"type": "string"}}}},
    },
)
async def follow_conversation(
    conversation_id: str,
    request: Request,
    token: BearerToken,
    service: RunningService,
    news: RunningNews,
    admission: RunningAdmission,
    after: After = 0,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow a conversation: what everybody says, who speaks, and who is typing, as it happens."""
    database = service.footnote.database

    def authorised() -> Conversation:
        return authorised_conversation(database, conversation_id, token, present())

    await service.read(authorised)
    start = after if last_event_id is None else last_event_id
    frames = customer_frames(database)
    with ExitStack() as stack:
        stack.enter_context(admission.counted_stream(request))
        stream = await live_response(service, news, conversation_id, start, Speaker.CUSTOMER, frames)
        stack.push(stream.leaving)
        # Whoever's token has ended in between was not watching yet when the streams were told to end.
        await service.read(authorised)
        stream.leaving = stack.pop_all()
    return stream


@router.post(
    "/{conversation_id}/typing",
    status_code=204,
    responses=documented_errors(401, 404, 413, 422, 429, 500, 503),
)
async def note_typing(
    conversation_id: str, body: TypingIn, token: BearerToken, service: RunningService, news: RunningNews
) -> None:
    """Tell that the customer is typing, every three seconds as long as that lasts, or has stopped."""
    database = service.footnote.database
    await service.read(lambda: authorised_conversation(database, conversation_id, token, present()))
    news.typing(conversation_id, Speaker.CUSTOMER, body.on)


async def live_response(
    service: Service, news: News, conversation_id: str, after: int, side: Speaker, frames: Frames
) -> "LiveResponse":
    """The stream of a conversation to its customer or to an agent, from behind the entry `after`: what that side may
    see, as `frames` makes it. Who asks has been let in already. UnknownNumber, Overloaded."""
    database = service.footnote.database
    newest = (await service.read(lambda: last_numbers(database, [conversation_id]))).get(conversation_id, 0)
    if after > newest:
        raise UnknownNumber(
            f"This conversation has {newest} entries, so none can follow number {after}. "
            f"Leave Last-Event-ID and after out to read it from its beginning."
        )
    watcher = news.watch(conversation_id, side)
    watcher.reached = after
    leaving = ExitStack()
    leaving.callback(news.leave, watcher)
    return LiveResponse(entries_events(service, news, watcher, frames), leaving)


class LiveResponse(EventSourceResponse):
    """A stream; `leaving` is closed when it ends, in whatever way."""

    def __init__(self, events: AsyncGenerator[bytes], leaving: ExitStack) -> None:
        super().__init__(events, headers=STREAM_HEADERS)
        self._events = events
        self.leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream until it ends or its reader has gone."""
        with self.leaving:
            async with aclosing(self._events):
                await super().__call__(scope, receive, send)


async def entries_events(service: Service, news: News, watcher: Watcher, frames: Frames) -> AsyncGenerator[bytes]:
    """The bytes of a stream, from behind the entry that its watcher has reached. Idle, it holds no thread."""
    other, told, more = _OTHER_SIDE[watcher.side], False, True
    clock = asyncio.get_running_loop()
    ends_at = clock.time() + LIFETIME_SECONDS[watcher.side]
    yield opening_frame()
    while (ending := watcher.ending or (Ending.RENEW if clock.time() >= ends_at else None)) is None:
        if more:
            batch = await _next_batch(service, watcher, frames)
            watcher.reached, more = batch.reached, batch.more
            if batch.frames:
                yield batch.frames
            del batch  # an idle stream holds nothing that it has sent
        if (typing := news.is_typing(watcher.conversation_id, other)) is not told:
            told = typing
            yield typing_frame(other, typing)
        if not more and not (more := await watcher.news(PING_SECONDS)):
            yield KEEPALIVE_COMMENT
    yield bye_frame(ending)


@dataclass(frozen=True, slots=True)
class _Batch:
    """The events of some entries, up to which number the log has been read with them, and whether more are waiting."""

    frames: bytes
    reached: int
    more: bool


async def _next_batch(service: Service, watcher: Watcher, frames: Frames) -> _Batch:
    """What stands behind the entry that has been reached; nothing while the database cannot be read: the poll wakes
    the watcher again as long as there is more."""
    try:
        return await service.read(lambda: _read_batch(service.footnote.database, watcher, frames))
    except StorageError as error:
        _log.error("live_read_failed", sentence=str(error))
        return _Batch(b"", watcher.reached, more=False)


def _read_batch(database: Database, watcher: Watcher, frames: Frames) -> _Batch:
    """Asks for the newest number first: whatever has a number up to that is among the entries that are read then, or
    is not for this side."""
    id_, reached = watcher.conversation_id, watcher.reached
    newest = last_numbers(database, [id_]).get(id_, 0)
    to_customer = watcher.side is Speaker.CUSTOMER
    entries = messages_after(database, id_, reached, to_customer=to_customer, most=ENTRIES_AT_ONCE)
    last = entries[-1].number if entries else reached
    more = len(entries) == ENTRIES_AT_ONCE
    return _Batch(frames(entries) if entries else b"", last if more else max(last, newest), more)
