import pytest

from eval.bench.quality import SHOWN, Values, mean_quality, set_quality, stratified


def values(*ndcg: float) -> Values:
    return {metric: {f"q{at}": value for at, value in enumerate(ndcg)} for metric in SHOWN}


def test_footnote_is_compared_with_the_best_peer_question_by_question() -> None:
    found = set_quality("s", {"footnote": values(1.0, 0.5), "good": values(0.9, 0.4), "poor": values(0.0, 0.0)})
    assert found.best_peer == "good" and found.difference is not None
    assert (found.difference.mean, found.difference.low, found.difference.high) == pytest.approx((0.1, 0.1, 0.1))
    assert found.estimates["footnote"]["ndcg@10"].mean == 0.75


def test_without_a_peer_there_is_no_difference() -> None:
    found = set_quality("s", {"footnote": values(1.0)})
    assert found.best_peer is None and found.difference is None
    assert mean_quality([found]).difference is None


def test_every_data_set_counts_the_same() -> None:
    small = set_quality("small", {"footnote": values(1.0), "peer": values(0.0)})
    large = set_quality("large", {"footnote": values(*[0.5] * 9), "peer": values(*[0.5] * 9)})
    mean = mean_quality([small, large])
    assert mean.means == {"footnote": 0.75, "peer": 0.25}
    assert mean.difference is not None and mean.difference.mean == 0.5 and mean.difference.n == 10


def test_a_peer_that_failed_somewhere_has_no_mean() -> None:
    first = set_quality("a", {"footnote": values(0.5), "lame": values(1.0), "sound": values(0.25)})
    second = set_quality("b", {"footnote": values(0.5), "sound": values(0.75)})
    mean = mean_quality([first, second])
    assert set(mean.means) == {"footnote", "sound"} and mean.best_peer == "sound"


def test_the_interval_is_that_of_questions_within_each_set() -> None:
    found = stratified([[0.0, 1.0] * 50, [1.0] * 10])
    assert found.mean == 0.75 and 0.69 < found.low < 0.72 and 0.78 < found.high < 0.81
    assert stratified([[0.0, 1.0] * 50, [1.0] * 10]) == found


def test_no_data_set_has_no_mean() -> None:
    assert mean_quality([]).means == {}
