"""The playground: a question as a customer would ask it, the answer, and why. Nothing of it becomes a conversation."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.answering.calibration import Calibration, calibration_file, read_calibration
from bot.errors import FootnoteError, IndexUnavailable, Overloaded, RequestRefused, StorageError
from bot.models import Agent, CustomerContext
from bot.roles import Permission, may
from bot.safety.redaction import redact
from bot.trials.differences import Differences, differences
from bot.trials.kept_runs import FOLDER, KeptRuns
from bot.trials.question import TrialQuestion, earlier_text, trial_question
from bot.trials.run import Run, try_question
from bot.web.console.conversation import nothing_there
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.permissions import ReadingAgent
from bot.web.console.rule_views import new_rule_path
from bot.web.console.run_view import candidate_rows, run_view
from bot.web.console.views import PLATFORMS
from bot.web.dependencies import RunningService
from bot.web.errors import described, error_response, validation_sentence
from bot.web.forms import read_form
from bot.web.schemas import Text, Wire
from bot.web.service import Service
from knowledge.models import Article, Platform

PLAYGROUND = "/console/playground"
QUESTION_CHARACTERS, EARLIER_CHARACTERS = 20_000, 40_000
NO_RUN = "There is no such run. Only the newest ones are kept: ask the question again."

router = APIRouter(prefix=PLAYGROUND, include_in_schema=False)


class TrialForm(Wire):
    """A question, from where it is asked, and what was said before it."""

    text: Text = Field(max_length=QUESTION_CHARACTERS)
    platform: Platform = Platform.ANY
    locale: str = Field(default="en", max_length=35, pattern=r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*$")
    site: Text = Field(default="", max_length=200)
    earlier: Text = Field(default="", max_length=EARLIER_CHARACTERS)

    def masked(self) -> "TrialForm":
        """The same without secrets."""
        return self.model_copy(update={"text": redact(self.text).text, "earlier": redact(self.earlier).text})

    def question(self) -> TrialQuestion:
        """What is asked. RequestRefused."""
        context = CustomerContext(platform=self.platform, locale=self.locale)
        return trial_question(self.text, context, self.site, self.earlier)


@router.get("")
async def show_form(request: Request, agent: ReadingAgent, service: RunningService, question: str = "") -> Response:
    """The form, empty or with a question; as JSON, what its fields take."""
    if wants_json(request):
        return JSONResponse({"platforms": [each.value for each in Platform], "sites": list(_sites(request))})
    form = TrialForm(text=question[:QUESTION_CHARACTERS])
    return _page(request, agent, form=await service.read(form.masked) if question else None)


@router.post("")
async def ask(request: Request, agent: ReadingAgent, service: RunningService) -> Response:
    """Ask, and go on to the run's own page."""
    try:
        form = await read_form(request, TrialForm)
    except RequestValidationError as error:
        return _refused(request, agent, 422, "invalid_request", validation_sentence(error.errors()))
    form = await service.read(form.masked)
    try:
        run = await _tried(service, form.question)
    except (RequestRefused, IndexUnavailable, Overloaded) as error:
        return _failed(request, agent, error, form)
    return await _kept(request, agent, service, run)


@router.get("/{receipt}")
async def show_run(
    receipt: str, request: Request, agent: ReadingAgent, service: RunningService, against: str = ""
) -> Response:
    """A run as it was; with `against` the id of another, what is otherwise than at that one."""
    runs = _runs(service)
    run, before = await service.read(lambda: (runs.run(receipt), runs.run(against) if against else None))
    if run is None:
        return _no_run(request, agent)
    return await _shown(request, agent, service, run, before)


@router.post("/{receipt}/again")
async def ask_again(receipt: str, request: Request, agent: ReadingAgent, service: RunningService) -> Response:
    """The same question on the present index, beside what it was."""
    before = await service.read(lambda: _runs(service).run(receipt))
    if before is None:
        return _no_run(request, agent)
    question = before.question
    try:
        run = await _tried(service, lambda: question)
    except (RequestRefused, IndexUnavailable, Overloaded) as error:
        return _failed(request, agent, error, form_of(question))
    return await _kept(request, agent, service, run, before)


def form_of(question: TrialQuestion) -> TrialForm:
    """The form that asks this question."""
    return TrialForm(
        text=question.text,
        platform=question.context.platform,
        locale=question.context.locale,
        site=question.site,
        earlier=earlier_text(question),
    )


def run_to_json(run: Run, before: Run | None, kept: bool) -> dict[str, Any]:
    """A run for a script: as it is kept, with why each candidate lost and what is otherwise than before."""
    rows = candidate_rows(run.trace, set())
    return {
        **run.to_json(),
        "permalink": run_path(run.id) if kept else None,
        "why_lost": [{"rank": row.rank, "why": row.why} for row in rows if row.why],
        "differences": differences(before, run).to_json() if before else None,
    }


def run_path(id_: str, against: str = "") -> str:
    """Where a run's page is."""
    return f"{PLAYGROUND}/{quote(id_, safe='')}" + (f"?against={quote(against, safe='')}" if against else "")


def articles_now(service: Service) -> Mapping[str, Article]:
    """The articles of the generation that serves; none before there is one."""
    try:
        return service.footnote.index.current().articles
    except (IndexUnavailable, StorageError):
        return {}


def calibration_now(service: Service) -> Calibration | None:
    """The calibration beside the index, if one can be read."""
    found = read_calibration(calibration_file(service.footnote.settings.index_folder))
    return found if isinstance(found, Calibration) else None


async def _tried(service: Service, question: Callable[[], TrialQuestion]) -> Run:
    assistant = service.footnote.assistant
    return await service.begin_answer(lambda: try_question(assistant, question(), datetime.now(UTC)))


async def _kept(request: Request, agent: Agent, service: Service, run: Run, before: Run | None = None) -> Response:
    try:
        await service.read(lambda: _runs(service).keep(run))
    except StorageError as error:
        return await _shown(request, agent, service, run, before, described(error)[1])
    if wants_json(request):
        return JSONResponse(run_to_json(run, before, kept=True))
    return RedirectResponse(run_path(run.id, before.id if before else ""), 303)


async def _shown(
    request: Request, agent: Agent, service: Service, run: Run, before: Run | None, problem: str = ""
) -> Response:
    if wants_json(request):
        return JSONResponse(run_to_json(run, before, kept=not problem))
    view = await service.read(lambda: run_view(run, articles_now(service), calibration_now(service)))
    changed: Differences | None = differences(before, run) if before else None
    return _page(
        request,
        agent,
        form=form_of(run.question),
        view=view,
        before=before,
        changed=changed,
        refusal=problem,
        kept=not problem,
    )


def _page(request: Request, agent: Agent, status: int = 200, **values: object) -> Response:
    around: dict[str, object] = {
        "form": None,
        "view": None,
        "before": None,
        "changed": None,
        "refusal": "",
        "kept": False,
        "path": PLAYGROUND,
        "run_path": run_path,
        "platforms": PLATFORMS,
        "sites": _sites(request),
        "mends": may(agent.role, Permission.MEND),
        "new_rule_path": new_rule_path,
    }
    return console_page("playground.html", agent, status, **{**around, **values})


def _failed(request: Request, agent: Agent, error: FootnoteError, form: TrialForm) -> Response:
    code, sentence = described(error)
    return _refused(request, agent, error.status, code, sentence, form)


def _refused(
    request: Request, agent: Agent, status: int, code: str, sentence: str, form: TrialForm | None = None
) -> Response:
    if wants_json(request):
        return error_response(status, code, sentence)
    return _page(request, agent, status, refusal=sentence, form=form)


def _no_run(request: Request, agent: Agent) -> Response:
    if wants_json(request):
        return error_response(404, "not_found", NO_RUN)
    return nothing_there(agent, NO_RUN)


def _runs(service: Service) -> KeptRuns:
    return KeptRuns(service.footnote.settings.data_dir / FOLDER)


def _sites(request: Request) -> dict[str, str]:
    return {site.key: site.name for site in request.app.state.admission.sites}
