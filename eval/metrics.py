"""Metrics of retrieval with their intervals, and percentiles. Pure; the formulas are those of ir_measures (https://ir-measur.es)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, R, Success, nDCG
from scipy.stats import bootstrap

RESAMPLES = 2000
SEED = 20261121
RETRIEVAL = {
    "success@1": Success @ 1,
    "success@5": Success @ 5,
    "recall@10": R @ 10,
    "ndcg@10": nDCG @ 10,
    "rr@10": RR @ 10,
}

Qrels = Mapping[str, Mapping[str, int]]
"""Grades of relevant documents, by question, by document."""

Run = Mapping[str, Sequence[str]]
"""Documents found, best first, by question. A question that is missing counts as nothing found."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` questions with its 95 % interval (percentile bootstrap, fixed seed)."""

    mean: float
    low: float
    high: float
    n: int


def retrieval_metrics(qrels: Qrels, run: Run) -> dict[str, Estimate]:
    """Each metric over the questions in `qrels`, 0–1."""
    return {name: estimate(list(values.values())) for name, values in retrieval_values(qrels, run).items()}


def retrieval_values(qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Each metric of each question in `qrels`, 0–1, for comparing two runs question by question."""
    found = {
        question: {document: float(-rank) for rank, document in enumerate(dict.fromkeys(documents))}
        for question, documents in run.items()
    }
    graded = {question: dict(documents) for question, documents in qrels.items()}
    names = {measure: name for name, measure in RETRIEVAL.items()}
    values: dict[str, dict[str, float]] = {name: {} for name in RETRIEVAL}
    for scored in ir_measures.iter_calc(list(names), graded, found):
        values[names[scored.measure]][scored.query_id] = float(scored.value)
    return values


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of `values` and its interval; the interval is the mean itself when the values do not differ."""
    if not values:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    mean = sum(values) / len(values)
    if min(values) == max(values):
        return Estimate(mean, mean, mean, len(values))
    interval = bootstrap(
        (np.asarray(values),), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(SEED)
    ).confidence_interval
    return Estimate(mean, float(interval.low), float(interval.high), len(values))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0–1) of the values do not exceed; nan when there are none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
