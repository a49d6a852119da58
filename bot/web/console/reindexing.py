"""Reading the sources again, as a job of this server: one at a time, and everybody may see how far it is."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.assembly import now
from bot.errors import FootnoteError, RequestRefused
from bot.indexing.build import IndexReport
from bot.indexing.progress import IndexProgress
from bot.models import Agent, Moment
from bot.roles import Permission
from bot.storage.audit import note
from bot.updating import update_index
from bot.web.console.article_list import PATH
from bot.web.console.dependencies import wants_json
from bot.web.console.permissions import require
from bot.web.dependencies import RunningService
from embeddings.errors import EncoderError
from knowledge.errors import KnowledgeError

REINDEXING = "/console/reindexing"
FAILED = "Something went wrong that nobody expected; the server's log has it. What served before serves on."

router = APIRouter(prefix=REINDEXING, include_in_schema=False)

_log = structlog.get_logger("footnote.web")

Work = Callable[[IndexProgress], IndexReport]
IndexingAgent = Annotated[Agent, require(Permission.REINDEX)]
PollingAgent = Annotated[Agent, require(Permission.READ, in_use=False)]


class AlreadyReindexing(RequestRefused):
    """One job at a time."""

    code = "reindexing"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the job is. `total` is 0 where nobody knows how many steps the stage has."""

    state: Literal["idle", "running", "done", "failed"] = "idle"
    by: str = ""
    began_at: Moment | None = None
    ended_at: Moment | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    sentence: str = ""
    """What came of it."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        moments = {name: value.isoformat() if (value := getattr(self, name)) else None for name in _MOMENTS}
        shown = {name: getattr(self, name) for name in self.__slots__ if name not in _MOMENTS}
        return {**shown, **moments}


_MOMENTS = ("began_at", "ended_at")


class Reindexing:
    """The job. It is the IndexProgress of its own work; threads may share it."""

    def __init__(self, clock: Callable[[], Moment] = now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._progress = Progress()
        self._thread: threading.Thread | None = None

    @property
    def progress(self) -> Progress:
        """How far it is now."""
        with self._lock:
            return self._progress

    def start(self, work: Work, by: str) -> None:
        """Begin; `by` is who wished it. AlreadyReindexing while one is under way."""
        with self._lock:
            if self._progress.state == "running":
                raise AlreadyReindexing("The sources are being read already. Wait until that is done.")
            self._progress = Progress(state="running", by=by, began_at=self._clock())
        self._thread = threading.Thread(target=self._run, args=(work,), name="reindexing", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether no job is under way within so many seconds."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self.progress.state != "running"

    def stage(self, name: str, total: int, /) -> None:
        """A stage begins."""
        self._change(stage=name, done=0, total=total)

    def advance(self, n: int, /) -> None:
        """`n` more steps are done."""
        with self._lock:
            self._progress = replace(self._progress, done=self._progress.done + n)

    def _run(self, work: Work) -> None:
        try:
            report = work(self)
        except (FootnoteError, KnowledgeError, EncoderError) as error:
            _log.warning("reindexing_failed", sentence=str(error))
            self._change(state="failed", sentence=str(error), ended_at=self._clock())
        except Exception:  # noqa: BLE001 - the job says so, whatever it was, and the next one may begin
            _log.exception("reindexing_failed")
            self._change(state="failed", sentence=FAILED, ended_at=self._clock())
        else:
            self._change(state="done", sentence=sentence_of(report), ended_at=self._clock())

    def _change(self, **values: Any) -> None:
        with self._lock:
            self._progress = replace(self._progress, **values)


def sentence_of(report: IndexReport) -> str:
    """What an indexing run did."""
    changes = report.added + report.changed + report.removed
    failed = f" {len(report.rejected):,} could not be read; see the sources." if report.rejected else ""
    if not changes:
        return f"Nothing has changed since generation {report.generation}.{failed}"
    return (
        f"{report.added:,} added, {report.changed:,} changed, {report.removed:,} removed, {report.unchanged:,} "
        f"unchanged: generation {report.generation} with {report.passages:,} passages was made.{failed}"
    )


def running_reindexing(request: Request) -> Reindexing:
    """The job of this process; made for the first who asks."""
    state = request.app.state
    if not hasattr(state, "reindexing"):
        state.reindexing = Reindexing()
    found: Reindexing = state.reindexing
    return found


RunningReindexing = Annotated[Reindexing, Depends(running_reindexing)]


@router.get("")
async def reindexing_progress(agent: PollingAgent, job: RunningReindexing) -> JSONResponse:  # noqa: ARG001
    """How far it is."""
    return JSONResponse(job.progress.to_json())


@router.post("")
async def reindex(request: Request, agent: IndexingAgent, service: RunningService, job: RunningReindexing) -> Response:
    """Read every source again and let what has changed serve."""
    footnote = service.footnote
    try:
        job.start(lambda progress: update_index(footnote, (), progress), agent.display_name)
    except AlreadyReindexing:
        if wants_json(request):
            raise
        return RedirectResponse(f"{PATH}#reindexing", 303)

    def write_down() -> None:
        with footnote.database.write() as connection:
            note(connection, now(), agent.name, "reindexing_begun", "sources")

    await service.read(write_down)
    if wants_json(request):
        return JSONResponse(job.progress.to_json(), 202)
    return RedirectResponse(f"{PATH}#reindexing", 303)
