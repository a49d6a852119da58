"""The page of one reply: how it came about, and whether it was right."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.errors import RequestRefused
from bot.improving.proposals import MOST_FOUND, Correction
from bot.models import Agent, Turn
from bot.proposing import mark_turn
from bot.roles import Permission, may
from bot.storage.database import Database
from bot.storage.proposed_cases import ProposedCase, case_of_turn
from bot.storage.turns import turn_of
from bot.web.console.actions import plain_lines
from bot.web.console.case_views import SHOULD_BE, STATES, case_json, case_path, named_article
from bot.web.console.cases import ID_CHARACTERS, QUOTE_CHARACTERS, chosen_article
from bot.web.console.conversation import nothing_there
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.permissions import ConversingAgent
from bot.web.console.playground import articles_now
from bot.web.console.traces import trace_of
from bot.web.console.views import CONVERSATIONS, conversation_path
from bot.web.dependencies import RunningService
from bot.web.errors import error_response
from bot.web.forms import read_form
from bot.web.schemas import Text, Wire
from bot.web.service import Service

NOTE_CHARACTERS = 5_000
NO_TURN = "There is no such turn in this conversation."

router = APIRouter(prefix=CONVERSATIONS, include_in_schema=False)


class MarkForm(Wire):
    """What an agent says of a reply: right, or wrong and which article and sentence would have been right."""

    right: bool
    article: Text = Field(default="", max_length=ID_CHARACTERS)
    other: Text = Field(default="", max_length=ID_CHARACTERS)
    quote: Text = Field(default="", max_length=QUOTE_CHARACTERS)
    note: Text = Field(default="", max_length=NOTE_CHARACTERS)

    def correction(self) -> Correction:
        """The same as the store takes it."""
        article, quote = chosen_article(self.article, self.other), plain_lines(self.quote)
        return Correction(right=self.right, article=article or None, quote=quote or None, note=plain_lines(self.note))


@router.get("/{conversation_id}/turns/{turn_id}")
async def show_trace(conversation_id: str, turn_id: str, agent: ConversingAgent, service: RunningService) -> Response:
    """How one reply came about."""
    turn = await _turn(service, conversation_id, turn_id)
    return nothing_there(agent, NO_TURN) if turn is None else await _shown(service, agent, turn)


@router.post("/{conversation_id}/turns/{turn_id}/mark")
async def mark(
    request: Request, conversation_id: str, turn_id: str, agent: ConversingAgent, service: RunningService
) -> Response:
    """Mark the reply right or wrong: it becomes a proposed case."""
    form = await read_form(request, MarkForm)
    turn = await _turn(service, conversation_id, turn_id)
    if turn is None:
        return error_response(404, "not_found", NO_TURN) if wants_json(request) else nothing_there(agent, NO_TURN)
    database, at = service.footnote.database, datetime.now(UTC)
    try:
        case = await service.read(
            lambda: mark_turn(database, turn_id, form.correction(), agent.name, articles_now(service), at)
        )
    except RequestRefused as error:
        if wants_json(request):
            raise
        return await _shown(service, agent, turn, error.status, str(error), form)
    if wants_json(request):
        return JSONResponse(case_json(case))
    return RedirectResponse(f"{conversation_path(conversation_id)}/turns/{turn_id}#mark", 303)


async def _turn(service: Service, conversation_id: str, turn_id: str) -> Turn | None:
    turn = await service.read(lambda: turn_of(service.footnote.database, turn_id))
    return turn if turn is not None and turn.conversation_id == conversation_id else None


async def _shown(
    service: Service,
    agent: Agent,
    turn: Turn,
    status: int = 200,
    refusal: str = "",
    form: MarkForm | None = None,
) -> Response:
    case, articles = await service.read(lambda: (_case(service.footnote.database, turn.id), articles_now(service)))
    candidates = turn.trace.get("candidates") or ()
    found = tuple(dict.fromkeys(str(each["article_id"]) for each in candidates))[:MOST_FOUND]
    return console_page(
        "trace.html",
        agent,
        status,
        trace=trace_of(turn),
        reply=turn.reply,
        back=conversation_path(turn.conversation_id),
        path=f"{conversation_path(turn.conversation_id)}/turns/{turn.id}",
        case=case,
        found=[named_article(id_, articles) for id_ in found],
        named=lambda id_: named_article(id_, articles),
        mends=may(agent.role, Permission.MEND),
        states=STATES,
        should_be=SHOULD_BE,
        case_path=case_path,
        refusal=refusal,
        form=form,
    )


def _case(database: Database, turn_id: str) -> ProposedCase | None:
    with database.read() as connection:
        return case_of_turn(connection, turn_id)
