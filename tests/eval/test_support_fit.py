import numpy as np
import pytest

from bot.answering.checking.support import Logistic
from eval.support_fit import SIGNS, Judgements, fit, held, is_set_aside, probabilities, threshold_for


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.support_fit.RESAMPLES", 50)


def judged(n: int, seed: int, decides: str = "terms") -> Judgements:
    """Attributable exactly when one feature is above a half (or below, where it counts against); the rest is noise."""
    features = np.random.default_rng(seed).random((n, len(SIGNS)))
    column = features[:, list(SIGNS).index(decides)]
    return Judgements(features, (column > 0.5) if SIGNS[decides] > 0 else (column < 0.5), np.arange(n) // 3)


@pytest.mark.parametrize("decides", ["terms", "weakest", "missing"])
def test_the_feature_that_decides_gets_the_weight_and_signs_are_kept(decides: str) -> None:
    model = fit(judged(600, 1, decides), tuple(SIGNS))
    assert max(model.weights, key=lambda name: abs(model.weights[name])) == decides
    assert all(weight * SIGNS[name] >= 0 for name, weight in model.weights.items())


def test_a_feature_that_speaks_the_wrong_way_gets_none() -> None:
    wrong = judged(600, 1)
    model = fit(Judgements(wrong.features, ~wrong.attributable, wrong.knowledge), ("terms",))
    assert model.weights["terms"] == 0


def test_only_the_named_features_are_weighed() -> None:
    assert set(fit(judged(200, 1), ("terms", "order")).weights) == {"terms", "order"}


def test_a_threshold_keeps_the_recall_that_is_asked() -> None:
    probability = np.arange(10) / 10 + 0.05
    assert threshold_for(probability, np.ones(10, dtype=np.bool_), 0.9) == 0.15
    assert threshold_for(probability, probability > 0.5, 1.0) == 0.55
    with pytest.raises(ValueError, match="attributable"):
        threshold_for(probability, np.zeros(10, dtype=np.bool_))


def test_what_is_held_out_is_measured_at_the_threshold() -> None:
    unseen = judged(300, 2)
    found = held(Logistic(-10.0, {"terms": 20.0}, 0.5), unseen)
    assert (found.auroc, found.precision, found.recall) == (1.0, 1.0, 1.0)
    assert (found.low, found.high) == pytest.approx((1.0, 1.0))
    assert found.n == 300 and found.attributable == int(unseen.attributable.sum())
    guess = held(Logistic(0.0, {"order": 0.0}, 0.6), unseen)
    assert guess.auroc == 0.5 and (guess.precision, guess.recall) == (0.0, 0.0)


def test_the_interval_holds_the_figure() -> None:
    noisy = judged(300, 3)
    flipped = noisy.attributable ^ (np.random.default_rng(4).random(300) < 0.2)
    found = held(Logistic(-10.0, {"terms": 20.0}, 0.5), Judgements(noisy.features, flipped, noisy.knowledge))
    assert found.low < found.auroc < found.high
    assert found.to_json()["auroc"] == round(found.auroc, 4)


def test_probabilities_by_hand() -> None:
    features = np.zeros((2, len(SIGNS)))
    features[1, list(SIGNS).index("terms")] = 1.0
    judgements = Judgements(features, np.array([False, True]), np.array([0, 1]))
    assert probabilities(Logistic(0.0, {"terms": 0.0}, 0.5), judgements).tolist() == [0.5, 0.5]
    assert probabilities(Logistic(-1.0, {"terms": 1.0}, 0.5), judgements)[1] == 0.5


def test_four_texts_in_ten_are_set_aside_always_the_same() -> None:
    aside = [is_set_aside(f"Text {number}") for number in range(1000)]
    assert 350 < sum(aside) < 450
    assert aside == [is_set_aside(f"Text {number}") for number in range(1000)]
