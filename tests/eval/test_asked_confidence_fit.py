import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.answering.confidence import load_confidence_model
from eval.asked_confidence_command import fit_asked
from eval.asked_confidence_fit import WEIGHED, fit_asked_confidence
from eval.errors import EvaluationError
from eval.suite.asking import CaseOutcome
from tests.eval.suite.outcomes import outcome, unanswerable

TODAY = date(2026, 11, 22)


def outcomes(count: int = 80) -> list[CaseOutcome]:
    """Cases of which those with a near name are right, on both sides; what else is measured is noise."""
    noise = np.random.default_rng(3)
    found = []
    for number in range(count):
        is_right = number % 2 == 0
        signals = dict(zip(WEIGHED, noise.uniform(0.3, 0.6, len(WEIGHED)).tolist(), strict=True))
        signals["asked"] = float(noise.uniform(0.6, 1.0) if is_right else noise.uniform(0.2, 0.7))
        make = outcome if is_right else unanswerable
        side = "tune" if number % 4 < 2 else "test"
        found.append(make(f"case-{number:03}", side=side, trace={"confidence_signals": signals}))
    return found


def test_what_tells_right_from_wrong_gets_the_weight() -> None:
    found = fit_asked_confidence("suite", outcomes(), TODAY)
    assert found.n == 40
    assert set(found.model.weights) == set(WEIGHED)
    assert all(weight >= 0 for weight in found.model.weights.values())
    assert max(found.model.weights, key=lambda name: found.model.weights[name]) == "asked"
    assert found.test["auroc_right"].mean > 0.9
    assert found.test["auroc_right"].n == 40


def test_the_test_side_teaches_nothing() -> None:
    cases = outcomes()
    spoilt = [each if each.side == "tune" else outcome(each.id, trace=each.trace, side="test") for each in cases]
    assert fit_asked_confidence("suite", cases, TODAY).model == fit_asked_confidence("suite", spoilt, TODAY).model


def test_outcomes_without_these_signals_are_refused() -> None:
    with pytest.raises(EvaluationError, match="give the articles `questions`"):
        fit_asked_confidence("suite", [outcome(trace={"confidence_signals": {"dense": 0.5}})], TODAY)


def test_the_command_writes_a_model_that_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = {"suite": "suite", "cases": [each.to_json() for each in outcomes()]}
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    fit_asked(tmp_path, tmp_path / "model.json")
    model = load_confidence_model(tmp_path / "model.json")
    assert "fit-asked" in model.provenance
    assert "auroc_right" in capsys.readouterr().out
