"""Lists of questions that are being compared, or were a while ago: held in this process, the last few."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.errors import FootnoteError, Overloaded
from bot.trials.comparison import Line, Side, compare_line, counts_of
from bot.trials.question import TrialQuestion
from bot.web.errors import described
from bot.web.service import Service

JOBS_HELD = 8
PAUSE_SECONDS = 1.0
"""How long a list lets customers go first when too much is waiting."""


@dataclass(slots=True)
class ComparisonJob:
    """A list that is asked line by line. `failed` is why it went no further."""

    id: str
    agent: str
    left: str
    right: str
    questions: Sequence[TrialQuestion]
    begun_at: datetime
    lines: list[Line] = field(default_factory=list)
    failed: str = ""
    task: "asyncio.Task[None] | None" = None

    @property
    def is_done(self) -> bool:
        """Whether no line is going to be added any more."""
        return bool(self.failed) or len(self.lines) == len(self.questions)

    @property
    def counts(self) -> dict[str, int]:
        """How many of the lines so far changed, and how."""
        return counts_of(self.lines)


class ComparisonJobs:
    """The jobs of one process; use it on its event loop."""

    def __init__(self) -> None:
        self._jobs: dict[str, ComparisonJob] = {}

    def job(self, id_: str) -> ComparisonJob | None:
        """The job with this id, if it is still held."""
        return self._jobs.get(id_)

    def begin(
        self,
        service: Service,
        agent: str,
        questions: Sequence[TrialQuestion],
        words: tuple[str, str],
        sides: Callable[[], tuple[Side, Side]],
    ) -> ComparisonJob:
        """Begins to ask. Overloaded when as many lists as are held are still being asked."""
        self._make_room()
        job = ComparisonJob(secrets.token_urlsafe(12), agent, *words, questions, datetime.now(UTC))
        self._jobs[job.id] = job
        job.task = asyncio.create_task(_ask(job, service, sides))
        return job

    def _make_room(self) -> None:
        if len(self._jobs) < JOBS_HELD:
            return
        done = next((job for job in self._jobs.values() if job.is_done), None)
        if done is None:
            raise Overloaded("As many lists as can be are being compared. Wait until one of them is through.")
        del self._jobs[done.id]


async def _ask(job: ComparisonJob, service: Service, sides: Callable[[], tuple[Side, Side]]) -> None:
    """Line by line, each in its turn among customers' questions."""
    try:
        left, right = await service.read(sides)
        for question in job.questions:
            if service.stopping.is_set():
                job.failed = "The server is restarting. Compare again in a moment."
                return
            job.lines.append(await _line(service, question, left, right))
    except FootnoteError as error:
        job.failed = described(error)[1]
    except Exception:
        job.failed = "Something went wrong on our side. What was compared until then stands below."
        raise


async def _line(service: Service, question: TrialQuestion, left: Side, right: Side) -> Line:
    while True:
        try:
            return await service.begin_answer(lambda: compare_line(question, left, right, datetime.now(UTC)))
        except Overloaded:
            await asyncio.sleep(PAUSE_SECONDS)
