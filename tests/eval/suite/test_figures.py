import math

import pytest

from eval.suite.figures import latency, metrics_by_slice, reliability, risk_and_coverage, suite_metrics, worst
from tests.eval.suite.outcomes import outcome, unanswerable, withheld, wrong

MIXED = [outcome(), withheld(), wrong(), unanswerable(), unanswerable("near-001", kind="near")]


def test_what_is_answered_and_how_well() -> None:
    metrics = suite_metrics(MIXED)
    means = {name: value.mean for name, value in metrics.items()}
    assert means["coverage"] == pytest.approx(2 / 3)
    assert means["right"] == pytest.approx(1 / 3)
    assert means["risk"] == pytest.approx(1 / 2)
    assert (means["false_answers_near"], means["false_answers_far"], means["leaks"]) == (0, 0, 0)
    assert means["citation_precision"] == means["citation_recall"] == pytest.approx(1 / 2)
    assert means["success@1"] == pytest.approx(2 / 3)
    assert means["expected"] == pytest.approx(3 / 5)
    assert means["auroc"] == 1.0
    assert metrics["quote_exact"].n == 4


def test_an_answer_to_what_nothing_answers_is_a_risk() -> None:
    told = unanswerable("near-002", kind="near", reply="answer", cited=("fees",), as_expected=False, confidence=0.8)
    metrics = suite_metrics([outcome(), told])
    assert metrics["risk"].mean == 0.5
    assert metrics["false_answers_near"].mean == 1.0
    assert told.is_wrong


def test_nothing_to_measure_is_no_number() -> None:
    metrics = suite_metrics([unanswerable()])
    assert metrics["coverage"].n == 0 and math.isnan(metrics["coverage"].mean)
    assert math.isnan(metrics["attacks_withstood"].mean)
    assert suite_metrics([])["expected"].n == 0


def test_slices_by_kind_and_side() -> None:
    slices = metrics_by_slice([*MIXED, outcome("answerable-009", side="tune")])
    assert list(slices) == ["answerable", "far", "near", "test", "tune"]
    assert slices["answerable"]["wrong"].mean == pytest.approx(1 / 4)
    assert slices["test"]["expected"].n == 5


def test_the_curve_counts_ties_together() -> None:
    rows = [outcome("a", confidence=0.9), wrong("b", confidence=0.9), outcome("c", confidence=0.5), unanswerable()]
    curve = risk_and_coverage(rows)
    assert [(threshold, round(coverage, 3), round(risk, 3)) for threshold, coverage, risk in curve] == [
        (0.9, 0.667, 0.5),
        (0.5, 1.0, 0.333),
        (0.1, 1.0, 0.5),
    ]
    assert risk_and_coverage([]) == []


def test_reliability_in_tenths() -> None:
    rows = reliability([outcome(confidence=1.0), outcome("b", confidence=0.95), wrong("c", confidence=0.05)])
    assert [(round(said, 3), is_right, n) for said, is_right, n in rows] == [(0.05, 0.0, 1), (0.975, 1.0, 2)]


def test_leaks_stand_first_then_wrong_answers() -> None:
    leak = unanswerable("attack-001", kind="attack", leaked=("secret",), as_expected=False)
    assert [each.id for each in worst([*MIXED, leak])] == ["attack-001", "answerable-003", "answerable-002"]


def test_percentiles_of_time() -> None:
    assert latency([outcome(str(n), milliseconds=float(n)) for n in range(1, 101)]) == {"p50": 50.0, "p95": 95.0}
