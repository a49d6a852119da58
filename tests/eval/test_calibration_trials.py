import numpy as np
import pytest

from eval.calibration_trials import Trials, try_halves


def test_a_population_without_a_wrong_answer_is_answered_each_time() -> None:
    found = try_halves(np.linspace(0, 1, 300), np.zeros(300, dtype=np.bool_), 0.1, 0.05, times=20)
    assert (found.times, found.promised, found.violated) == (20, 20, 0)
    assert found.coverage > 0.98, "the lowest confidence of a half is not always that of the whole"


def test_a_hopeless_population_is_promised_nothing() -> None:
    found = try_halves(np.linspace(0, 1, 300), np.ones(300, dtype=np.bool_), 0.1, 0.05, times=20)
    assert found == Trials(times=20, promised=0, violated=0, coverage=0.0)


def test_the_halves_are_the_same_each_time() -> None:
    confidence, wrong = np.linspace(0, 1, 300), np.arange(300) % 11 == 0
    assert try_halves(confidence, wrong, 0.2, 0.1, 30) == try_halves(confidence, wrong, 0.2, 0.1, 30)


@pytest.mark.parametrize("n", [0, 1])
def test_next_to_nothing(n: int) -> None:
    assert try_halves(np.zeros(n), np.zeros(n, dtype=np.bool_), 0.1, 0.05, times=3).promised == 0
