"""The pages of what the help center lacks: clusters of questions that were not answered."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.errors import IndexUnavailable
from bot.models import Agent
from bot.storage.audit import note
from bot.storage.gaps import (
    Gap,
    GapNotFound,
    GapState,
    Survey,
    change_gap,
    gap_with,
    gaps_in,
    last_survey,
    questions_of_gap,
)
from bot.surveying import Surveyor
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.gap_views import (
    ADVICE,
    CAUSES,
    GAPS,
    SOURCES,
    STATES,
    article_path,
    gap_json,
    gap_path,
    gaps_csv,
    gaps_markdown,
    question_json,
    trend_bars,
    trend_words,
)
from bot.web.console.looks import Look
from bot.web.console.permissions import MendingAgent, ReadingAgent
from bot.web.dependencies import RunningService
from bot.web.forms import read_form
from bot.web.schemas import Wire
from bot.web.service import Service

FRESH_FOR = timedelta(minutes=10)
"""So long after a survey nobody looks again by opening the page, unless the index is another one by now."""
ON_A_PAGE = 50
MOST_QUESTIONS = 200
"""Of a gap, the newest are listed."""
LARGEST = 2**31 - 1

router = APIRouter(include_in_schema=False)


class StateForm(Wire):
    """What becomes of a gap."""

    state: Literal["open", "closed", "muted"]


class SurveyDesk:
    """The surveyor of this process, and its look that may be going on."""

    def __init__(self, service: Service) -> None:
        footnote = service.footnote
        self._database = footnote.database
        self.surveyor = Surveyor(
            footnote.database,
            footnote.assistant,
            footnote.encoder,
            footnote.index,
            lambda: datetime.now(UTC),
            service.stopping.is_set,
        )
        self.look: Look[Survey] = Look("survey")

    def begin(self) -> bool:
        """Look through the questions now; False where there is no index to ask them of."""
        try:
            return self.look.begin(self.surveyor.checked_on(), self.surveyor.survey)
        except IndexUnavailable:
            return False

    def begin_if_old(self, survey: Survey | None) -> bool:
        """Look again if the last survey is old or was of another index; whether a look goes on."""
        if self.look.running:
            return True
        try:
            checked_on = self.surveyor.checked_on()
        except IndexUnavailable:
            return False
        fresh = survey is not None and datetime.now(UTC) - survey.surveyed_at < FRESH_FOR
        if fresh and survey is not None and survey.checked_on == checked_on:
            return False
        return self.look.problem(checked_on) is None and self.begin()


def survey_desk(request: Request, service: Service) -> SurveyDesk:
    """The desk of this process; made for the first who asks."""
    state = request.app.state
    if not hasattr(state, "survey_desk"):
        state.survey_desk = SurveyDesk(service)
    desk: SurveyDesk = state.survey_desk
    return desk


@router.get(GAPS)
async def show_gaps(
    request: Request, agent: ReadingAgent, service: RunningService, state: str = GapState.OPEN.value, page: int = 1
) -> Response:
    """The gaps of a state, the largest first, as a page or as JSON."""
    database, chosen = service.footnote.database, _state(state)
    desk = survey_desk(request, service)
    looking = await service.read(lambda: desk.begin_if_old(last_survey(database)))
    # Read only now: a look that has just ended has stored what it found.
    survey, every = await service.read(lambda: (last_survey(database), gaps_in(database)))
    gaps = [gap for gap in every if gap.state is chosen]
    counts = Counter(gap.state for gap in every)
    if wants_json(request):
        return JSONResponse(
            {
                "surveyed_at": survey.surveyed_at.isoformat() if survey else None,
                "questions": survey.questions if survey else 0,
                "looking": looking,
                "gaps": [gap_json(gap) for gap in gaps],
            }
        )
    pages = max(1, -(-len(gaps) // ON_A_PAGE))
    here = min(max(page, 1), pages)
    return _page(
        "gaps.html",
        agent,
        gaps=gaps[(here - 1) * ON_A_PAGE : here * ON_A_PAGE],
        survey=survey,
        looking=looking,
        chosen=chosen,
        counts={each: counts[each] for each in GapState},
        most=max((gap.size for gap in every), default=1),
        number=here,
        pages=pages,
    )


@router.post(f"{GAPS}/look")
async def look_again(request: Request, agent: ReadingAgent, service: RunningService) -> Response:  # noqa: ARG001
    """Ask the questions again now."""
    desk = survey_desk(request, service)
    looking = await service.read(desk.begin)
    return JSONResponse({"looking": looking}) if wants_json(request) else RedirectResponse(GAPS, 303)


@router.get(f"{GAPS}.csv")
async def export_csv(agent: ReadingAgent, service: RunningService) -> Response:  # noqa: ARG001 - only agents may
    """All gaps as a table."""
    gaps = await service.read(lambda: gaps_in(service.footnote.database))
    return _file(gaps_csv(gaps), "text/csv; charset=utf-8", "gaps.csv")


@router.get(f"{GAPS}.md")
async def export_markdown(agent: ReadingAgent, service: RunningService) -> Response:  # noqa: ARG001
    """A stub of an article for each open gap."""
    gaps = await service.read(lambda: gaps_in(service.footnote.database, GapState.OPEN))
    return _file(gaps_markdown(gaps), "text/markdown; charset=utf-8", "gaps.md")


@router.get(f"{GAPS}/{{number}}")
async def show_gap(request: Request, number: int, agent: ReadingAgent, service: RunningService) -> Response:
    """One gap: its questions, and beside them the passages that come nearest."""
    database = service.footnote.database
    try:
        gap = await service.read(lambda: gap_with(database, min(max(number, 0), LARGEST)))
    except GapNotFound as error:
        if wants_json(request):
            raise
        return console_page("nothing.html", agent, 404, sentence=str(error), way=GAPS)
    questions = await service.read(lambda: questions_of_gap(database, gap.number))
    if wants_json(request):
        return JSONResponse({**gap_json(gap), "questions": [question_json(question) for question in questions]})
    return _page("gap.html", agent, gap=gap, questions=questions[:MOST_QUESTIONS], left=len(questions) - MOST_QUESTIONS)


@router.post(f"{GAPS}/{{number}}")
async def change(
    request: Request,
    number: int,
    agent: MendingAgent,
    service: RunningService,
) -> Response:
    """Mute, close or open a gap by hand. GapNotFound."""
    state = (await read_form(request, StateForm)).state
    gap = await service.read(lambda: _changed(service, number, GapState(state), agent))
    return JSONResponse(gap_json(gap)) if wants_json(request) else RedirectResponse(gap_path(gap.number), 303)


def _changed(service: Service, number: int, state: GapState, agent: Agent) -> Gap:
    now = datetime.now(UTC)
    with service.footnote.database.write() as connection:
        gap = change_gap(connection, min(max(number, 0), LARGEST), state, agent.name, now)
        note(connection, now, agent.name, "gap_changed", str(number), state=state.value)
    return gap


def _page(template: str, agent: Agent, **values: Any) -> HTMLResponse:
    return console_page(
        template,
        agent,
        causes=CAUSES,
        advice=ADVICE,
        states=STATES,
        sources=SOURCES,
        trend_bars=trend_bars,
        trend_words=trend_words,
        gap_path=gap_path,
        article_path=article_path,
        **values,
    )


def _state(name: str) -> GapState:
    return GapState(name) if name in set(GapState) else GapState.OPEN


def _file(text: str, media_type: str, name: str) -> Response:
    return Response(text, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
