"""Fits what each signal counts when candidates are ranked: pulled towards plain weights, judged on data sets that were
left out. Pure but for its progress."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.ranking import SIGNALS
from bot.indexing.progress import IndexProgress
from eval.asked import AskedDataset
from eval.judged import JudgedDataset, judge

RIDGES = (math.inf, 1.0, 0.3, 0.1)
"""How strongly the squared distance from the prior counts against a gain in nDCG@10, strongest first; with the first,
the prior stays."""
LEAST_GAIN = 0.0005
"""What a weaker ridge must add to the mean nDCG@10 of the data sets left out; less is chance."""
HELD = "code"
"""Too few questions of the data sets hold a code: its weight stays the prior's."""
MULTIPLES = (1.0, 0.85, 1.2, 0.7, 1.4, 0.5, 2.0, 0.35, 2.8, 0.2, 5.0, 0.0)
"""Of the prior's weight, nearest first: of equally good ones the nearest is taken."""
MOST_PASSES = 10
SAME = 1e-9
DIGITS = 3

Weights = NDArray[np.float64]
"""(len(SIGNALS),), in the order of SIGNALS."""


@dataclass(frozen=True, slots=True)
class LeftOutRanking:
    """nDCG@10 of one data set with the prior, with `weights`, which were fitted on the others alone, and with those
    fitted on all."""

    dataset: str
    n: int
    prior: float
    left_out: float
    fitted: float
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingFit:
    """The weights found, from which prior, with which of RIDGES, and what they are worth."""

    prior: Mapping[str, float]
    weights: Mapping[str, float]
    ridge: float
    rows: tuple[LeftOutRanking, ...]
    left_out_means: Mapping[float, float]
    """The mean nDCG@10 of the data sets left out, by ridge; an infinite one is the prior."""

    @property
    def means(self) -> tuple[float, float, float]:
        """nDCG@10 on the mean of the data sets: with the prior, left out, fitted on all."""
        prior, left, fitted = np.array([(row.prior, row.left_out, row.fitted) for row in self.rows]).mean(axis=0)
        return float(prior), float(left), float(fitted)

    def to_json(self) -> dict[str, Any]:
        """Everything, rounded; a ridge of null is an infinite one."""
        return {
            "weights": dict(self.weights),
            "prior": dict(self.prior),
            "ridge": _finite(self.ridge),
            "ridges": [
                {"ridge": _finite(ridge), "left_out": round(mean, 4)} for ridge, mean in self.left_out_means.items()
            ],
            "datasets": [
                {
                    "dataset": row.dataset,
                    "n": row.n,
                    **_rounded((row.prior, row.left_out, row.fitted)),
                    "weights_left_out": dict(row.weights),
                }
                for row in self.rows
            ],
            "mean": _rounded(self.means),
        }


class Gains:
    """nDCG@10 of every data set under some weights; each weights are tried once."""

    def __init__(self, datasets: Sequence[JudgedDataset]) -> None:
        self._datasets = tuple(datasets)
        self._known: dict[bytes, NDArray[np.float64]] = {}

    def of(self, weights: Weights) -> NDArray[np.float64]:
        """(data sets,)"""
        name = weights.tobytes()
        if name not in self._known:
            self._known[name] = np.array([dataset.ndcg(weights) for dataset in self._datasets])
        return self._known[name]

    def mean_without(self, left_out: int | None, weights: Weights) -> float:
        """The mean over all data sets but the one at `left_out`."""
        return float(np.mean([gain for place, gain in enumerate(self.of(weights)) if place != left_out]))


def fit_ranking(datasets: Sequence[AskedDataset], prior: Mapping[str, float], progress: IndexProgress) -> RankingFit:
    """Fit on each choice of all data sets but one, take the ridge that does best on those left out, and fit on all."""
    judged = [judge(dataset) for dataset in datasets]
    gains, start = Gains(judged), rounded(as_weights(prior))
    progress.stage("Weights", len(RIDGES) * len(judged) + 1)
    folds: dict[float, list[Weights]] = {ridge: [] for ridge in RIDGES}
    for ridge in RIDGES:
        for place in range(len(judged)):
            folds[ridge].append(fit_weights(partial(gains.mean_without, place), start, ridge))
            progress.advance(1)
    means = {
        ridge: float(np.mean([gains.of(weights)[place] for place, weights in enumerate(found)]))
        for ridge, found in folds.items()
    }
    ridge = best_ridge(means)
    weights = fit_weights(partial(gains.mean_without, None), start, ridge)
    progress.advance(1)
    rows = tuple(
        LeftOutRanking(
            dataset=dataset.name,
            n=dataset.questions,
            prior=float(gains.of(start)[place]),
            left_out=float(gains.of(folds[ridge][place])[place]),
            fitted=float(gains.of(weights)[place]),
            weights=by_name(folds[ridge][place]),
        )
        for place, dataset in enumerate(judged)
    )
    return RankingFit(prior=by_name(start), weights=by_name(weights), ridge=ridge, rows=rows, left_out_means=means)


def fit_weights(gain: Callable[[Weights], float], prior: Weights, ridge: float) -> Weights:
    """The weights ≥ 0 of the highest `gain` less `ridge` times their squared distance from `prior`, by coordinate
    ascent over MULTIPLES of the prior's weights; they sum to 1 and have three digits, and so must the prior's."""
    if math.isinf(ridge):
        return prior

    def value(weights: Weights) -> float:
        return gain(weights) - ridge * float(((weights - prior) ** 2).sum())

    learned = [place for place, name in enumerate(SIGNALS) if name != HELD and prior[place]]
    multiples = np.ones(len(SIGNALS))
    for _ in range(MOST_PASSES):
        before = multiples.copy()
        for place in learned:
            multiples[place] = _best_multiple(value, prior, multiples, place)
        if (multiples == before).all():
            break
    return rounded(_scaled(prior, multiples))


def best_ridge(means: Mapping[float, float]) -> float:
    """The ridge of the best mean; a weaker one only where it adds LEAST_GAIN at least. `means`: strongest first."""
    best, *weaker = means
    for ridge in weaker:
        if means[ridge] >= means[best] + LEAST_GAIN:
            best = ridge
    return best


def as_weights(weights: Mapping[str, float]) -> Weights:
    """The weights in the order of SIGNALS."""
    return np.array([weights[name] for name in SIGNALS], dtype=np.float64)


def by_name(weights: Weights) -> dict[str, float]:
    """The weights by the name of their signal, to three digits."""
    return {name: round(weight, DIGITS) for name, weight in zip(SIGNALS, weights.tolist(), strict=True)}


def rounded(weights: Weights) -> Weights:
    """The weights, scaled to a sum of 1, in thousandths that still sum to 1 (method of the largest remainder)."""
    shares = weights / weights.sum() * 10**DIGITS
    whole = np.floor(shares + SAME)
    missing = round(10**DIGITS - whole.sum())
    whole[np.argsort(whole - shares, kind="stable")[:missing]] += 1
    return np.asarray(whole / 10**DIGITS, dtype=np.float64)


def _best_multiple(value: Callable[[Weights], float], prior: Weights, multiples: Weights, place: int) -> float:
    best, highest = float(multiples[place]), -math.inf
    for multiple in MULTIPLES:
        tried = multiples.copy()
        tried[place] = multiple
        if any(tried[other] * prior[other] for other, name in enumerate(SIGNALS) if name != HELD):
            found = value(_scaled(prior, tried))
            if found > highest + SAME:
                best, highest = multiple, found
    return best


def _scaled(prior: Weights, multiples: Weights) -> Weights:
    """The multiples of the prior's weights, those that are learned scaled so that all sum to what the prior's do."""
    weights = prior * multiples
    held = SIGNALS.index(HELD)
    free = np.arange(len(SIGNALS)) != held
    if weights[free].any():
        weights[free] *= prior[free].sum() / weights[free].sum()
    return weights


def _finite(ridge: float) -> float | None:
    return ridge if math.isfinite(ridge) else None


def _rounded(values: Sequence[float]) -> dict[str, float]:
    return dict(zip(("prior", "left_out", "fitted"), (round(value, 4) for value in values), strict=True))
