"""The queue of those who wait for a person, and the recent conversations of everybody."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.sse import EventSourceResponse
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.models import Owner
from bot.storage.queue import MOST_RECENT, Place, queue_entries, recent_conversations
from bot.web.agents import still_signed_in
from bot.web.console.board import queue_events
from bot.web.console.dependencies import RunningBoard, agent_names, console_page
from bot.web.console.permissions import ConversingAgent, WatchingAgent
from bot.web.console.views import CONVERSATIONS, OWNERS, Row, queue_of, recent_rows
from bot.web.dependencies import RunningService
from bot.web.events import STREAM_HEADERS
from bot.web.live_events import RunningNews

WITH_BOT = "with-bot"
FILTERS: dict[str, tuple[str, tuple[Owner, ...]]] = {
    "": ("All", ()),
    WITH_BOT: ("With the bot", (Owner.BOT, Owner.RETURNED)),
    Owner.QUEUED.value: ("Waiting", (Owner.QUEUED,)),
    Owner.HUMAN.value: ("With a person", (Owner.HUMAN,)),
    Owner.CLOSED.value: ("Closed", (Owner.CLOSED,)),
}
"""What the list of recent conversations can be narrowed to: the words, and the owners."""

BLANK = Row(
    id="",
    path="",
    owner=Owner.QUEUED,
    agent=None,
    agent_name="",
    question="",
    since=datetime.fromtimestamp(0, UTC),
    platform="",
    locale="",
)
"""What a script fills in for a row that was not there when the page was made."""

router = APIRouter(prefix="/console", include_in_schema=False)


@router.get("")
@router.get("/")
async def show_queue(agent: ConversingAgent, service: RunningService) -> HTMLResponse:
    """Who waits, what the agent has in hand, and what others have."""
    database = service.footnote.database
    queue = await service.read(lambda: queue_of(queue_entries(database), agent.name, agent_names(database)))
    return console_page("queue.html", agent, queue=queue, blank=BLANK)


@router.get("/events")
async def follow_queue(
    request: Request,
    agent: WatchingAgent,  # noqa: ARG001 - only agents may
    service: RunningService,
    news: RunningNews,
    board: RunningBoard,
) -> Response:
    """The queue as it is, whenever it has changed."""
    events = queue_events(news, board, service.stopping, lambda: still_signed_in(request, service))
    return EventSourceResponse(events, headers=STREAM_HEADERS)


@router.get("/conversations")
async def show_recent(
    agent: ConversingAgent,
    service: RunningService,
    owner: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """The conversations in which something was said last, of all owners or of some; older ones behind `before`."""
    database = service.footnote.database
    owners = FILTERS.get(owner, FILTERS[""])[1]
    found = await service.read(lambda: recent_conversations(database, owners, place_of(before), MOST_RECENT + 1))
    shown = found[:MOST_RECENT]
    rows = await service.read(lambda: recent_rows(shown, agent_names(database)))
    return console_page(
        "recent.html",
        agent,
        rows=rows,
        filters={name: words for name, (words, _) in FILTERS.items()},
        owner=owner if owner in FILTERS else "",
        owners=OWNERS,
        before=before,
        path=CONVERSATIONS,
        older=f"{shown[-1].last_said_at.isoformat()}_{shown[-1].conversation_id}" if len(found) > len(shown) else "",
    )


def place_of(before: str) -> Place | None:
    """The place that an address names; None when it names none, which is the beginning."""
    moment, _, id_ = before.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return Place(at.astimezone(UTC), id_) if at.tzinfo is not None and id_ else None
    except (ValueError, OverflowError):
        return None
