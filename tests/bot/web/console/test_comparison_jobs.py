import asyncio
from typing import Any, cast

import pytest

from bot.errors import IndexUnavailable, Overloaded
from bot.models import CustomerContext
from bot.trials.comparison import Side
from bot.trials.question import trial_question
from bot.trials.variants import Variant
from bot.web.console import comparison_jobs
from bot.web.console.comparison_jobs import JOBS_HELD, ComparisonJob, ComparisonJobs
from bot.web.service import Service
from tests.bot.answering.conftest import CHANGE_EMAIL, Shelf
from tests.bot.test_assistant import assistant_of

QUESTIONS = [trial_question(text, CustomerContext()) for text in ("How do I change my email?", "hello")]


@pytest.fixture(scope="module")
def side() -> Side:
    return Side(Variant(), assistant_of(Shelf((CHANGE_EMAIL,))))


class BusyService(Service):
    """Refuses the first question, as if too many customers waited."""

    refusals = 1

    def begin_answer(self, work, greeted=None):
        if self.refusals:
            self.refusals -= 1
            raise Overloaded("Later.")
        return super().begin_answer(work, greeted)


def run(sides: Any, kind: type[Service] = Service, stop: bool = False) -> ComparisonJob:
    async def go() -> ComparisonJob:
        service = kind(cast(Any, None))
        if stop:
            service.stopping.set()
        job = ComparisonJobs().begin(service, "ada", QUESTIONS, ("as it is set", "other"), sides)
        assert not job.is_done and job.counts["lines"] == 0
        assert job.task is not None
        await job.task
        return job

    return asyncio.run(go())


@pytest.mark.parametrize("kind", [Service, BusyService])
def test_every_line_is_asked_customers_first(side, kind, monkeypatch) -> None:
    monkeypatch.setattr(comparison_jobs, "PAUSE_SECONDS", 0.01)
    job = run(lambda: (side, side), kind)
    assert job.is_done and not job.failed and job.counts == {"lines": 2, "changed": 0}


def test_a_failure_ends_it_with_a_sentence(side) -> None:
    def fail() -> tuple[Side, Side]:
        raise IndexUnavailable("gen-000003 is damaged.")

    job = run(fail)
    assert job.is_done and "cannot be searched" in job.failed and job.lines == []


def test_a_server_that_stops_ends_it(side) -> None:
    assert "restarting" in run(lambda: (side, side), stop=True).failed


def test_the_oldest_that_is_through_makes_room(side) -> None:
    async def go() -> None:
        service, jobs = Service(cast(Any, None)), ComparisonJobs()
        held = [jobs.begin(service, "ada", QUESTIONS, ("", ""), lambda: (side, side)) for _ in range(JOBS_HELD)]
        with pytest.raises(Overloaded, match="As many lists"):
            jobs.begin(service, "ada", QUESTIONS, ("", ""), lambda: (side, side))
        await held[1].task  # type: ignore[misc]
        gone = next(job for job in held if job.is_done)
        last = jobs.begin(service, "ada", QUESTIONS, ("", ""), lambda: (side, side))
        assert jobs.job(gone.id) is None and jobs.job(last.id) is last
        await asyncio.gather(*(job.task for job in (*held, last) if job.task))

    asyncio.run(go())
