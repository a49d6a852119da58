"""The trial of the gate over a tiny help center, with the LetterEncoder."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from eval.cli import app
from eval.errors import GateShut
from eval.suite import trial, trial_command
from eval.suite.cases import SuiteCase, load_suite
from eval.suite.gate import Demand, Gates
from eval.suite.regressions import Change, Vectors, lacking
from eval.suite.trial import Trial, Tried, try_gate

NAMES = ("freeze", "fees", "email", "password", "vault", "margin", "ledger", "voucher", "passport", "referral")
GATES = Gates(metrics={"success@1": Demand(at_least=0.8)}, may_not_fall=("found_first",))


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[SuiteCase, ...]:
    articles = tmp_path / "articles"
    articles.mkdir()
    for name in NAMES:
        (articles / f"{name}.md").write_text(f"# About {name}\n\nThe {name} is on the {name} page.\n")
    monkeypatch.setattr(trial, "SAMPLE_HELP_CENTER", articles)
    suite = tmp_path / "suite"
    suite.mkdir()
    rows = [
        {"id": f"answerable-{at:03}", "kind": "answerable", "topic": name, "text": f"where is the {name}",
         "expect": "answer", "articles": [name]}
        for at, name in enumerate(NAMES)
    ]  # fmt: skip
    (suite / "all.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.setattr(trial_command, "CORVANE_SUITE", suite)
    monkeypatch.setattr(trial_command, "load_gates", lambda: GATES)
    return load_suite(suite)


CHANGES = (
    Change(name="half of the articles missing", is_regression=True, articles=lambda them: lacking(them, 2)),
    Change(name="questions of another encoder", is_regression=True, vectors=Vectors.OTHER_QUESTIONS),
    Change(name="a space", message=lambda text: f" {text}"),
    Change(name="rounded", noise=0.001),
    Change(name="rounded passages", passage_noise=0.001),
    Change(name="weights", weights={"dense": 1.01}),
    Change(name="candidates", candidates=lambda k: k + 1),
    Change(name="threshold", threshold=0.001),
)


def test_what_is_worse_is_stopped_and_the_rest_let_through(
    tiny: tuple[SuiteCase, ...], letter_settings: Settings
) -> None:
    found = try_gate(CHANGES, tiny, GATES, letter_settings, SilentProgress())
    assert found.shipped == ()
    blocked = {each.name for each in found.tried if each.is_blocked}
    assert "half of the articles missing" in blocked
    assert blocked <= {change.name for change in CHANGES if change.is_regression}
    assert not (letter_settings.data_dir / "footnote.db").exists(), "nothing of the product's is touched"


def test_the_counts_decide() -> None:
    def tried(regression: bool, blocked: bool) -> Tried:
        return Tried(name="x", is_regression=regression, failed=("right",) if blocked else (), changed=0)

    good = [tried(True, True), *(tried(False, at < 5) for at in range(100))]
    assert Trial((), tuple(good)).holds
    assert not Trial((), (*good, tried(True, False))).holds
    assert not Trial((), (*good[1:], tried(True, True), tried(False, True))).holds
    assert Trial((), tuple(good)).to_json()["no_ops"] == {"n": 100, "blocked": 5}


def test_the_command_prints_and_fails_when_it_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_command, "REGRESSIONS", CHANGES[:1])
    done = CliRunner().invoke(app, ["gate-trial", "--no-ops", "2", "--json", "--data-dir", "data"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["regressions"] == {"n": 1, "blocked": 1} and told["no_ops"]["n"] == 2
    monkeypatch.setattr(trial_command, "REGRESSIONS", (Change(name="no change", is_regression=True),))
    done = CliRunner().invoke(app, ["gate-trial", "--no-ops", "0", "--data-dir", "data"])
    assert isinstance(done.exception, GateShut) and "0 of 1 regressions" in str(done.exception)
    assert "no change" in done.stdout
