import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.models import CustomerContext
from bot.trials.kept_runs import KeptRuns
from bot.trials.question import trial_question
from bot.trials.run import Run


def run_of(text: str) -> Run:
    return Run(
        question=trial_question(text, CustomerContext()),
        asked_at=datetime(2026, 11, 22, tzinfo=UTC),
        reply={"kind": "notice"},
        trace={"candidates": []},
        receipt={"question": text},
        timings_ms={},
    )


def test_a_run_is_found_again_by_its_id(tmp_path: Path) -> None:
    runs, run = KeptRuns(tmp_path / "playground"), run_of("How?")
    id_ = runs.keep(run)
    assert id_ == run.id
    assert runs.run(id_) is not None and runs.run(id_).question == run.question
    assert not list(tmp_path.rglob("*.part"))


def test_the_oldest_make_room(tmp_path: Path) -> None:
    runs = KeptRuns(tmp_path, most=2)
    ids = []
    for number in range(3):
        ids.append(runs.keep(run_of(f"Question {number}")))
        os.utime(tmp_path / f"{ids[-1]}.json", (number, number))
        if number == 1:
            runs.keep(run_of("Question 1"))
    assert [runs.run(id_) is not None for id_ in ids] == [False, True, True]


@pytest.mark.parametrize("id_", ["", "../footnote", "0" * 31, "G" * 32, "0" * 32, "0" * 32 + "\n"])
def test_what_is_no_id_finds_nothing(tmp_path: Path, id_: str) -> None:
    assert KeptRuns(tmp_path).run(id_) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 9}', '{"format": 1}', "\ud800"])
def test_a_file_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / f"{'a' * 32}.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert KeptRuns(tmp_path).run("a" * 32) is None


def test_a_disk_that_does_not_take_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "playground").write_text("a file")
    with pytest.raises(StorageError, match="cannot be kept"):
        KeptRuns(tmp_path / "playground").keep(run_of("How?"))
