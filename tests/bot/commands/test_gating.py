"""`footnote index --gate` against a program that answers as the evaluation does."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app, main
from bot.commands import gating
from tests.fakes import LetterEncoder

PROGRAM = """
import json, sys
asked = dict(zip(sys.argv[2::2], sys.argv[3::2]))
open("asked.json", "w").write(json.dumps(sys.argv[1:]))
print("asking", file=sys.stderr)
{rest}
"""
OPEN = 'print(json.dumps({"open": True, "failed": [], "report": "runs/1", "n_cases": 4}))'
SHUT = (
    'print(json.dumps({"open": False, "report": "runs/1", "failed":'
    ' [{"metric": "right", "sentence": "right is 0.2000 over 5; at least 0.36 is demanded."}]})); sys.exit(1)'
)
BROKEN = "sys.exit(3)"


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "1 USDT")


def write(folder: Path, fee: str) -> None:
    (folder / "articles").mkdir(exist_ok=True)
    (folder / "articles" / "fees.md").write_text(f"# Fees\n\nThe fee is {fee}.\n")


def answers(monkeypatch: pytest.MonkeyPatch, rest: str) -> None:
    Path("program.py").write_text(PROGRAM.replace("{rest}", rest))
    init = gating.Gatekeeper.__init__
    monkeypatch.setattr(init, "__defaults__", ((sys.executable, "program.py"),))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_an_open_gate_lets_it_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, OPEN)
    result = run("index", "articles", "--gate", "--suite", "cases", "--data-dir", "d")
    assert result.exit_code == 0, result.output
    assert "The gate is open: it serves." in result.stdout
    asked = json.loads(Path("asked.json").read_text())
    assert asked[:4] == ["gate", "--generation", "1", "--json"]
    assert asked[4:] == ["--data-dir", "d", "--output", "d/eval/gate-runs", "--suite", "cases"]
    result = run("index", "--gate", "--data-dir", "d")
    assert result.exit_code == 0 and "Nothing has changed: nothing to gate." in result.stdout


def test_a_shut_gate_says_the_number_and_the_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", "articles")
    write(Path(), "2 USDT")
    answers(monkeypatch, SHUT)
    monkeypatch.setattr("sys.argv", ["footnote", "index", "--gate"])
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr()
    assert end.value.code == 1
    assert "Generation 2 was built and does not serve; what served before goes on. right is 0.2000" in told.err
    assert "The report is in runs/1. To let it serve all the same: `footnote roll-back 2`." in told.err
    kept = json.loads(run("generations", "--json").stdout)["generations"]
    assert [(each["generation"], each["standing"]) for each in kept] == [(2, "set aside"), (1, "serves")]
    result = run("roll-back", "2")
    assert result.exit_code == 0 and "Generation 2 serves, with 1 articles." in result.stdout


def test_json_of_a_shut_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, SHUT)
    result = run("index", "articles", "--gate", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1 and told["serves"] is False and told["failed"][0].startswith("right is 0.2000")


def test_a_gate_that_cannot_be_asked_is_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, BROKEN)
    result = run("index", "articles", "--gate")
    assert result.exit_code == 1 and "could not be asked (exit code 3" in str(result.exception)


def test_cases_without_a_gate_are_a_mistake() -> None:
    assert run("index", "articles", "--suite", "cases").exit_code == 2
