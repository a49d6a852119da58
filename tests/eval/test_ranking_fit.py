import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.ranking import SIGNALS
from bot.indexing.progress import SilentProgress
from eval.asked import AskedDataset
from eval.judged import judge
from eval.ranking_fit import (
    RIDGES,
    Gains,
    Weights,
    as_weights,
    best_ridge,
    by_name,
    fit_ranking,
    fit_weights,
    rounded,
)
from tests.eval.asked_by_hand import decided_by, question

PLAIN = {"dense": 0.2, "sentence": 0.2, "late": 0.1, "lexical": 0.2, "title": 0.1, "code": 0.1, "belonging": 0.1}
PRIOR = rounded(as_weights(PLAIN))


def fitted(ridge: float, *datasets: AskedDataset, left_out: int | None = None) -> dict[str, float]:
    gains = Gains([judge(dataset) for dataset in datasets])
    return by_name(fit_weights(lambda weights: gains.mean_without(left_out, weights), PRIOR, ridge))


def test_the_signal_that_decides_gets_the_weight() -> None:
    weights = fitted(0.01, decided_by("lexical", "a", 1), decided_by("lexical", "b", 2))
    assert weights["lexical"] > 0.5
    assert all(0 <= weight < 0.2 for name, weight in weights.items() if name != "lexical")
    assert sum(weights.values()) == pytest.approx(1)


def test_codes_keep_the_weight_of_the_prior() -> None:
    assert fitted(0.01, decided_by("lexical", "a", 1))["code"] == PLAIN["code"]


def test_a_stronger_ridge_stays_nearer_to_the_prior() -> None:
    distances = [
        sum((fitted(ridge, decided_by("late", "a", 1))[name] - PLAIN[name]) ** 2 for name in SIGNALS)
        for ridge in (math.inf, 100.0, 1.0, 0.01)
    ]
    assert distances == sorted(distances)
    assert distances[0] == 0 and distances[-1] > 0.05


def test_where_nothing_matters_the_prior_stays_even_without_a_ridge() -> None:
    assert by_name(fit_weights(lambda weights: 0.5, PRIOR, 0.0)) == pytest.approx(PLAIN)
    alone = AskedDataset("alone", (question([(0, 1, {"dense": 0.5})]),))
    assert fitted(0.0, alone) == pytest.approx(PLAIN)


def test_a_signal_that_the_prior_leaves_out_stays_out() -> None:
    prior = rounded(as_weights({**PLAIN, "late": 0.0}))
    gains = Gains([judge(decided_by("late", "a", 1))])
    assert by_name(fit_weights(lambda weights: gains.mean_without(None, weights), prior, 0.01))["late"] == 0


def test_a_prior_of_codes_alone_cannot_be_moved() -> None:
    prior = rounded(as_weights({**dict.fromkeys(SIGNALS, 0.0), "code": 2.0}))
    assert by_name(fit_weights(lambda weights: float(weights[0]), prior, 0.0))["code"] == 1


def test_each_data_set_counts_the_same_whatever_its_size() -> None:
    small, large = decided_by("late", "small", 1, n=10), decided_by("dense", "large", 2, n=200)
    gains = Gains([judge(small), judge(large)])
    assert gains.mean_without(None, PRIOR) == pytest.approx(gains.of(PRIOR).mean())
    assert gains.mean_without(1, PRIOR) == gains.of(PRIOR)[0]


def test_left_out_never_sees_its_own_set() -> None:
    honest = [decided_by("lexical", "a", 1), decided_by("lexical", "b", 2), decided_by("lexical", "c", 3)]
    poisoned = [*honest[:2], decided_by("title", "c", 4)]
    assert fitted(0.1, *honest, left_out=2) == fitted(0.1, *poisoned, left_out=2)
    assert fitted(0.1, *honest, left_out=0) != fitted(0.1, *poisoned, left_out=0)
    rows = [fit_ranking(sets, PLAIN, SilentProgress()) for sets in (honest, poisoned)]
    assert rows[0].rows[2].left_out > 0.9 > 0.6 > rows[1].rows[2].left_out


def test_a_data_set_of_its_own_kind_does_not_drag_the_others_along() -> None:
    """Where what the others teach does harm, the prior stays."""
    sets = [decided_by(signal, signal, seed) for seed, signal in enumerate(("dense", "late", "lexical"))]
    found = fit_ranking(sets, PLAIN, SilentProgress())
    assert found.ridge == math.inf
    assert found.weights == found.prior == pytest.approx(PLAIN)
    assert all(row.prior == row.left_out == row.fitted for row in found.rows)
    prior, left_out, _ = found.means
    assert left_out >= prior


def test_the_report_tells_every_ridge_and_what_was_written() -> None:
    found = fit_ranking([decided_by("late", "a", 1), decided_by("late", "b", 2)], PLAIN, SilentProgress())
    assert tuple(found.left_out_means) == RIDGES
    assert found.left_out_means[found.ridge] == pytest.approx(found.means[1])
    assert found.means[1] > found.means[0] and found.weights["late"] > 0.3
    for row, dataset in zip(found.rows, ("a", "b"), strict=True):
        assert (row.dataset, row.n) == (dataset, 40)
        assert row.fitted > row.prior
        assert sum(row.weights.values()) == pytest.approx(1)
    told = found.to_json()
    assert told["ridges"][0] == {"ridge": None, "left_out": round(found.means[0], 4)}
    assert told["ridge"] == found.ridge and told["mean"]["fitted"] == round(found.means[2], 4)
    assert told["datasets"][1]["weights_left_out"] == found.rows[1].weights


def test_a_prior_of_another_scale_is_the_same_prior() -> None:
    sets = [decided_by("late", "a", 1), decided_by("late", "b", 2)]
    doubled = {name: 2 * weight for name, weight in PLAIN.items()}
    assert fit_ranking(sets, doubled, SilentProgress()) == fit_ranking(sets, PLAIN, SilentProgress())


def test_a_weaker_ridge_must_earn_it() -> None:
    assert best_ridge({math.inf: 0.8, 1.0: 0.8, 0.3: 0.79}) == math.inf
    assert best_ridge({math.inf: 0.8, 1.0: 0.8004, 0.3: 0.8}) == math.inf
    assert best_ridge({math.inf: 0.8, 1.0: 0.802, 0.3: 0.8023, 0.1: 0.7}) == 1.0
    assert best_ridge({math.inf: 0.8, 1.0: 0.7, 0.3: 0.81}) == 0.3


def test_each_weights_are_tried_once() -> None:
    class Counted:
        asked = 0

        def ndcg(self, weights: Weights) -> float:
            self.asked += 1
            return 0.5

    counted = Counted()
    gains = Gains([counted])  # type: ignore[list-item]
    for _ in range(3):
        assert gains.mean_without(None, PRIOR) == 0.5
    assert counted.asked == 1


@given(st.lists(st.floats(0, 10), min_size=len(SIGNALS), max_size=len(SIGNALS)).filter(lambda found: sum(found) > 0.1))
def test_rounded_weights_sum_to_1_and_stay_near(weights: list[float]) -> None:
    given_, found = np.array(weights), rounded(np.array(weights))
    assert round(float(found.sum()), 9) == 1
    assert np.allclose(found * 1000, np.rint(found * 1000))
    assert (np.abs(found - given_ / given_.sum()) <= 0.001 + 1e-9).all()
    assert (rounded(found) == found).all()


def test_fitting_changes_nothing_that_it_is_given() -> None:
    dataset = decided_by("late", "a", 1)
    before = dataclasses.replace(dataset.questions[0], signals=dataset.questions[0].signals.copy())
    fit_ranking([dataset, decided_by("late", "b", 2)], PLAIN, SilentProgress())
    assert (dataset.questions[0].signals == before.signals).all()
    assert PLAIN["late"] == 0.1
