"""What is proposed as a case of the evaluation, and the decision on it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.errors import RequestRefused
from bot.models import Agent
from bot.proposing import Choice, accept, dismiss, edition
from bot.storage.proposed_cases import (
    CaseNotFound,
    CaseQuote,
    CaseSource,
    CaseState,
    ProposedCase,
    cases_by_state,
    proposed_case,
    proposed_cases,
)
from bot.web.console.actions import plain_lines
from bot.web.console.case_views import (
    CASES,
    EXPECTED,
    SHOULD_BE,
    SOURCES,
    STATES,
    CaseQuery,
    case_json,
    case_path,
    named_article,
)
from bot.web.console.conversation import LARGEST
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.permissions import MendingAgent
from bot.web.console.playground import articles_now
from bot.web.console.views import PLATFORMS
from bot.web.dependencies import RunningService
from bot.web.forms import read_form
from bot.web.schemas import Text, Wire
from bot.web.service import Service
from knowledge.models import Article

ON_A_PAGE = 25
QUOTE_CHARACTERS, ID_CHARACTERS = 10_000, 1_000

router = APIRouter(prefix=CASES, include_in_schema=False)


class DismissForm(Wire):
    """A decision on a case as it was `seen`; `source` and `after` are of the list to go back to, `on_list` says that
    there was one."""

    seen: Text = Field(max_length=100)
    on_list: bool = False
    source: CaseSource | None = None
    after: int = Field(default=0, ge=0, le=LARGEST)

    def way_back(self, number: int) -> str:
        """Where the browser goes on."""
        return CaseQuery(source=self.source).path(after=self.after) if self.on_list else case_path(number)


class AcceptForm(DismissForm):
    """What should have become of the question; all of it empty is what is suggested."""

    expect: Text = Field(default="", max_length=20)
    article: Text = Field(default="", max_length=ID_CHARACTERS)
    other: Text = Field(default="", max_length=ID_CHARACTERS)
    quote: Text = Field(default="", max_length=QUOTE_CHARACTERS)

    def choice(self) -> Choice:
        """What is chosen. RequestRefused where a sentence has no article."""
        if self.expect and self.expect != "answer":
            return Choice(expect=self.expect)
        article, quote = chosen_article(self.article, self.other), plain_lines(self.quote)
        if quote and not article:
            raise RequestRefused("A sentence was given without its article; choose the article that it stands in.")
        quotes = (CaseQuote(article, quote),) if quote else ()
        return Choice(expect=self.expect or None, articles=(article,) if article else (), quotes=quotes)


def chosen_article(article: str, other: str) -> str:
    """The article's id: the one that was typed, else the one that was chosen among those found."""
    return other.strip() or article.strip()


@router.get("")
async def show_cases(
    request: Request,
    agent: MendingAgent,
    service: RunningService,
    state: str = "",
    source: str = "",
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:
    """The cases of a state, and of a source if one is named, in the order in which they were proposed."""
    query = CaseQuery(
        CaseState(state) if state in set(CaseState) else CaseState.PROPOSED,
        CaseSource(source) if source in set(CaseSource) else None,
        after,
    )
    database = service.footnote.database
    found = await service.read(
        lambda: proposed_cases(database, query.state, query.source, query.after, most=ON_A_PAGE + 1)
    )
    counts = await service.read(lambda: cases_by_state(database))
    shown, following = found[:ON_A_PAGE], found[ON_A_PAGE - 1].number if len(found) > ON_A_PAGE else None
    if wants_json(request):
        states = {each.value: count for each, count in counts.items()}
        return JSONResponse({"states": states, "cases": [case_json(case) for case in shown], "next_after": following})
    return _page(
        "cases.html",
        agent,
        await service.read(lambda: articles_now(service)),
        cases=shown,
        query=query,
        counts=counts,
        following=following,
    )


@router.get("/{number}")
async def show_case(request: Request, number: int, agent: MendingAgent, service: RunningService) -> Response:
    """One case, with everything that may be decided. CaseNotFound."""
    try:
        return await _shown(request, service, agent, number)
    except CaseNotFound as error:
        if wants_json(request):
            raise
        return console_page("nothing.html", agent, 404, sentence=str(error))


@router.post("/{number}/accept")
async def accept_one(request: Request, number: int, agent: MendingAgent, service: RunningService) -> Response:
    """Make it a case: as suggested, or with what is chosen."""
    form = await read_form(request, AcceptForm)
    database, at = service.footnote.database, datetime.now(UTC)
    return await _decided(
        request,
        service,
        agent,
        number,
        form,
        lambda: accept(database, number, form.seen, form.choice(), agent.name, articles_now(service), at),
    )


@router.post("/{number}/dismiss")
async def dismiss_one(request: Request, number: int, agent: MendingAgent, service: RunningService) -> Response:
    """Note that it is to be no case."""
    form = await read_form(request, DismissForm)
    database, at = service.footnote.database, datetime.now(UTC)
    return await _decided(
        request, service, agent, number, form, lambda: dismiss(database, number, form.seen, agent.name, at)
    )


async def _decided(
    request: Request,
    service: Service,
    agent: Agent,
    number: int,
    form: DismissForm,
    work: Callable[[], ProposedCase],
) -> Response:
    if not 0 <= number <= LARGEST:
        raise CaseNotFound(number)
    try:
        case = await service.read(work)
    except CaseNotFound:
        raise
    except RequestRefused as error:
        if wants_json(request):
            raise
        filled = form if isinstance(form, AcceptForm) else None
        return await _shown(request, service, agent, number, error.status, str(error), filled)
    return JSONResponse(case_json(case)) if wants_json(request) else RedirectResponse(form.way_back(number), 303)


async def _shown(
    request: Request,
    service: Service,
    agent: Agent,
    number: int,
    status: int = 200,
    refusal: str = "",
    form: AcceptForm | None = None,
) -> Response:
    if not 0 <= number <= LARGEST:
        raise CaseNotFound(number)
    case = await service.read(lambda: proposed_case(service.footnote.database, number))
    if wants_json(request):
        return JSONResponse(case_json(case), status)
    articles = await service.read(lambda: articles_now(service))
    return _page("proposed_case.html", agent, articles, status, case=case, refusal=refusal, form=form)


def _page(
    template: str, agent: Agent, articles: Mapping[str, Article], status: int = 200, **values: object
) -> HTMLResponse:
    return console_page(
        template,
        agent,
        status,
        named=lambda id_: named_article(id_, articles),
        states=STATES,
        sources=SOURCES,
        expected=EXPECTED,
        should_be=SHOULD_BE,
        platforms=PLATFORMS,
        edition=edition,
        case_path=case_path,
        **values,
    )
