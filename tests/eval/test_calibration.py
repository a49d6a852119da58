"""The promise of a calibration, by hand and on populations whose risk is known."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from eval.calibration import (
    PARTS,
    Calibrated,
    NotEnough,
    calibrate,
    least_answered,
    starts_of,
    upper_bound,
)
from eval.calibration_trials import try_halves
from eval.errors import CalibrationError

TIMES = 1000
Risk = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""The probability of being wrong at a confidence."""

POPULATIONS: dict[str, Risk] = {
    "easy": lambda c: np.clip(0.3 - 0.4 * c, 0.003, 1),
    "hard": lambda c: np.clip(0.7 - 0.75 * c, 0.01, 1),
    "at the edge": lambda c: np.full_like(c, 0.0501),
    "at the other edge": lambda c: np.full_like(c, 0.1001),
    "hopeless": lambda c: np.clip(0.9 - 0.5 * c, 0, 1),
    "coarse": lambda c: np.where(c > 0.7, 0.02, 0.3),
    "wrong at the very top": lambda c: np.where((c > 0.97) | (c < 0.5), 0.4, 0.005),
    "waves": lambda c: np.where((c * 8).astype(int) % 2 == 1, 0.0, 0.11),
}


def evenly(wrong: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Confidences from 1 down, all different; `x` is a wrong one."""
    return np.linspace(1, 0, len(wrong)), np.array([letter == "x" for letter in wrong])


def calibrated(confidence: NDArray[np.float64], wrong: NDArray[np.bool_], alpha: float = 0.1) -> Calibrated:
    found = calibrate(confidence, wrong, alpha, 0.05)
    assert isinstance(found, Calibrated)
    return found


def not_enough(confidence: NDArray[np.float64], wrong: NDArray[np.bool_], alpha: float = 0.1) -> NotEnough:
    found = calibrate(confidence, wrong, alpha, 0.05)
    assert isinstance(found, NotEnough)
    return found


def test_the_least_that_can_show_anything() -> None:
    assert least_answered(0.05, 0.05) == 59 and least_answered(0.1, 0.05) == 29
    assert 0.95**59 <= 0.05 < 0.95**58


def test_the_bound_is_the_one_that_solves_the_binomial_tail() -> None:
    assert binom.cdf(3, 80, upper_bound(3, 80, 0.05)) == pytest.approx(0.05)
    assert upper_bound(0, 59, 0.05) == pytest.approx(1 - 0.05 ** (1 / 59))
    assert upper_bound(4, 4, 0.05) == 1.0


def test_all_right_answers_everything() -> None:
    found = calibrated(*evenly("." * 300))
    assert (found.threshold, found.answered, found.wrong, found.coverage, found.n) == (0.0, 300, 0, 1.0, 300)
    assert found.bound <= 0.1


def test_the_threshold_is_the_lowest_confidence_that_is_still_answered() -> None:
    confidence, wrong = evenly("." * 300 + "x" * 300)
    found = calibrated(confidence, wrong)
    assert 300 <= found.answered < 340
    assert int((confidence >= found.threshold).sum()) == found.answered
    assert int(wrong[confidence >= found.threshold].sum()) == found.wrong
    assert binom.cdf(found.wrong, found.answered, 0.1) <= 0.05


def test_the_first_threshold_that_is_not_shown_ends_the_walk() -> None:
    assert calibrated(*evenly("." * 100 + "x" * 60 + "." * 280)).answered < 160, "no start lies behind the wrong ones"
    early = "." * 30 + "x" * 4 + "." * 350
    assert list(starts_of(len(early), 0.1, 0.05)) == [36, 72, 144]
    assert calibrated(*evenly(early)).answered == len(early), "the start at 144 is shown by itself"


def test_starts_double_and_split_delta() -> None:
    assert starts_of(58, 0.05, 0.05) == {}
    assert starts_of(59, 0.05, 0.05) == {59: 0.05}
    assert starts_of(144, 0.05, 0.05) == {72: 0.025, 144: 0.025}
    assert starts_of(10_000, 0.05, 0.05) == {72: 0.025, 144: 0.0125, 288: 0.0125}
    assert all(sum(parts) == 1 for parts in PARTS)
    for alpha, delta in ((0.05, 0.05), (0.1, 0.05), (0.01, 0.2), (0.5, 0.5)):
        for rank, part in starts_of(100_000, alpha, delta).items():
            assert rank >= least_answered(alpha, part), "what has no wrong answer can be shown at each start"


@given(st.lists(st.tuples(st.sampled_from([-1.0, 0.0, 0.2, 0.5, 0.5, 0.9, 1.0]), st.booleans()), max_size=300))
@settings(deadline=None)
def test_what_is_found_is_what_the_threshold_does(rows: list[tuple[float, bool]]) -> None:
    confidence = np.array([row[0] for row in rows], dtype=np.float64)
    wrong = np.array([row[1] for row in rows], dtype=np.bool_)
    found = calibrate(confidence, wrong, 0.3, 0.1)
    if isinstance(found, Calibrated):
        answered = confidence >= found.threshold
        assert found.threshold >= 0
        assert (found.answered, found.wrong) == (int(answered.sum()), int(wrong[answered].sum()))
        assert found.bound <= 0.3 + 1e-9 and found.coverage == found.answered / len(rows)
    else:
        assert found.n == len(rows) and found.labels_if_none_wrong >= least_answered(0.3, 0.1)
        assert found.labels_needed is None or found.labels_needed > found.n
        assert found.sentence().endswith(".")


def test_equal_confidences_are_answered_together_or_not_at_all() -> None:
    confidence = np.array([0.9] * 150 + [0.4] * 150)
    found = calibrated(confidence, np.array([False] * 150 + [True] * 150))
    assert (found.threshold, found.answered, found.wrong) == (0.9, 150, 0)


def test_one_confidence_for_all() -> None:
    assert calibrated(np.full(200, 0.7), np.arange(200) < 5).threshold == 0.7
    assert not_enough(np.full(200, 0.7), np.arange(200) < 50).answered == 200


def test_what_no_threshold_answers_counts_among_the_asked_only() -> None:
    confidence, wrong = evenly("." * 200)
    found = calibrated(np.append(confidence, np.full(200, -1.0)), np.append(wrong, np.full(200, True)))
    assert (found.answered, found.wrong, found.n, found.coverage) == (200, 0, 400, 0.5)


def test_all_wrong() -> None:
    found = not_enough(*evenly("x" * 200))
    assert found.labels_needed is None
    assert "no number of labels mends" in found.sentence() and "Better answers would." in found.sentence()


@pytest.mark.parametrize("answered", [0, 7])
def test_nothing_asked_and_nothing_answered(answered: int) -> None:
    found = not_enough(np.full(answered, -1.0), np.full(answered, True))
    assert (found.n, found.answered, found.labels_if_none_wrong, found.labels_needed) == (answered, 0, 29, None)
    assert "none of them was answered" in found.sentence()


def test_too_few_say_how_many_more() -> None:
    found = not_enough(*evenly("." * 20))
    assert found.labels_if_none_wrong == 29
    assert found.labels_needed == least_answered(0.1, 0.05 * PARTS[0][0]) == 36
    assert "about 16 more would (it takes 29 at the least" in found.sentence()


def test_so_many_more_at_the_observed_rate_do() -> None:
    few = ("." * 12 + "x" + "." * 12) * 2
    found = not_enough(*evenly(few))
    assert found.labels_needed is not None and 50 < found.labels_needed < 400
    many = few * math.ceil(found.labels_needed / len(few) + 1)
    assert calibrated(*evenly(many)).coverage == 1.0


@pytest.mark.parametrize(("alpha", "delta"), [(0, 0.05), (1, 0.05), (0.05, 0), (0.05, 1), (-1, 0.05), (math.nan, 0.05)])
def test_senseless_promises(alpha: float, delta: float) -> None:
    with pytest.raises(CalibrationError, match="between 0 and 1"):
        calibrate(*evenly("...."), alpha, delta)


def test_senseless_arrays() -> None:
    with pytest.raises(CalibrationError, match="shape"):
        calibrate(np.zeros(3), np.zeros(4, dtype=np.bool_), 0.1, 0.1)
    with pytest.raises(CalibrationError, match="not a number"):
        calibrate(np.array([0.5, math.nan]), np.zeros(2, dtype=np.bool_), 0.1, 0.1)


def most_violations(delta: float) -> int:
    """So many of TIMES are exceeded once in a thousand test runs if the promise just holds."""
    return int(binom.ppf(0.999, TIMES, delta))


@pytest.mark.parametrize("alpha", [0.05, 0.1])
@pytest.mark.parametrize("name", POPULATIONS)
def test_the_promise_holds_for_what_is_drawn_from_a_population(name: str, alpha: float) -> None:
    random, risk = np.random.default_rng(20261121), POPULATIONS[name]
    fine = np.linspace(0, 1, 20_001)
    answered_at = np.cumsum(risk(fine)[::-1])[::-1] / np.arange(len(fine), 0, -1)
    violated, coverage = 0, []
    for _ in range(TIMES):
        confidence = random.random(400)
        found = calibrate(confidence, random.random(400) < risk(confidence), alpha, 0.05)
        if isinstance(found, Calibrated):
            violated += float(np.interp(found.threshold, fine, answered_at)) > alpha
            coverage.append(found.coverage)
    assert violated <= most_violations(0.05), (violated, np.mean(coverage))
    if name == "easy" and alpha == 0.1:
        assert len(coverage) > 0.99 * TIMES and np.mean(coverage) > 0.4, "a promise that is not given is worth nothing"


@pytest.mark.parametrize(("alpha", "digits"), [(0.05, 17), (0.1, 2)])
@pytest.mark.parametrize("name", POPULATIONS)
def test_the_promise_holds_for_a_finite_population_of_which_half_is_labelled(
    name: str, alpha: float, digits: int
) -> None:
    random = np.random.default_rng(7)
    confidence = random.random(600)
    wrong = random.random(600) < POPULATIONS[name](confidence)
    confidence = np.where(random.random(600) < 0.05, -1.0, confidence.round(digits))
    assert try_halves(confidence, wrong, alpha, 0.05, TIMES).violated <= most_violations(0.05)
