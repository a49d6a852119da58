"""Several signals about the candidates of one question, added up: pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.ids import Ids


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """Candidates, best first: their ids and scores, and of each the `values` that were added up, shape (ids, names)."""

    ids: Ids
    scores: NDArray[np.float64]
    names: tuple[str, ...]
    values: NDArray[np.float64]


def fuse(ids: Ids, signals: Mapping[str, NDArray[np.floating]], weights: Mapping[str, float]) -> Fused:
    """All `ids`, highest weighted sum first, equal ones by id.

    `signals` maps a signal's name to its value for each id, shape (len(ids),); a negative value counts 0. The values of
    all signals should have one scale, such as 0 to 1 (convex combination: Bruch et al. 2023, "An Analysis of Fusion
    Functions for Hybrid Retrieval").
    ValueError for a signal without a weight and for a number that is not finite.
    """
    names = tuple(sorted(signals))
    found = np.array([signals[name] for name in names], dtype=np.float64).reshape(len(names), len(ids))
    _check(names, ids, found, weights)
    values = np.maximum(found, 0.0)
    scores = np.array([weights[name] for name in names], dtype=np.float64) @ values
    order = np.lexsort((ids, -scores))
    return Fused(ids[order], scores[order], names, values.T[order])


def _check(names: Sequence[str], ids: Ids, values: NDArray[np.float64], weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        if not math.isfinite(weight):
            raise ValueError(f"The weight of signal {name!r} is {weight}; weights are finite numbers.")
    for name in names:
        if name not in weights:
            raise ValueError(f"The signal {name!r} has no weight; the weights are for {', '.join(sorted(weights))}.")
    if not np.isfinite(values).all():
        row, place = np.argwhere(~np.isfinite(values))[0]
        raise ValueError(
            f"The signal {names[row]!r} gives id {ids[place]} the value {values[row, place]}; "
            "signals are finite numbers."
        )
