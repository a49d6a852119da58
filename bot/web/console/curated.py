"""The curated answers: which there are, one with its versions, and what becomes of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.answering.actions import own_hosts
from bot.assembly import now
from bot.curating import confirm_answer, delete_answer
from bot.errors import RequestRefused
from bot.improving.curated_drafts import REASON_CHARACTERS
from bot.models import Agent
from bot.staffed import StaffedFootnote
from bot.storage.curated_answers import (
    CuratedAnswer,
    CuratedNotFound,
    CuratedState,
    curated_answer,
    curated_answers,
    curated_by_state,
    curated_versions,
)
from bot.storage.curated_given import times_given
from bot.web.console.conversation import LARGEST
from bot.web.console.curated_views import (
    CURATED,
    GIVEN_DAYS,
    STATES,
    CuratedRow,
    curated_path,
    curated_row,
    list_path,
    preview_of,
    versions_told,
)
from bot.web.console.dependencies import agent_names, console_page, wants_json
from bot.web.console.gap_views import article_path
from bot.web.console.permissions import MendingAgent
from bot.web.console.playground import articles_now
from bot.web.console.views import PLATFORMS
from bot.web.dependencies import RunningService
from bot.web.forms import read_form
from bot.web.schemas import Text, Wire
from bot.web.service import Service
from knowledge.models import Article

ON_A_PAGE = 25

router = APIRouter(prefix=CURATED, include_in_schema=False)


class SeenForm(Wire):
    """A decision on the version that was `seen`."""

    seen: int = Field(ge=1, le=LARGEST)


class DeleteForm(SeenForm):
    """Why an answer is deleted."""

    reason: Text = Field(default="", max_length=5 * REASON_CHARACTERS)


@router.get("")
async def show_answers(
    request: Request,
    agent: MendingAgent,
    service: RunningService,
    state: str = "",
    before: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:
    """The answers of a state, the newest first."""
    chosen = CuratedState(state) if state in set(CuratedState) else CuratedState.ACTIVE
    rows, counts = await service.read(lambda: list_of(service, chosen, before or None))
    shown = rows[:ON_A_PAGE]
    following = shown[-1].answer.number if len(rows) > ON_A_PAGE else None
    if wants_json(request):
        states = {each.value: count for each, count in counts.items()}
        return JSONResponse(
            {"states": states, "curated_answers": [row.to_json() for row in shown], "next_before": following}
        )
    names = await service.read(lambda: agent_names(service.footnote.database))
    return console_page(
        "curated.html",
        agent,
        rows=shown,
        counts=counts,
        state=chosen,
        before=before,
        following=following,
        list_path=list_path,
        names=names,
        **words(),
    )


@router.get("/{number}")
async def show_answer(request: Request, number: int, agent: MendingAgent, service: RunningService) -> Response:
    """One answer, as a customer sees it, with its versions."""
    try:
        return await _shown(request, service, agent, number)
    except CuratedNotFound as error:
        return not_there(request, agent, error)


@router.post("/{number}/confirm")
async def confirm_one(request: Request, number: int, agent: MendingAgent, service: RunningService) -> Response:
    """Still right: give it again as it is."""
    seen, database = (await read_form(request, SeenForm)).seen, service.footnote.database
    return await _decided(
        request,
        service,
        agent,
        number,
        lambda: confirm_answer(database, number, seen, articles_now(service), agent.name, now()),
    )


@router.post("/{number}/delete")
async def delete_one(request: Request, number: int, agent: MendingAgent, service: RunningService) -> Response:
    """Give it no more."""
    form, database = await read_form(request, DeleteForm), service.footnote.database
    return await _decided(
        request,
        service,
        agent,
        number,
        lambda: delete_answer(database, number, form.seen, form.reason, agent.name, now()),
        form.reason,
    )


def list_of(
    service: Service, state: CuratedState, before: int | None
) -> tuple[list[CuratedRow], Mapping[CuratedState, int]]:
    """The rows of a page, one more if there are more, and how many answers there are in each state."""
    database, today = service.footnote.database, now().date()
    found = curated_answers(database, state, today, before, ON_A_PAGE + 1)
    return rows_of(service.footnote, found, articles_now(service), today), curated_by_state(database, today)


def rows_of(
    footnote: StaffedFootnote, answers: Sequence[CuratedAnswer], articles: Mapping[str, Article], today: date
) -> list[CuratedRow]:
    """Answers with how often each was given."""
    first = today - timedelta(days=GIVEN_DAYS - 1)
    given = times_given(footnote.database, [answer.number for answer in answers], first) if answers else {}
    return [curated_row(answer, articles, given, today) for answer in answers]


def preview_values(footnote: StaffedFootnote, articles: Mapping[str, Article]) -> dict[str, Any]:
    """What a preview is made with."""
    hosts = footnote.settings.hosts_of_actions or own_hosts(articles.values())
    return {"articles": articles, "hosts": hosts, "links_start_with": footnote.settings.links_start_with}


def not_there(request: Request, agent: Agent, error: CuratedNotFound) -> Response:
    """That there is no such answer, as a page or told to a script."""
    if wants_json(request):
        raise error
    return console_page("nothing.html", agent, 404, sentence=str(error))


def words() -> dict[str, Any]:
    """What every page of curated answers says things with."""
    return {
        "states": STATES,
        "platforms": PLATFORMS,
        "given_days": GIVEN_DAYS,
        "curated_path": curated_path,
        "article_path": article_path,
        "path": CURATED,
    }


async def _decided(
    request: Request,
    service: Service,
    agent: Agent,
    number: int,
    work: Callable[[], CuratedAnswer],
    reason: str = "",
) -> Response:
    try:
        if not 0 <= number <= LARGEST:
            raise CuratedNotFound(number)
        answer = await service.read(work)
    except CuratedNotFound as error:
        return not_there(request, agent, error)
    except RequestRefused as error:
        if wants_json(request):
            raise
        return await _shown(request, service, agent, number, error.status, str(error), reason)
    if wants_json(request):
        (row,) = await service.read(lambda: rows_of(service.footnote, [answer], articles_now(service), now().date()))
        return JSONResponse(row.to_json())
    return RedirectResponse(curated_path(number), 303)


async def _shown(
    request: Request,
    service: Service,
    agent: Agent,
    number: int,
    status: int = 200,
    refusal: str = "",
    reason: str = "",
) -> Response:
    if not 0 <= number <= LARGEST:
        raise CuratedNotFound(number)
    footnote = service.footnote

    def values() -> dict[str, Any]:
        articles = articles_now(service)
        (row,) = rows_of(footnote, [curated_answer(footnote.database, number)], articles, now().date())
        return {
            "row": row,
            "preview": preview_of(row.answer.content, **preview_values(footnote, articles)),
            "versions": versions_told(curated_versions(footnote.database, number)),
            "names": agent_names(footnote.database),
        }

    found = await service.read(values)
    if wants_json(request):
        told = [{"version": each.version, "state": each.state.value, "told": text} for each, text in found["versions"]]
        return JSONResponse({**found["row"].to_json(), "versions": told}, status)
    return console_page("curated_answer.html", agent, status, refusal=refusal, reason=reason, **found, **words())
