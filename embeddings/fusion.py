"""Several signals about the candidates of one question, added up: pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FusedMatch:
    """One candidate: `score` is the sum of weight times signal over `signals`, the values as they were added."""

    id: int
    score: float
    signals: Mapping[str, float]


def fuse(signals: Mapping[str, Mapping[int, float]], weights: Mapping[str, float]) -> list[FusedMatch]:
    """All ids of any signal, highest weighted sum first, equal ones by id.

    `signals` maps a signal's name to its value for each id; an id that a signal lacks counts 0, and so does a negative
    value. The values of all signals should have one scale, such as 0 to 1 (convex combination: Bruch et al. 2023, "An
    Analysis of Fusion Functions for Hybrid Retrieval").
    ValueError for a signal without a weight and for a number that is not finite.
    """
    names = sorted(signals)
    ids = sorted({id_ for values in signals.values() for id_ in values})
    if not ids:
        return []
    found = np.array([[signals[name].get(id_, 0.0) for id_ in ids] for name in names])
    _check(names, ids, found, weights)
    values = np.maximum(found, 0.0)
    scores = np.array([weights[name] for name in names]) @ values
    order = np.lexsort((ids, -scores)).tolist()
    parts = {name: values[names.index(name)].tolist() for name in signals}
    return [
        FusedMatch(ids[place], float(scores[place]), {name: row[place] for name, row in parts.items()})
        for place in order
    ]


def _check(names: Sequence[str], ids: Sequence[int], values: NDArray[np.float64], weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        if not math.isfinite(weight):
            raise ValueError(f"The weight of signal {name!r} is {weight}; weights are finite numbers.")
    for name in names:
        if name not in weights:
            raise ValueError(f"The signal {name!r} has no weight; the weights are for {', '.join(sorted(weights))}.")
    for row, place in np.argwhere(~np.isfinite(values)):
        raise ValueError(
            f"The signal {names[row]!r} gives id {ids[place]} the value {values[row, place]}; "
            "signals are finite numbers."
        )
