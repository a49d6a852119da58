"""Why a passage was ranked below the winner: what each signal cost it, in parts of the score. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_TOLD = 0.0005
"""A smaller part of a score is none: traces round their numbers."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one signal was worth, in parts of the score; positive."""

    signal: str
    amount: float


@dataclass(frozen=True, slots=True)
class Loss:
    """By how much a passage is behind the winner, what cost it that, and what spoke for it; the most first.

    `behind` is the sum of `costs` less that of `gains`, but for what is too small to be told.
    """

    behind: float
    costs: tuple[Part, ...]
    gains: tuple[Part, ...]


def contributions(signals: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """What each signal of a passage adds to its score: a weighted share where it has a weight, else it is a penalty,
    which is taken away. A negative value of a weighted signal counts 0, as it does in the ranking."""
    return {
        name: weights[name] * max(value, 0.0) if name in weights else -value or 0.0 for name, value in signals.items()
    }


def loss(winner: Mapping[str, float], loser: Mapping[str, float], weights: Mapping[str, float]) -> Loss:
    """Why the passage with the signals `loser` stands below the one with the signals `winner`."""
    best, own = contributions(winner, weights), contributions(loser, weights)
    names = sorted(best.keys() | own.keys())
    less = {name: best.get(name, 0.0) - own.get(name, 0.0) for name in names}
    return Loss(
        behind=sum(less.values()),
        costs=_largest({name: amount for name, amount in less.items() if amount >= LEAST_TOLD}),
        gains=_largest({name: -amount for name, amount in less.items() if -amount >= LEAST_TOLD}),
    )


def _largest(amounts: Mapping[str, float]) -> tuple[Part, ...]:
    return tuple(Part(name, amounts[name]) for name in sorted(amounts, key=lambda name: (-amounts[name], name)))
