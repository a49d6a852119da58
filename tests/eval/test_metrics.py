import math

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.metrics import (
    Estimate,
    answer_tokens,
    aurc,
    auroc,
    coverage_at,
    estimate,
    estimate_of,
    percentile,
    retrieval_metrics,
    retrieval_values,
    rouge_l,
    token_f1,
)

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


def test_auroc_by_hand() -> None:
    confidence, positive = np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, True, False, False])
    assert auroc(confidence, positive) == (1 + 0.5 + 1 + 1) / 4
    assert math.isnan(auroc(confidence, np.array([True] * 4))) and math.isnan(auroc(confidence, np.array([False] * 4)))


def test_aurc_by_hand() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    assert aurc(confidence, np.array([False, True, False, True])) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert aurc(confidence, np.array([False] * 4)) == 0
    assert math.isnan(aurc(np.array([]), np.array([], dtype=bool)))


def test_among_equally_confident_ones_the_wrong_are_spread_evenly() -> None:
    confidence = np.array([0.5, 0.5])
    both_ways = [aurc(confidence, np.array(wrong)) for wrong in ([True, False], [False, True])]
    assert both_ways == [pytest.approx((0.5 / 1 + 1 / 2) / 2)] * 2


def test_coverage_at_by_hand() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    wrong = np.array([False, True, False, False, True])
    counts = np.array([True, False, True, True, True])
    assert coverage_at(0.0, confidence, wrong, counts) == 1 / 4
    assert coverage_at(0.25, confidence, wrong, counts) == 3 / 4, "a stricter threshold may have a higher risk"
    assert coverage_at(0.5, confidence, wrong, counts) == 1
    assert coverage_at(0.1, confidence, np.array([True] * 5), counts) == 0
    assert math.isnan(coverage_at(0.1, confidence, wrong, np.array([False] * 5)))


def test_no_threshold_parts_equally_confident_ones() -> None:
    same, wrong = np.array([0.5, 0.5]), np.array([False, True])
    assert coverage_at(0.1, same, wrong, np.array([True, True])) == 0


def test_a_statistic_has_an_interval_that_is_the_same_each_time() -> None:
    values = np.array([0.0, 1.0] * 50)

    def mean(drawn: NDArray[np.int64]) -> float:
        return float(values[drawn].mean())

    first = estimate_of(mean, 100)
    assert first == estimate_of(mean, 100)
    assert 0.35 < first.low < first.mean == 0.5 < first.high < 0.65 and first.n == 100
    assert math.isnan(estimate_of(mean, 0).mean)
    assert math.isnan(estimate_of(lambda drawn: math.nan, 5).low)


def test_answer_tokens() -> None:
    assert answer_tokens("The U.S. pays $1,000 — a “day's” F-16, isn't it?") == [
        "us", "pays", "1000", "days", "f", "16", "isnt", "it",
    ]  # fmt: skip


def test_token_f1_and_rouge_l_by_hand() -> None:
    answer, gold = ["c", "b", "a", "x"], ["a", "b", "c"]
    assert token_f1(answer, gold) == pytest.approx(2 * (3 / 4) * 1 / (3 / 4 + 1))
    assert rouge_l(answer, gold) == pytest.approx(2 * (1 / 4) * (1 / 3) / (1 / 4 + 1 / 3))
    assert token_f1(["a", "a"], ["a"]) == pytest.approx(2 / 3)
    assert token_f1([], ["a"]) == 0 and rouge_l([], ["a"]) == 0 and rouge_l([], []) == 1
