import math

import numpy as np
import pytest

from bot.answering import ranking
from bot.answering.confidence import SIGNALS
from eval.asked import AskedDataset
from eval.confidence_fit import (
    TRIED,
    Sample,
    best_tried,
    fit,
    fit_confidence,
    left_out,
    mean_auroc,
    sample_of,
    signals_of,
)
from tests.eval.asked_by_hand import question

DENSE = {name: float(name == "dense") for name in ranking.SIGNALS}
DENSE_VECTOR = np.array([DENSE[name] for name in ranking.SIGNALS])


def sample(name: str, seed: int, n: int = 400, decides: str = "dense") -> Sample:
    """Right exactly when one signal is above a half; `sentence` speaks against it, the rest is noise."""
    rng = np.random.default_rng(seed)
    signals = rng.random((n, len(SIGNALS)))
    right = signals[:, SIGNALS.index(decides)] > 0.5
    signals[:, SIGNALS.index("sentence")] = 1 - signals[:, SIGNALS.index(decides)]
    return Sample(name, signals, right)


def test_the_signal_that_decides_gets_the_weight_and_none_is_negative() -> None:
    _, weights = fit([sample("a", 1), sample("b", 2)])
    assert weights.argmax() == 0 and (weights >= 0).all()
    assert weights[1] == 0


def test_only_the_chosen_signals_are_weighed() -> None:
    _, weights = fit([sample("a", 1), sample("b", 2)], ("late", "dense"))
    assert len(weights) == 2 and weights[1] > weights[0]


def test_left_out_is_judged_by_the_others() -> None:
    row = left_out([sample("a", 1), sample("b", 2)], 1)
    assert (row.dataset, row.n) == ("b", 400)
    assert row.auroc_right > 0.99 and row.brier < 0.1


def test_left_out_never_sees_its_own_set() -> None:
    honest, poisoned = sample("b", 2), sample("b", 2)
    poisoned = Sample("b", poisoned.signals, ~poisoned.right)
    others = [sample("a", 1), sample("c", 3)]
    good, bad = left_out([*others, honest], 2), left_out([*others, poisoned], 2)
    assert good.auroc_right == pytest.approx(1 - bad.auroc_right)


def test_a_set_in_which_all_are_right_has_no_auroc() -> None:
    sure = Sample("sure", sample("a", 1).signals, np.ones(400, dtype=np.bool_))
    rows = [left_out([sample("b", 2), sure], place) for place in (0, 1)]
    assert math.isnan(rows[1].auroc_right) and 0 <= rows[1].brier <= 1
    assert mean_auroc(rows) == rows[0].auroc_right
    assert math.isnan(mean_auroc(rows[1:]))
    told = fit_confidence([sample("b", 2), sure]).to_json()
    assert told["datasets"][1]["auroc_right"] is None


def test_the_first_of_what_was_tried_stays_unless_another_is_clearly_better() -> None:
    assert best_tried({"none": 0.9, "one": 0.902, "both": 0.9029}) == "none"
    assert best_tried({"none": 0.9, "one": 0.9031, "both": 0.91}) == "both"
    assert best_tried({"none": math.nan, "one": math.nan, "both": math.nan}) == "none"


@pytest.mark.parametrize(("decides", "chosen"), [("title", "without names"), ("belonging", "names")])
def test_what_tells_more_is_chosen(decides: str, chosen: str) -> None:
    found = fit_confidence([sample("a", 1, decides=decides), sample("b", 2, decides=decides)])
    assert found.chosen.startswith(chosen)
    assert set(found.weights) == set(TRIED[found.chosen]) and max(found.weights.values()) == found.weights[decides]
    assert set(found.tried) == set(TRIED)
    told = found.to_json()
    assert [row["dataset"] for row in told["datasets"]] == ["a", "b"]
    assert told["mean"]["auroc_right"] == round(found.tried[found.chosen], 4)


def test_signals_by_hand() -> None:
    scores = [0.9, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]
    candidates = [
        (article, int(article == 0), {"dense": score, "sentence": 1 - score}) for article, score in enumerate(scores)
    ]
    candidates += [(0, 1, {"dense": 0.8, "lexical": 1.0}), (6, 0, {"dense": 0.1, "late": 1.0, "belonging": 0.2})]
    candidates[0][2]["belonging"] = 0.7
    signals, right = signals_of(question(candidates), DENSE_VECTOR)
    assert right
    assert signals == pytest.approx(
        {
            "dense": 0.9,
            "sentence": 0.1,
            "late": 0.0,
            "title": 0.0,
            "coverage": 0.5,
            "margin": 0.2,
            "lead": 0.9 - (0.3 + 0.2) / 2,
            "agreement": 0.0,
            "belonging": 0.7,
            "belonging_margin": 0.7 - 0.2,
            "length": 0.5,
        },
        abs=1e-6,
    )


def test_lead_and_margin_of_few_articles() -> None:
    two, _ = signals_of(question([(0, 0, {"dense": 0.9}), (1, 0, {"dense": 0.6})]), DENSE_VECTOR)
    assert (two["margin"], two["lead"]) == (pytest.approx(0.3), pytest.approx(0.3))
    one, _ = signals_of(question([(0, 0, {"dense": 0.9}), (0, 0, {"dense": 0.6})]), DENSE_VECTOR)
    assert (one["margin"], one["lead"]) == (pytest.approx(0.9), pytest.approx(0.9))


def test_other_weights_put_another_article_first() -> None:
    asked = question([(0, 1, {"dense": 0.9}), (1, 0, {"late": 0.8})])
    late = {name: float(name == "late") for name in ranking.SIGNALS}
    dataset = AskedDataset("one", (asked, question([]), question([(0, 0, {"dense": 0.2})], relevant=())))
    assert sample_of(dataset, DENSE).right.tolist() == [True, False, False]
    assert sample_of(dataset, late).right.tolist() == [False, False, False]
    assert sample_of(dataset, late).signals.shape == (3, len(SIGNALS))
    assert not sample_of(dataset, late).signals[1].any()
