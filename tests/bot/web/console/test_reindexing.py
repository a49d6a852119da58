import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.errors import IndexBusy
from bot.indexing.build import IndexReport
from bot.indexing.progress import IndexProgress
from bot.roles import Role
from bot.staffed import StaffedFootnote
from bot.storage.audit import audit_entries
from bot.web.console import reindexing
from bot.web.console.reindexing import FAILED, AlreadyReindexing, Reindexing, sentence_of
from knowledge.errors import SourceError
from knowledge.models import Rejected
from tests.bot.web.console.conftest import Seat, seat_of

NOW = datetime(2026, 3, 4, tzinfo=UTC)
SOON = 20


def report(*, added: int = 0, rejected: int = 0) -> IndexReport:
    return IndexReport(
        added=added,
        changed=0,
        removed=0,
        unchanged=4,
        passages=9,
        generation=3,
        seconds=1.0,
        rejected=tuple(Rejected("s", f"{number}.md", "No.") for number in range(rejected)),
    )


class GatedWork:
    """Work that goes on when it is let."""

    def __init__(self, error: Exception | None = None) -> None:
        self.gate = threading.Event()
        self.begun = threading.Event()
        self.error = error

    def __call__(self, progress: IndexProgress) -> IndexReport:
        progress.stage("Reading", 0)
        progress.advance(2)
        progress.stage("Encoding", 40)
        progress.advance(10)
        self.begun.set()
        assert self.gate.wait(SOON)
        if self.error is not None:
            raise self.error
        return report(added=1)


def test_it_tells_how_far_it_is_and_what_came_of_it() -> None:
    job, work = Reindexing(lambda: NOW), GatedWork()
    assert job.progress.to_json()["state"] == "idle"
    job.start(work, "Ada")
    assert work.begun.wait(SOON)
    told = job.progress.to_json()
    assert (told["state"], told["by"], told["stage"], told["done"], told["total"]) == (
        "running",
        "Ada",
        "Encoding",
        10,
        40,
    )
    assert (told["began_at"], told["ended_at"]) == (NOW.isoformat(), None)
    with pytest.raises(AlreadyReindexing):
        job.start(work, "Bo")
    work.gate.set()
    assert job.wait(SOON)
    assert (job.progress.state, job.progress.sentence, job.progress.ended_at) == (
        "done",
        sentence_of(report(added=1)),
        NOW,
    )
    job.start(work, "Bo")
    assert job.wait(SOON)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (IndexBusy("Another one is writing."), "Another one is writing."),
        (SourceError("The folder is gone."), "The folder is gone."),
        (ZeroDivisionError("secret path"), FAILED),
    ],
)
def test_what_fails_is_said_and_the_next_one_may_begin(error: Exception, sentence: str) -> None:
    job, work = Reindexing(lambda: NOW), GatedWork(error)
    work.gate.set()
    job.start(work, "Ada")
    assert job.wait(SOON)
    assert (job.progress.state, job.progress.sentence) == ("failed", sentence)
    job.start(GatedWork.__call__.__get__(work), "Ada")
    assert job.wait(SOON)


def test_a_run_is_told_in_a_sentence() -> None:
    assert sentence_of(report()) == "Nothing has changed since generation 3."
    assert sentence_of(report(added=1200, rejected=2)) == (
        "1,200 added, 0 changed, 0 removed, 4 unchanged: generation 3 with 9 passages was made. 2 could not be read; "
        "see the sources."
    )


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> GatedWork:
    work = GatedWork()
    monkeypatch.setattr(reindexing, "update_index", lambda _footnote, _locations, progress: work(progress))
    return work


def test_an_editor_begins_it_and_everybody_may_look(
    client: TestClient, ada: Seat, footnote: StaffedFootnote, work: GatedWork, tmp_path: Path
) -> None:
    eda = seat_of(client, footnote, "eda", "Eda", Role.EDITOR)
    bo = seat_of(client, footnote, "bo", "Bo", Role.AGENT)
    assert tmp_path.exists()
    assert bo.post("/console/reindexing").status_code == 403
    begun = eda.post("/console/reindexing")
    assert (begun.status_code, begun.headers["location"]) == (303, "/console/knowledge#reindexing")
    assert work.begun.wait(SOON)
    told = bo.get("/console/reindexing").json()
    assert (told["state"], told["by"], told["done"], told["total"]) == ("running", "Eda", 10, 40)
    assert ada.script("/console/reindexing").status_code == 409
    assert ada.post("/console/reindexing").status_code == 303
    page = bo.get("/console/knowledge").text
    assert "Eda has the sources read. Encoding…" in page
    assert 'value="10" max="40"' in page
    assert "Read them now" not in page
    work.gate.set()
    job: Reindexing = client.app.state.reindexing  # type: ignore[attr-defined]
    assert job.wait(SOON)
    assert eda.script("/console/reindexing").status_code == 202
    assert job.wait(SOON)
    assert "1 added" in bo.get("/console/knowledge").text
    entries = audit_entries(footnote.database, 5, action="reindexing_begun")
    assert [(each.agent, each.object) for each in entries] == [("eda", "sources")] * 2
