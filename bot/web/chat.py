"""Conversations over HTTP: open one, send a message, read the transcript."""

import asyncio
import re
from typing import Any
from urllib.parse import unquote_plus

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.models import Conversation, CustomerContext, Message, Speaker
from bot.safety.redaction import redact
from bot.storage.conversations import authorised_conversation, resume_conversation, start_conversation
from bot.storage.messages import whole_log
from bot.turns import take_turn
from bot.web.admission import RunningAdmission, present
from bot.web.dependencies import BearerToken, RunningService
from bot.web.entries import entries_to_json
from bot.web.errors import documented_errors
from bot.web.events import STREAM_HEADERS, accepts_events, answer_events
from bot.web.schemas import ContextIn, ConversationIn, ConversationOut, MessageIn, MessageOut, TranscriptOut

router = APIRouter(prefix="/api/v1/conversations", tags=["Conversations"])

_HOST = re.compile(r"[^:/?#]+://[^/?#]*")
_STREAM = (
    "The answer. With `Accept: text/event-stream` it comes as events: `meta` {conversation_id, client_message_id}, "
    "`status` {stage}, `token` {t} for each piece of the reply's text, `citation` {…} for each citation, and at the "
    "end always one of `done` {message_id, reply, owner} and `error` {code, message, retryable}."
)


@router.post("", status_code=201, responses=documented_errors(401, 403, 413, 422, 429, 500, 503))
async def open_conversation(
    body: ConversationIn, request: Request, service: RunningService, admission: RunningAdmission
) -> ConversationOut:
    """Open a conversation, or have an identified customer's last one back."""
    site = admission.site(request, body.site_key)
    admission.count_opening(request, site)
    database = service.footnote.database

    def opened() -> tuple[Conversation, str]:
        context = _context(body.context)
        identity = None if body.identity_token is None else admission.identity(site, body.identity_token)
        resumed = None
        if identity is not None and body.resume:
            resumed = resume_conversation(database, site.key, context, present(), identity)
        return resumed or start_conversation(database, site.key, context, present(), identity)

    conversation, token = await service.read(opened)
    return ConversationOut(conversation_id=conversation.id, token=token)


@router.post(
    "/{conversation_id}/messages",
    response_model=MessageOut,
    responses={
        **documented_errors(401, 404, 413, 422, 429, 500, 503),
        200: {"description": _STREAM, "content": {"text/event-stream": {"schema": {"type": "string"}}}},
    },
)
async def send_message(
    conversation_id: str,
    body: MessageIn,
    request: Request,
    token: BearerToken,
    service: RunningService,
    admission: RunningAdmission,
) -> Response:
    """Send a message and get its answer: as JSON, or as server-sent events while it is being made."""
    footnote = service.footnote
    conversation = await service.read(
        lambda: authorised_conversation(footnote.database, conversation_id, token, present())
    )
    admission.count_message(request, conversation)

    def answered() -> dict[str, Any]:
        assistant, switchboard, database = footnote.assistant, footnote.switchboard, footnote.database
        sent = take_turn(assistant, switchboard, database, conversation, body.text, body.client_message_id)
        owner = sent.ownership.owner
        asks = switchboard.asks_contact(conversation.id, owner)
        return {"message_id": sent.turn.id, "reply": sent.turn.reply, "owner": owner.value, "asks_contact": asks}

    if not accepts_events(",".join(request.headers.getlist("accept"))):
        return JSONResponse(await service.begin_answer(answered))
    greeted = asyncio.Event()
    events = answer_events(
        service.begin_answer(answered, greeted),
        service.stopping,
        conversation_id=conversation.id,
        client_message_id=body.client_message_id,
        greeted=greeted,
    )
    return EventSourceResponse(events, headers=STREAM_HEADERS)


@router.get(
    "/{conversation_id}", response_model=TranscriptOut, responses=documented_errors(401, 404, 422, 429, 500, 503)
)
async def read_transcript(conversation_id: str, token: BearerToken, service: RunningService) -> Response:
    """Read a conversation from its first entry to its last. What comes after that are the events behind the number of
    the last one: open them with it as `Last-Event-ID`."""
    database, switchboard = service.footnote.database, service.footnote.switchboard

    def transcript() -> dict[str, Any]:
        conversation = authorised_conversation(database, conversation_id, token, present())
        log = whole_log(database, conversation_id, to_customer=True)
        # What the log tells of the owner fits the log, and may be newer than the conversation as it was read before it.
        owner = next((entry.owner for entry in reversed(log) if entry.owner is not None), conversation.owner)
        asks = switchboard.asks_contact(conversation_id, owner)
        head = {"conversation_id": conversation_id, "owner": owner.value, "asks_contact": asks}
        return {**head, **_transcript(conversation, log, entries_to_json(database, log))}

    return JSONResponse(await service.read(transcript))


def _context(body: ContextIn) -> CustomerContext:
    page_url = _without_secrets(body.page_url) if body.page_url else None
    return CustomerContext(platform=body.platform, locale=body.locale, page_url=page_url)


def _without_secrets(url: str) -> str:
    """The address masked, then what stands behind its host by itself: in a whole address numbers are left alone."""
    masked = redact(url).text
    host = _HOST.match(masked)
    behind = redact(unquote_plus(masked[host.end() :])) if host else None
    return masked[: host.end()] + behind.text if host and behind and behind.findings else masked


def _transcript(conversation: Conversation, log: tuple[Message, ...], entries: list[dict[str, Any]]) -> dict[str, Any]:
    replies = {entry.turn_id: entry.reply for entry in log if entry.speaker is Speaker.BOT}
    asked = [entry for entry in log if entry.speaker is Speaker.CUSTOMER]
    return {
        "started_at": conversation.started_at.isoformat(),
        "entries": entries,
        "messages": [
            {
                "message_id": message.id,
                "client_message_id": message.source_id,
                "text": message.text,
                "reply": replies.get(message.id),
                "asked_at": message.said_at.isoformat(),
            }
            for message in asked
        ],
    }
