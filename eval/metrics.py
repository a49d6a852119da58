"""Metrics with their intervals, and percentiles. Pure; those of retrieval are computed by ir_measures
(https://ir-measur.es)."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, R, Success, nDCG
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq
from scipy.stats import bootstrap, rankdata

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


def auroc(confidence: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """The probability that a positive has a higher confidence than a negative, an equal one counting half; nan when
    either is missing. Both have the shape (n,). Mann and Whitney 1947."""
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return math.nan
    ranks = rankdata(confidence)[positive].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def aurc(confidence: NDArray[np.float64], wrong: NDArray[np.bool_]) -> float:
    """The area under the risk–coverage curve: the mean over k of the share of wrong ones among the k most confident
    (Geifman and El-Yaniv 2017, https://arxiv.org/abs/1705.08500). Among equally confident ones the wrong are spread
    evenly. nan when there are none."""
    if not len(wrong):
        return math.nan
    answered, errors = _curve(confidence, wrong)
    counts = np.arange(1, len(wrong) + 1)
    return float((np.interp(counts, [0, *answered], [0, *errors]) / counts).mean())


def coverage_at(
    risk: float, confidence: NDArray[np.float64], wrong: NDArray[np.bool_], counts: NDArray[np.bool_]
) -> float:
    """The largest share of the ones that count which some threshold over the confidence answers while at most `risk` of
    all that it answers is wrong; nan when none counts. All have the shape (n,)."""
    if not counts.any():
        return math.nan
    answered, errors = _curve(confidence, wrong)
    _, covered = _curve(confidence, counts)
    return float((covered * (errors <= risk * answered)).max() / counts.sum())


def _curve(confidence: NDArray[np.float64], marked: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every threshold, from the highest: how many are answered, and how many of them are marked."""
    order = np.argsort(-confidence, kind="stable")
    last = np.append(np.flatnonzero(np.diff(confidence[order])), len(order) - 1)
    return last + 1, np.cumsum(marked[order])[last]


def estimate_of(statistic: Callable[[NDArray[np.int64]], float], n: int) -> Estimate:
    """A statistic of the numbers 0 to n - 1, with its interval over resamples of them."""
    numbers = np.arange(n)
    value = statistic(numbers) if n else math.nan
    if n < 2 or math.isnan(value):
        return Estimate(value, math.nan, math.nan, n)
    random = np.random.default_rng(SEED)
    drawn = np.array([statistic(random.choice(numbers, n)) for _ in range(RESAMPLES)])
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high), n)


_WORD = re.compile(r"\w+(?:[.,'’]\w+)*")
_WITHIN_WORDS = re.compile("[.,'’]")
_ARTICLES = {"a", "an", "the"}


def answer_tokens(text: str) -> list[str]:
    """The words of a text as SQuAD compares them (https://arxiv.org/abs/1606.05250): lower case, without marks and
    articles. Unlike there, a hyphen or dash parts words."""
    words = (_WITHIN_WORDS.sub("", word) for word in _WORD.findall(text.casefold()))
    return [word for word in words if word not in _ARTICLES]


def token_f1(answer: Sequence[str], gold: Sequence[str]) -> float:
    """The harmonic mean of the shares of the one's tokens in the other, in any order, 0–1."""
    return _f1(sum((Counter(answer) & Counter(gold)).values()), answer, gold)


def rouge_l(answer: Sequence[str], gold: Sequence[str]) -> float:
    """ROUGE-L, F-measure with equal weights: as `token_f1`, of the longest common subsequence
    (Lin 2004, https://aclanthology.org/W04-1013)."""
    return _f1(LCSseq.similarity(answer, gold), answer, gold)


def _f1(common: int, answer: Sequence[str], gold: Sequence[str]) -> float:
    total = len(answer) + len(gold)
    return 2 * common / total if total else 1.0
