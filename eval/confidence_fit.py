"""Fits what tells a right first article from a wrong one, and tells how that does on each data set when it was fitted
on the others: pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from bot.answering import ranking
from bot.answering.confidence import FURTHER_DOWN, SIGNALS
from eval.asked import AskedDataset, AskedQuestion

RIDGE = 1e-3
"""Weight of the squared weights in the loss; keeps them finite where a set is separable."""
_WITHOUT_LENGTH = tuple(name for name in SIGNALS if name != "length")
_LIKENESS = ("dense", "title", "agreement")
TRIED = {
    "without names": tuple(name for name in _WITHOUT_LENGTH if not name.startswith("belonging")),
    "names": _WITHOUT_LENGTH,
    "names instead of likeness": tuple(name for name in _WITHOUT_LENGTH if name not in _LIKENESS),
    "names and length instead of likeness": tuple(name for name in SIGNALS if name not in _LIKENESS),
}
"""What may count; the first unless another is better by LEAST_GAIN. Names tell better what the likeness to the passage
and to its title as wholes tells, and whether meaning and words agree."""
LEAST_GAIN = 0.003
"""In the mean AUROC of the data sets left out."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The questions of one data set: signals (questions, len(SIGNALS)) and whether the first article found is a right
    one."""

    dataset: str
    signals: NDArray[np.float64]
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How a model that was fitted on the other data sets does on this one; `auroc_right` is nan where all questions are
    right, or all wrong."""

    dataset: str
    n: int
    right: int
    auroc_right: float
    brier: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceFit:
    """The model found, how it does on each data set left out, and the mean AUROC of each of TRIED."""

    intercept: float
    weights: Mapping[str, float]
    rows: tuple[LeftOut, ...]
    chosen: str
    tried: Mapping[str, float]

    @property
    def brier(self) -> float:
        """The mean over the data sets left out."""
        return float(np.mean([row.brier for row in self.rows]))

    def to_json(self) -> dict[str, Any]:
        """Everything, rounded; an AUROC that does not exist is null."""
        return {
            "intercept": self.intercept,
            "weights": dict(self.weights),
            "chosen": self.chosen,
            "tried": {name: _number(auroc) for name, auroc in self.tried.items()},
            "datasets": [
                {
                    "dataset": row.dataset,
                    "n": row.n,
                    "right": row.right,
                    "auroc_right": _number(row.auroc_right),
                    "brier": _number(row.brier),
                }
                for row in self.rows
            ],
            "mean": {"auroc_right": _number(self.tried[self.chosen]), "brier": _number(self.brier)},
        }


def fit_confidence(samples: Sequence[Sample]) -> ConfidenceFit:
    """Judge each of TRIED on the data sets left out, and fit the one that does best on all of them."""
    rows = {
        name: tuple(left_out(samples, place, signals) for place in range(len(samples)))
        for name, signals in TRIED.items()
    }
    means = {name: mean_auroc(found) for name, found in rows.items()}
    chosen = best_tried(means)
    intercept, weights = fit(samples, TRIED[chosen])
    return ConfidenceFit(
        intercept=round(intercept, 4),
        weights={name: round(weight, 4) for name, weight in zip(TRIED[chosen], weights.tolist(), strict=True)},
        rows=rows[chosen],
        chosen=chosen,
        tried=means,
    )


def sample_of(dataset: AskedDataset, weights: Mapping[str, float]) -> Sample:
    """Every question of a data set as ranked by `weights`; the unanswerable ones are never right."""
    ordered = np.array([weights[name] for name in ranking.SIGNALS], dtype=np.float64)
    found = [signals_of(question, ordered) for question in dataset.questions]
    rows = [[signals[name] for name in SIGNALS] for signals, _ in found]
    return Sample(dataset.name, np.array(rows, dtype=np.float64), np.array([right for _, right in found]))


def signals_of(question: AskedQuestion, weights: NDArray[np.float64]) -> tuple[dict[str, float], bool]:
    """What `confidence_signals` tells of the candidates as ranked by `weights`, and whether the first is right."""
    if not len(question.keys):
        return dict.fromkeys(SIGNALS, 0.0), False
    scores = question.scores(weights)
    best = int(np.argmax(np.where(np.isnan(question.coverage), -np.inf, scores)))
    articles = np.full(int(question.articles.max()) + 1, -np.inf)
    np.maximum.at(articles, question.articles, scores)
    others = np.sort(np.delete(articles, question.articles[best]))[::-1]
    ranked = np.lexsort((question.keys, -scores))
    first = {
        name: question.articles[ranked][question.signals[ranked, ranking.SIGNALS.index(name)].argmax()]
        for name in ("sentence", "lexical")
    }
    below = others[FURTHER_DOWN.start - 1 : FURTHER_DOWN.stop - 1]
    below = below if len(below) else others[-1:]
    own = dict(zip(ranking.SIGNALS, question.signals[best].tolist(), strict=True))
    signals = {
        "dense": own["dense"],
        "sentence": own["sentence"],
        "late": own["late"],
        "title": own["title"],
        "coverage": float(question.coverage[best]),
        "margin": float(scores[best] - (others[0] if len(others) else 0.0)),
        "lead": float(scores[best] - (below.mean() if len(below) else 0.0)),
        "agreement": float(first["sentence"] == first["lexical"]),
        "belonging": own["belonging"],
        "belonging_margin": own["belonging"] - _best_of_others(question, best, "belonging"),
        "length": question.length,
    }
    return signals, bool(question.grades[best] > 0)


def _best_of_others(question: AskedQuestion, best: int, signal: str) -> float:
    values = question.signals[question.families != question.families[best], ranking.SIGNALS.index(signal)]
    return float(values.max(initial=0.0))


def fit(
    samples: Sequence[Sample],
    chosen: Sequence[str] = SIGNALS,
    names: Sequence[str] = SIGNALS,
    wrong_counts: float = 1.0,
) -> tuple[float, NDArray[np.float64]]:
    """Logistic regression of the `chosen` signals with weights ≥ 0, every data set counting the same: intercept and
    weights. `names` are those of the samples' columns; what is wrong counts `wrong_counts` times."""
    signals = np.concatenate([_columns(sample, chosen, names) for sample in samples])
    right = np.concatenate([sample.right for sample in samples]).astype(np.float64)
    share = np.concatenate([np.full(len(sample.right), 1 / len(sample.right)) for sample in samples]) / len(samples)

    share *= np.where(right, 1.0, wrong_counts)
    share /= share.sum()

    def loss(parameters: NDArray[np.float64]) -> float:
        logits = parameters[0] + signals @ parameters[1:]
        surprise = np.logaddexp(0, logits) - right * logits
        return float(share @ surprise + RIDGE * parameters[1:] @ parameters[1:])

    bounds = [(None, None)] + [(0, None)] * signals.shape[1]
    found = minimize(loss, np.zeros(1 + signals.shape[1]), method="L-BFGS-B", bounds=bounds)
    return float(found.x[0]), found.x[1:]


def left_out(samples: Sequence[Sample], index: int, chosen: Sequence[str] = SIGNALS) -> LeftOut:
    """The sample at `index`, judged by a model of the others."""
    sample = samples[index]
    intercept, weights = fit([other for other in samples if other is not sample], chosen)
    probability = 1 / (1 + np.exp(-(intercept + _columns(sample, chosen) @ weights)))
    both = 0 < sample.right.sum() < len(sample.right)
    return LeftOut(
        dataset=sample.dataset,
        n=len(sample.right),
        right=int(sample.right.sum()),
        auroc_right=float(roc_auc_score(sample.right, probability)) if both else math.nan,
        brier=float(np.mean((probability - sample.right) ** 2)),
    )


def mean_auroc(rows: Sequence[LeftOut]) -> float:
    """Over the data sets that have right and wrong questions; nan when none has."""
    known = [row.auroc_right for row in rows if not math.isnan(row.auroc_right)]
    return float(np.mean(known)) if known else math.nan


def best_tried(means: Mapping[str, float]) -> str:
    """The first, unless one is better by LEAST_GAIN; then the best."""
    first, best = next(iter(means)), max(means, key=lambda name: means[name])
    return best if means[best] >= means[first] + LEAST_GAIN else first


def _columns(sample: Sample, chosen: Sequence[str], names: Sequence[str] = SIGNALS) -> NDArray[np.float64]:
    return sample.signals[:, [names.index(name) for name in chosen]]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
