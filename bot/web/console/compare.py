"""Two settings, or two generations of the index, side by side: on one question, or on a list of them."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.errors import FootnoteError, IndexUnavailable, Overloaded, RequestRefused
from bot.models import Agent, CustomerContext
from bot.safety.redaction import redact
from bot.trials.comparison import Comparison, Line, Side, compare
from bot.trials.question import question_lines, trial_question
from bot.trials.variants import HeldGenerations, Variant, assistant_as
from bot.web.console.comparison_jobs import ComparisonJob, ComparisonJobs
from bot.web.console.conversation import nothing_there
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.marked_answer import marked_html, places_of, sources_of
from bot.web.console.permissions import ReadingAgent
from bot.web.console.spreadsheet import csv_text
from bot.web.console.views import PLATFORMS
from bot.web.dependencies import RunningService
from bot.web.errors import described, error_response, validation_sentence
from bot.web.forms import read_form
from bot.web.schemas import Text, Wire
from bot.web.service import Service
from knowledge.models import Platform

COMPARE = "/console/compare"
LIST_CHARACTERS = 100_000
NO_LIST = "There is no such comparison. Only the last few are held until the server restarts: compare again."
HEADER = (
    "question",
    "left_kind",
    "left_confidence",
    "left_article",
    "right_kind",
    "right_confidence",
    "right_article",
    "changed",
    "problem",
)

router = APIRouter(prefix=COMPARE, include_in_schema=False)


def _none_if_blank(value: object) -> object:
    return None if value == "" else value


Generation = Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BeforeValidator(_none_if_blank)]
Threshold = Annotated[Annotated[float, Field(ge=0, le=1)] | None, BeforeValidator(_none_if_blank)]
Candidates = Annotated[Annotated[int, Field(ge=10, le=1000)] | None, BeforeValidator(_none_if_blank)]
OwnPlatform = Annotated[Platform | None, BeforeValidator(_none_if_blank)]


class CompareForm(Wire):
    """Questions, one a line, and what each side is; a blank field is as it is set."""

    questions: Text = Field(max_length=LIST_CHARACTERS)
    platform: Platform = Platform.ANY
    left_generation: Generation = None
    left_threshold: Threshold = None
    left_candidates: Candidates = None
    left_platform: OwnPlatform = None
    left_quotes_only: bool = False
    right_generation: Generation = None
    right_threshold: Threshold = None
    right_candidates: Candidates = None
    right_platform: OwnPlatform = None
    right_quotes_only: bool = False

    def masked(self) -> "CompareForm":
        """The same without secrets."""
        return self.model_copy(update={"questions": redact(self.questions).text})

    def variant(self, side: str) -> Variant:
        """What one side is: `left` or `right`."""
        names = ("generation", "threshold", "candidates", "platform", "quotes_only")
        return Variant(**{name: getattr(self, f"{side}_{name}") for name in names})


@router.get("")
async def show_form(request: Request, agent: ReadingAgent, service: RunningService) -> Response:
    """The empty form; as JSON, which generations there are."""
    numbers = await service.read(_generations(request, service).numbers)
    if wants_json(request):
        return JSONResponse({"generations": list(numbers), "platforms": [each.value for each in Platform]})
    return _page(agent, numbers)


@router.post("")
async def begin(request: Request, agent: ReadingAgent, service: RunningService) -> Response:
    """Compare: one question at once, a list as a job with a page of its own."""
    generations = _generations(request, service)
    numbers = await service.read(generations.numbers)
    try:
        form = await read_form(request, CompareForm)
    except RequestValidationError as error:
        return _refused(request, agent, numbers, RequestRefused(validation_sentence(error.errors())), None)
    form = await service.read(form.masked)
    sides = _sides_of(form, service, generations)
    context = CustomerContext(platform=form.platform)
    try:
        questions = [trial_question(line, context) for line in question_lines(form.questions)]
        if len(questions) > 1:
            words = (form.variant("left").words, form.variant("right").words)
            job = _jobs(request).begin(service, agent.name, questions, words, sides)
            return JSONResponse(job_to_json(job), 202) if wants_json(request) else RedirectResponse(_path(job), 303)
        found = await service.begin_answer(lambda: compare(questions[0], *sides(), datetime.now(UTC)))
    except (RequestRefused, IndexUnavailable, Overloaded) as error:
        return _refused(request, agent, numbers, error, form)
    if wants_json(request):
        return JSONResponse(found.to_json())
    return _page(agent, numbers, form=form, found=found, columns=_columns(form, found))


@router.get("/{job}.csv")
async def job_as_csv(job: str, request: Request, agent: ReadingAgent) -> Response:
    """A list's lines for a spreadsheet, as far as they have come."""
    found = _jobs(request).job(job)
    if found is None:
        return _no_list(request, agent)
    headers = {"Content-Disposition": 'attachment; filename="comparison.csv"'}
    text = csv_text(HEADER, [row_of(line) for line in found.lines])
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{job}")
async def show_job(job: str, request: Request, agent: ReadingAgent, changed: bool = False) -> Response:
    """A list that is compared, as far as it has come; with `changed` only the lines that did."""
    found = _jobs(request).job(job)
    if found is None:
        return _no_list(request, agent)
    if wants_json(request):
        return JSONResponse(job_to_json(found))
    lines = [line for line in found.lines if line.changed or line.problem or not changed]
    return console_page("comparison.html", agent, job=found, lines=lines, only_changed=changed, path=_path(found))


def row_of(line: Line) -> tuple[str, ...]:
    """A line as cells under HEADER."""
    sides = [
        (side.kind, f"{side.confidence:.4f}", side.article) if side else ("", "", "")
        for side in (line.left, line.right)
    ]
    return (line.question, *sides[0], *sides[1], "; ".join(line.changed), line.problem)


def job_to_json(job: ComparisonJob) -> dict[str, Any]:
    """A list for a script: how far it has come, the counts, and every line."""
    return {
        "id": job.id,
        "path": _path(job),
        "left": job.left,
        "right": job.right,
        "asked": len(job.lines),
        "questions": len(job.questions),
        "done": job.is_done,
        "failed": job.failed or None,
        "counts": job.counts,
        "lines": [asdict(line) for line in job.lines],
    }


def _sides_of(form: CompareForm, service: Service, generations: HeldGenerations) -> Callable[[], tuple[Side, Side]]:
    """What makes both sides; it may load a generation, so call it in a worker thread."""
    assistant = service.footnote.assistant

    def side(name: str) -> Side:
        variant = form.variant(name)
        return Side(variant, assistant_as(assistant, variant, generations))

    return lambda: (side("left"), side("right"))


def _columns(form: CompareForm, found: Comparison) -> list[dict[str, Any]]:
    columns = []
    for name, run in (("left", found.left), ("right", found.right)):
        places = places_of(run.reply["citations"])
        columns.append(
            {
                "name": name,
                "words": form.variant(name).words,
                "run": run,
                "answer": marked_html(run.reply["text"], run.reply["citations"], places, prefix=name),
                "places": places,
                "sources": sources_of(places),
            }
        )
    return columns


def _page(agent: Agent, numbers: tuple[int, ...], status: int = 200, **values: object) -> Response:
    around: dict[str, object] = {"form": None, "found": None, "columns": (), "refusal": "", "path": COMPARE}
    return console_page("compare.html", agent, status, generations=numbers, platforms=PLATFORMS, **{**around, **values})


def _refused(
    request: Request, agent: Agent, numbers: tuple[int, ...], error: FootnoteError, form: CompareForm | None
) -> Response:
    code, sentence = described(error)
    if wants_json(request):
        return error_response(error.status, code, sentence)
    return _page(agent, numbers, error.status, refusal=sentence, form=form)


def _no_list(request: Request, agent: Agent) -> Response:
    return error_response(404, "not_found", NO_LIST) if wants_json(request) else nothing_there(agent, NO_LIST)


def _path(job: ComparisonJob) -> str:
    return f"{COMPARE}/{job.id}"


def _jobs(request: Request) -> ComparisonJobs:
    state = request.app.state
    if not hasattr(state, "comparison_jobs"):
        state.comparison_jobs = ComparisonJobs()
    jobs: ComparisonJobs = state.comparison_jobs
    return jobs


def _generations(request: Request, service: Service) -> HeldGenerations:
    state, footnote = request.app.state, service.footnote
    if not hasattr(state, "held_generations"):
        state.held_generations = HeldGenerations(
            footnote.settings.index_folder, footnote.encoder.identity, footnote.index.current
        )
    held: HeldGenerations = state.held_generations
    return held
