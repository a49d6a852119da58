"""Fits the support score on human judgements, chooses its threshold, and tells how it does on what it has not seen:
pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from bot.answering.checking.support import NEARNESS_FEATURES, Logistic

SIGNS: Mapping[str, int] = {
    **dict.fromkeys(("terms", "bigrams", "order", *NEARNESS_FEATURES), 1),
    **dict.fromkeys(("missing", "speaker", "asks"), -1),
}
"""Which way each feature may count."""
RIDGE = 1e-3
"""Weight of the squared weights in the loss."""
RECALL = 0.92
"""The threshold is the highest that keeps so many of the attributable replies that it was fitted on."""
SET_ASIDE = 4
"""Of ten knowledge texts, by a hash of the text, so many are set aside with all their replies."""
RESAMPLES = 2000
SEED = 20261121


@dataclass(frozen=True, slots=True)
class Judgements:
    """Replies with their features (replies, len(SIGNS), in the order of SIGNS), whether each is fully attributable, and
    the number of the knowledge text that each was given."""

    features: NDArray[np.float64]
    attributable: NDArray[np.bool_]
    knowledge: NDArray[np.int64]

    def part(self, rows: NDArray[np.bool_]) -> "Judgements":
        """Some of the replies."""
        return Judgements(self.features[rows], self.attributable[rows], self.knowledge[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How a model does on replies set aside: AUROC with its 95 % interval (2,000 resamples of knowledge texts), and
    precision and recall at its threshold."""

    n: int
    attributable: int
    auroc: float
    low: float
    high: float
    precision: float
    recall: float

    def to_json(self) -> dict[str, Any]:
        """All values, rounded."""
        return {name: round(getattr(self, name), 4) for name in self.__slots__}


def is_set_aside(knowledge: str) -> bool:
    """Whether the replies to a knowledge text are kept from the fit."""
    digest = hashlib.blake2b(knowledge.encode(), digest_size=8).digest()
    return int.from_bytes(digest) % 10 >= 10 - SET_ASIDE


def fit(judgements: Judgements, names: Sequence[str]) -> Logistic:
    """Logistic regression on the named features, each with a weight of its sign, and the threshold for RECALL."""
    features, right = _columns(judgements, names), judgements.attributable.astype(np.float64)

    def loss(parameters: NDArray[np.float64]) -> float:
        logits = parameters[0] + features @ parameters[1:]
        surprise = np.logaddexp(0, logits) - right * logits
        return float(surprise.mean() + RIDGE * parameters[1:] @ parameters[1:])

    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    bounds += [(0.0, None) if SIGNS[name] > 0 else (None, 0.0) for name in names]
    found = minimize(loss, np.zeros(1 + len(names)), method="L-BFGS-B", bounds=bounds).x
    weights = {name: round(float(weight), 4) for name, weight in zip(names, found[1:], strict=True)}
    model = Logistic(round(float(found[0]), 4), weights, 0.5)
    return Logistic(model.intercept, weights, threshold_for(probabilities(model, judgements), judgements.attributable))


def threshold_for(probability: NDArray[np.float64], attributable: NDArray[np.bool_], recall: float = RECALL) -> float:
    """The highest threshold, cut to hundredths, that at least `recall` of the attributable reach."""
    reached = np.sort(probability[attributable])[::-1]
    if not len(reached):
        raise ValueError("A threshold needs attributable replies; there are none.")
    return float(np.floor(100 * reached[int(np.ceil(recall * len(reached))) - 1]) / 100)


def held(model: Logistic, judgements: Judgements) -> Held:
    """How the model does on replies it has not seen. ValueError when all of them, or none, are attributable."""
    probability, right = probabilities(model, judgements), judgements.attributable
    shown = probability >= model.threshold
    low, high = _interval(probability, judgements)
    return Held(
        n=len(right),
        attributable=int(right.sum()),
        auroc=float(roc_auc_score(right, probability)),
        low=low,
        high=high,
        precision=float(right[shown].mean()) if shown.any() else 0.0,
        recall=float(shown[right].mean()),
    )


def probabilities(model: Logistic, judgements: Judgements) -> NDArray[np.float64]:
    """The model's probability for every reply."""
    weights = np.array(list(model.weights.values()))
    logits = model.intercept + _columns(judgements, list(model.weights)) @ weights
    return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float64)


def _interval(probability: NDArray[np.float64], judgements: Judgements) -> tuple[float, float]:
    source = np.random.default_rng(SEED)
    texts, place = np.unique(judgements.knowledge, return_inverse=True)
    found = []
    for _ in range(RESAMPLES):
        times = np.bincount(source.integers(0, len(texts), len(texts)), minlength=len(texts))[place]
        if len(np.unique(judgements.attributable[times > 0])) == 2:
            found.append(roc_auc_score(judgements.attributable, probability, sample_weight=times))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def _columns(judgements: Judgements, names: Sequence[str]) -> NDArray[np.float64]:
    order = list(SIGNS)
    return judgements.features[:, [order.index(name) for name in names]]
