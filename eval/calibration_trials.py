"""Whether a promise is kept: questions as a whole population, a random half of them labelled, many times. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.calibration import Calibrated, calibrate

SEED = 20261121


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Of `times` calibrations on a half, `promised` found a threshold and `violated` one whose risk over the whole
    population is above alpha. `coverage` is the mean share of the population answered, nothing where nothing was
    promised."""

    times: int
    promised: int
    violated: int
    coverage: float


def try_halves(
    confidence: NDArray[np.float64], wrong: NDArray[np.bool_], alpha: float, delta: float, times: int = 1000
) -> Trials:
    """Calibrate on `times` random halves, always the same ones. Both arrays have the shape (n,); see `calibrate`."""
    random, n = np.random.default_rng(SEED), len(confidence)
    promised, violated, coverage = 0, 0, 0.0
    for _ in range(times):
        half = random.permutation(n)[: n // 2]
        found = calibrate(confidence[half], wrong[half], alpha, delta)
        if isinstance(found, Calibrated):
            answered = confidence >= found.threshold
            promised += 1
            violated += bool(wrong[answered].sum() > alpha * answered.sum())
            coverage += float(answered.mean())
    return Trials(times=times, promised=promised, violated=violated, coverage=coverage / times if times else 0.0)
