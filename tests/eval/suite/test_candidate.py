"""A generation of a data directory, asked before it serves, by the command and without a trace."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.assembly import open_footnote
from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from bot.updating import build
from eval.cli import app
from eval.errors import DatasetError, EvaluationError, GateShut
from knowledge.sources import open_source

ROWS = (
    {"id": "answerable-001", "kind": "answerable", "topic": "freeze", "text": "freeze account lost phone",
     "expect": "answer", "articles": ["freeze"], "quotes": [{"article": "freeze", "text": "Select Freeze account."}]},
    {"id": "answerable-002", "kind": "answerable", "topic": "fees", "text": "withdrawal fees usdt",
     "expect": "answer", "articles": ["fees"]},
    {"id": "person-001", "kind": "person", "topic": "person", "text": "I want to talk to a human",
     "expect": "handoff", "reason": "user_request"},
)  # fmt: skip
DEMANDS = '[metrics."success@1"]\nat_least = 0.9\n[metrics.person_expected]\nat_least = 1.0\n'


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "all.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    (folder / "gates.toml").write_text(DEMANDS)
    return folder


@pytest.fixture(autouse=True)
def two_generations(letter_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Generation 1 serves; generation 2 lacks an article and is set aside. Reports go without pictures."""
    monkeypatch.setattr("eval.suite.page.can_draw", lambda: False)
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "freeze.md").write_text("# Freeze a lost account\n\nOpen Security. Select Freeze account.")
    (articles / "fees.md").write_text("# Withdrawal fees\n\nA withdrawal of USDT costs 1 USDT.")
    footnote = open_footnote(letter_settings)
    build(footnote, [open_source(articles)], SilentProgress())
    (articles / "freeze.md").unlink()
    (articles / "pets.md").write_text("# Pets\n\nA dog may come along.")
    build(footnote, [open_source(articles)], SilentProgress(), gate=lambda number: False)
    footnote.close()
    yield letter_settings


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--data-dir", "data"])


def test_the_gate_is_open_for_the_one_and_shut_for_the_other(suite: Path) -> None:
    one = run("gate", "--suite", str(suite), "--generation", "1")
    assert one.exit_code == 0 and "The gate is open: 2 demands hold over 3 cases" in one.stdout
    two = run("gate", "--suite", str(suite), "--generation", "2")
    assert isinstance(two.exception, GateShut) and "success@1 is 0.5000 over 2" in str(two.exception)
    assert "names the article 'freeze', which the help center lacks" in two.stderr


def test_json_for_a_program(suite: Path) -> None:
    one = run("gate", "--suite", str(suite), "--generation", "1", "--json")
    told = json.loads(one.stdout)
    assert one.exit_code == 0 and (told["open"], told["failed"], told["n_cases"]) == (True, [], 3)
    two = run("gate", "--suite", str(suite), "--generation", "2", "--json")
    told = json.loads(two.stdout)
    assert two.exit_code == 1 and told["open"] is False and told["failed"][0]["metric"] == "success@1"
    report = json.loads((Path(told["report"]) / "report.json").read_text())
    assert any("'freeze'" in fault for fault in report["faults"])


def test_a_baseline_beside_the_cases_is_compared_with(suite: Path) -> None:
    assert run("run", "--suite", str(suite), "--generation", "1", "--keep-baseline").exit_code == 0
    assert set(json.loads((suite / "baseline.json").read_text())["cases"]) == {row["id"] for row in ROWS}
    assert run("gate", "--suite", str(suite), "--generation", "1").exit_code == 0
    (suite / "more.jsonl").write_text(json.dumps({**ROWS[1], "id": "answerable-003", "text": "usdt costs"}))
    renewed = run("gate", "--suite", str(suite), "--generation", "1")
    assert renewed.exit_code == 0 and "The baseline is of other cases" in renewed.stderr


def test_a_suite_about_other_articles_is_refused() -> None:
    refused = run("gate", "--generation", "1").exception
    assert isinstance(refused, DatasetError)
    assert "holds none of the" in str(refused) and "give --suite with cases about your own articles" in str(refused)


def test_there_is_no_such_generation(suite: Path) -> None:
    refused = run("run", "--suite", str(suite), "--generation", "7").exception
    assert isinstance(refused, EvaluationError) and "There is no generation 7 in data/index; there are: 1, 2." in str(
        refused
    )


def test_another_encoder_is_refused(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fakes.LetterEncoder.identity", "other")
    refused = run("run", "--suite", str(suite), "--generation", "1").exception
    assert isinstance(refused, EvaluationError) and "made with the encoder letters-64" in str(refused)


def test_no_trace_is_left_in_the_store(suite: Path, two_generations: Settings) -> None:
    def store() -> dict[str, str]:
        folder = two_generations.data_dir
        files = [*folder.glob("footnote.db*"), *(each for each in (folder / "index").rglob("*") if each.is_file())]
        return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    before = store()
    assert len(before) > 20
    run("gate", "--suite", str(suite), "--generation", "1")
    run("run", "--suite", str(suite), "--generation", "2")
    assert store() == before
