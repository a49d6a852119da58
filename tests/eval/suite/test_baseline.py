from datetime import UTC, datetime
from pathlib import Path

import pytest

from eval.errors import EvaluationError
from eval.suite.baseline import SHIPPED_BASELINE, Baseline, baseline_file, read_baseline, write_baseline
from eval.suite.cases import CORVANE_SUITE, load_suite
from eval.suite.comparing import compare_runs
from eval.suite.running import RunHead, SuiteRun, suite_sha256
from tests.eval.suite.outcomes import outcome, unanswerable, withheld, wrong

HEAD = RunHead(suite="tiny", suite_sha256="a" * 64, index_sha256="b" * 64, config_hash="c" * 16, threshold=0.5)


def run(*outcomes: object) -> SuiteRun:
    return SuiteRun(head=HEAD, started_at=datetime(2026, 11, 22, tzinfo=UTC), outcomes=outcomes)  # type: ignore[arg-type]


def test_what_is_kept_compares_like_the_run(tmp_path: Path) -> None:
    before = run(outcome("a"), outcome("b"), wrong("c"), unanswerable("d"))
    after = [withheld("a"), outcome("b"), outcome("c"), unanswerable("d"), outcome("new")]
    write_baseline(Baseline.of(before), tmp_path / "baseline.json")
    kept = read_baseline(tmp_path / "baseline.json")
    assert kept == Baseline.of(before)
    assert kept.compared_with(after).differences == compare_runs(before.outcomes, after).differences
    assert (kept.suite_sha256, kept.threshold) == ("a" * 64, 0.5)


def test_it_is_small_and_the_same_for_the_same_run(tmp_path: Path) -> None:
    kept = Baseline.of(run(*(outcome(f"answerable-{n:03}") for n in range(1000))))
    for name in ("one.json", "two.json"):
        write_baseline(kept, tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert (tmp_path / "one.json").stat().st_size < 40_000


def test_files_that_are_none(tmp_path: Path) -> None:
    assert read_baseline(tmp_path / "none.json") is None
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(EvaluationError, match="make it again with `footnote-eval run --keep-baseline`"):
        read_baseline(tmp_path / "bad.json")
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_baseline(Baseline.of(run(outcome("a"))), tmp_path / "no" / "folder.json")


def test_it_lies_beside_the_cases_or_in_the_package(tmp_path: Path) -> None:
    assert baseline_file(CORVANE_SUITE) == SHIPPED_BASELINE
    assert baseline_file(tmp_path) == tmp_path / "baseline.json"


def test_the_one_that_ships_is_of_the_suite_that_ships() -> None:
    cases, kept = load_suite(CORVANE_SUITE), read_baseline(SHIPPED_BASELINE)
    assert kept is not None and set(kept.marks) == {case.id for case in cases}
    assert kept.suite_sha256 == suite_sha256(cases), "renew it: footnote-eval run --keep-baseline"
