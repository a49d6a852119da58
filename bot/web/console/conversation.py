"""The pages of one conversation, and its live events for agents."""

import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.sse import format_sse_event
from starlette.responses import HTMLResponse, Response

from bot.errors import ConversationNotFound
from bot.models import Agent, Message, Speaker
from bot.storage.messages import new_message_id
from bot.web.console.case import read_case
from bot.web.console.dependencies import console_page
from bot.web.console.permissions import ConversingAgent, WatchingAgent
from bot.web.console.views import CONVERSATIONS, OWNERS, conversation_path
from bot.web.dependencies import RunningService
from bot.web.live_events import RunningNews, live_response
from bot.web.service import Service

LARGEST = 2**31 - 1

router = APIRouter(prefix=CONVERSATIONS, include_in_schema=False)

Number = Annotated[int, Query(ge=0, le=LARGEST)]


@router.get("/{conversation_id}")
async def show_conversation(
    conversation_id: str,
    agent: ConversingAgent,
    service: RunningService,
    after: Number = 0,
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> HTMLResponse:
    """A conversation; with `after` only what is new in its log, for the script of the page."""
    return await conversation_page(service, agent, conversation_id, after=after, before=before)


@router.get("/{conversation_id}/events")
async def follow(
    conversation_id: str,
    agent: WatchingAgent,  # noqa: ARG001 - only agents may
    service: RunningService,
    news: RunningNews,
    after: Number = 0,
    last_event_id: Annotated[int | None, Header(ge=0, le=LARGEST)] = None,
) -> Response:
    """An event for every entry of the log, held ones too, from behind `Last-Event-ID`; the page asks for what it
    shows."""
    start = after if last_event_id is None else last_event_id
    return await live_response(service, news, conversation_id, start, Speaker.AGENT, agent_frames)


def agent_frames(entries: Sequence[Message]) -> bytes:
    """The events of entries: which is there, whose it is, and whether the customer sees it."""
    return b"".join(
        format_sse_event(
            event="entry",
            id=str(entry.number),
            data_str=json.dumps({"number": entry.number, "speaker": entry.speaker.value, "shown": entry.shown}),
        )
        for entry in entries
    )


async def conversation_page(
    service: Service,
    agent: Agent,
    conversation_id: str,
    *,
    status: int = 200,
    after: int = 0,
    before: int | None = None,
    refusal: str = "",
    draft: str = "",
    about_draft: str = "",
) -> HTMLResponse:
    """A conversation's page: `refusal` is why something was not done, `draft` what stands in the text area and
    `about_draft` where that comes from."""
    database = service.footnote.database
    try:
        case = await service.read(lambda: read_case(database, conversation_id, after, before))
    except ConversationNotFound:
        return nothing_there(agent, "There is no conversation with this id.")
    return console_page(
        "conversation.html",
        agent,
        status,
        case=case,
        path=conversation_path(conversation_id),
        place=case.place_of(agent.name),
        owners=OWNERS,
        newest=max(case.newest, after),
        live=before is None,
        message_id=new_message_id(),
        refusal=refusal,
        draft=draft,
        about_draft=about_draft,
    )


def nothing_there(agent: Agent, sentence: str) -> HTMLResponse:
    """The page for an address behind which there is nothing."""
    return console_page("nothing.html", agent, 404, sentence=sentence)
