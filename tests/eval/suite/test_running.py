import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.assembly import Footnote, open_footnote
from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from bot.updating import build
from eval.errors import DatasetError, EvaluationError
from eval.suite import asking, running
from eval.suite.cases import Expected, SuiteCase, load_suite
from eval.suite.running import CASES_FILE, run_suite, suite_sha256, unfinished_run
from knowledge.sources import open_source

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
ROWS = (
    {"id": "answerable-001", "kind": "answerable", "topic": "freeze", "text": "freeze account lost phone",
     "expect": "answer", "articles": ["freeze"], "quotes": [{"article": "freeze", "text": "Select Freeze account."}]},
    {"id": "answerable-002", "kind": "answerable", "topic": "fees", "text": "withdrawal fees usdt",
     "expect": "answer", "articles": ["fees"]},
    {"id": "far-001", "kind": "far", "topic": "bread", "text": "how long does sourdough rise", "expect": "handoff"},
    {"id": "person-001", "kind": "person", "topic": "person", "text": "I want to talk to a human",
     "expect": "handoff", "reason": "user_request"},
)  # fmt: skip


@pytest.fixture
def cases(tmp_path: Path) -> tuple[SuiteCase, ...]:
    folder = tmp_path / "suite"
    folder.mkdir()
    (folder / "all.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    return load_suite(folder)


@pytest.fixture
def footnote(letter_settings: Settings, tmp_path: Path) -> Iterator[Footnote]:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "freeze.md").write_text("# Freeze a lost account\n\nOpen Security. Select Freeze account.")
    (articles / "fees.md").write_text("# Withdrawal fees\n\nA withdrawal of USDT costs 1 USDT.")
    opened = open_footnote(letter_settings)
    build(opened, [open_source(articles)], SilentProgress())
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def any_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Topics of so few cases are all on one side."""
    monkeypatch.setattr(running, "check_suite", lambda cases, articles: ())


def ran(cases: tuple[SuiteCase, ...], footnote: Footnote, folder: Path) -> running.SuiteRun:
    return run_suite("tiny", cases, footnote, folder, NOW, SilentProgress())


def numbers(run: running.SuiteRun) -> dict[str, object]:
    told = run.to_json()
    del told["latency_ms"]
    told["cases"] = [{key: value for key, value in row.items() if key != "milliseconds"} for row in told["cases"]]
    return told


def test_twice_gives_identical_numbers(cases: tuple[SuiteCase, ...], footnote: Footnote, tmp_path: Path) -> None:
    first, second = ran(cases, footnote, tmp_path / "a"), ran(cases, footnote, tmp_path / "b")
    assert numbers(first) == numbers(second)
    by_id = {each.id: each for each in first.outcomes}
    assert by_id["person-001"].as_expected and by_id["person-001"].reason == "user_request"
    assert by_id["answerable-001"].found[0] == "freeze" and by_id["answerable-001"].is_right


def test_proposed_means_every_article_that_answers(cases: tuple[SuiteCase, ...], footnote: Footnote) -> None:
    both = replace(cases[1], articles=("fees", "freeze"))
    index, narrow = footnote.index.current(), replace(footnote.assistant, candidates=1)
    assert asking.ask(both, footnote.assistant, index).proposed
    assert asking.ask(cases[1], narrow, index).proposed
    assert not asking.ask(both, narrow, index).proposed
    assert not asking.ask(cases[2], footnote.assistant, index).proposed, "no article answers it"


def test_a_run_that_was_cut_short_goes_on(
    cases: tuple[SuiteCase, ...], footnote: Footnote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ran(cases, footnote, tmp_path / "runs" / "1")
    file = tmp_path / "runs" / "1" / CASES_FILE
    kept = file.read_text().splitlines()
    file.write_text("\n".join([*kept[:3], kept[3][:20]]))
    assert unfinished_run(tmp_path / "runs") == tmp_path / "runs" / "1"
    asked: list[str] = []

    def counted(case: SuiteCase, *rest: object) -> asking.CaseOutcome:
        asked.append(case.id)
        return asking.ask(case, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "ask", counted)
    again = ran(cases, footnote, tmp_path / "runs" / "1")
    assert asked == ["far-001", "person-001"]
    assert numbers(again) == numbers(whole)
    assert ran(cases, footnote, tmp_path / "runs" / "1").outcomes == again.outcomes, "the torn line is mended"


def test_a_run_over_something_else_begins_anew(
    cases: tuple[SuiteCase, ...], footnote: Footnote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(cases, footnote, tmp_path / "1")
    other = replace(cases[0], text="freeze my account")
    assert suite_sha256(cases) != suite_sha256((other, *cases[1:]))
    found = ran((other, *cases[1:]), footnote, tmp_path / "1")
    assert found.outcomes[0].text == "freeze my account"
    head, *rows = (tmp_path / "1" / CASES_FILE).read_text().splitlines()
    assert json.loads(head)["suite_sha256"] == found.head.suite_sha256 and len(rows) == len(cases)


def test_what_cannot_be_run_is_told(cases: tuple[SuiteCase, ...], footnote: Footnote, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no cases"):
        ran((), footnote, tmp_path / "1")
    (tmp_path / "file").write_text("")
    with pytest.raises(EvaluationError, match=r"cannot be written to .*Choose another folder"):
        ran(cases, footnote, tmp_path / "file" / "1")


def test_faults_of_the_suite_are_told(
    cases: tuple[SuiteCase, ...], footnote: Footnote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "check_suite", lambda cases, articles: tuple(f"Fault {n}." for n in range(9)))
    with pytest.raises(DatasetError, match=r"^Fault 0\. Fault 1\. Fault 2\. Fault 3\. Fault 4\.$"):
        ran(cases, footnote, tmp_path / "1")


def test_nothing_is_left_in_the_store(cases: tuple[SuiteCase, ...], footnote: Footnote, tmp_path: Path) -> None:
    ran(cases, footnote, tmp_path / "1")
    with footnote.database.read() as connection:
        for table in ("conversations", "messages", "turns", "handoffs", "outbox"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0


def test_the_checksum_of_a_suite_is_the_same_wherever_it_lies_and_in_every_process(
    cases: tuple[SuiteCase, ...], tmp_path: Path
) -> None:
    either = replace(cases[0], expect=frozenset({Expected.ANSWER, Expected.CLARIFY}), origin="elsewhere")
    known = suite_sha256([either])
    assert known == suite_sha256([replace(either, origin="here")]) != suite_sha256(cases[:1])
    program = (
        "import sys; from pathlib import Path; from eval.suite.cases import load_suite\n"
        "from eval.suite.running import suite_sha256; print(suite_sha256(load_suite(Path(sys.argv[1]))))"
    )
    (tmp_path / "suite" / "all.jsonl").write_text(json.dumps({**ROWS[0], "expect": "answer|clarify"}))
    for seed in "12":
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "suite")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == known


def test_a_refused_article_of_the_sample_is_told(
    cases: tuple[SuiteCase, ...], letter_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = tmp_path / "sample"
    articles.mkdir()
    (articles / "freeze.md").write_text("# Freeze a lost account\n\nOpen Security. Select Freeze account.")
    (articles / "fees.md").write_text("---\nviews: many\n---\n# Withdrawal fees\n\nIt costs 1 USDT.")
    monkeypatch.setattr(running, "SAMPLE_HELP_CENTER", articles)
    run = running.run_on_sample("s", cases, letter_settings, tmp_path / "run", NOW, SilentProgress())
    (fault,) = run.faults
    assert "fees.md" in fault and "views" in fault
