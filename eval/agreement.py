"""Whether two judges of the same things agree, beyond chance. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.metrics import Estimate, estimate, estimate_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two judges' verdicts beside each other, with 95 % intervals. `both_right` and the like count things."""

    kappa: Estimate
    """Cohen's κ (Cohen 1960): 1 when they always agree, 0 when no more often than by chance; nan when chance alone
    makes them agree always."""
    agreed: Estimate
    both_right: int
    both_wrong: int
    only_first: int
    only_second: int

    def to_json(self) -> dict[str, Any]:
        """For programs; None for nan."""
        told = {"kappa": self.kappa, "agreed": self.agreed}
        return {
            "n": self.agreed.n,
            **{name: _number(each.mean) for name, each in told.items()},
            "interval_95": {name: [_number(each.low), _number(each.high)] for name, each in told.items()},
            "both_right": self.both_right,
            "both_wrong": self.both_wrong,
            "only_judge": self.only_first,
            "only_people": self.only_second,
        }


def agreement(first: Sequence[bool], second: Sequence[bool]) -> Agreement:
    """How two judges agree on the same things, in the same order: True is right. Of none, everything is nan."""
    one, two = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    return Agreement(
        kappa=estimate_of(lambda drawn: kappa(one[drawn], two[drawn]), len(one)),
        agreed=estimate([float(each) for each in one == two]),
        both_right=int((one & two).sum()),
        both_wrong=int((~one & ~two).sum()),
        only_first=int((one & ~two).sum()),
        only_second=int((~one & two).sum()),
    )


def kappa(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> float:
    """Cohen's κ of two judges over the same things, -1 to 1, of the shape (n,); nan when it is not defined."""
    if not len(one):
        return math.nan
    by_chance = one.mean() * two.mean() + (~one).mean() * (~two).mean()
    if by_chance == 1:
        return math.nan
    return float(((one == two).mean() - by_chance) / (1 - by_chance))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
