import math

import pytest

from eval.metrics import Estimate, estimate, percentile, retrieval_metrics, retrieval_values

QRELS = {"q1": {"a": 1}, "q2": {"b": 1, "c": 1}, "q3": {"d": 1}}


def mean(run: dict[str, list[str]], name: str) -> float:
    return retrieval_metrics(QRELS, run)[name].mean


def test_hand_computed() -> None:
    run = {"q1": ["a", "x"], "q2": ["x", "b", "y", "c"], "q3": ["x", "y"]}
    assert mean(run, "success@1") == pytest.approx(1 / 3)
    assert mean(run, "success@5") == pytest.approx(2 / 3)
    assert mean(run, "recall@10") == pytest.approx(2 / 3)
    assert mean(run, "rr@10") == pytest.approx((1 + 1 / 2 + 0) / 3)
    gain, ideal = 1 / math.log2(3) + 1 / math.log2(5), 1 + 1 / math.log2(3)
    assert mean(run, "ndcg@10") == pytest.approx((1 + gain / ideal + 0) / 3)


def test_values_are_kept_by_question() -> None:
    values = retrieval_values(QRELS, {"q1": ["a"], "q2": ["x", "b"]})
    assert values["success@1"] == {"q1": 1, "q2": 0, "q3": 0}
    assert values["rr@10"] == {"q1": 1, "q2": 0.5, "q3": 0}


def test_a_question_that_found_nothing_counts_as_zero() -> None:
    assert mean({"q1": ["a"]}, "success@1") == pytest.approx(1 / 3)
    assert mean({}, "ndcg@10") == 0


def test_a_document_found_twice_counts_once() -> None:
    assert mean({"q1": ["x", "x", "a"], "q2": ["b"], "q3": ["d"]}, "rr@10") == pytest.approx((1 / 2 + 1 + 1) / 3)


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    values = [0.0, 1.0] * 50
    first, second = estimate(values), estimate(values)
    assert first == second
    assert first.low < first.mean == 0.5 < first.high
    assert first.low > 0.35 and first.high < 0.65


def test_degenerate_estimates() -> None:
    assert estimate([1.0, 1.0]) == Estimate(1.0, 1.0, 1.0, 2)
    assert estimate([]).n == 0 and math.isnan(estimate([]).mean)


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.95, 4.0), (0.25, 1.0), (0.0, 1.0), (1.0, 4.0)])
def test_percentile(share: float, value: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], share) == value


def test_percentile_of_nothing() -> None:
    assert math.isnan(percentile([], 0.5))
