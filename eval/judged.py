"""nDCG@10 of a whole data set under any weights, in a few passes over flat arrays: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from eval.asked import AskedDataset, AskedQuestion

DEPTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDataset:
    """The candidates of all answerable questions of a data set, question by question, article by article."""

    name: str
    questions: int
    signals: NDArray[np.float64]
    """(signals, candidates)"""
    penalties: NDArray[np.float64]
    """(candidates,)"""
    keys: NDArray[np.int64]
    """(candidates,): the passage keys, ascending within an article."""
    starts: NDArray[np.int64]
    """(articles,): the first candidate of each article of each question."""
    lengths: NDArray[np.int64]
    """(articles,): how many candidates each has."""
    found: NDArray[np.int64]
    """(found,): those of the articles that are relevant."""
    gains: NDArray[np.float64]
    """(found,): what each adds to the mean nDCG when it stands first."""
    rivals: NDArray[np.int64]
    """For each one found in turn, all articles of its question."""
    rival_counts: NDArray[np.int64]
    """(found,): how many those are."""

    def ndcg(self, weights: NDArray[np.float64]) -> float:
        """The mean nDCG@10 over the questions under `weights` (in the order of the signals): an article ranks where
        its best passage ranks, equal scores by passage key. The gain is the grade over log2(1 + rank), as in trec_eval.
        """
        if not len(self.found):
            return 0.0
        scores = -self.penalties
        for weight, values in zip(weights.tolist(), self.signals, strict=True):
            scores += weight * values
        best = np.maximum.reduceat(scores, self.starts)
        is_best = scores == np.repeat(best, self.lengths)
        first = np.minimum.reduceat(np.where(is_best, self.keys, np.iinfo(np.int64).max), self.starts)
        own = np.repeat(self.found, self.rival_counts)
        ahead = (best[self.rivals] > best[own]) | ((best[self.rivals] == best[own]) & (first[self.rivals] < first[own]))
        counted = np.concatenate([[0], np.cumsum(self.rival_counts)[:-1]])
        ranks = np.add.reduceat(ahead, counted, dtype=np.int64)
        return float((self.gains / np.log2(ranks + 2))[ranks < DEPTH].sum())


def judge(dataset: AskedDataset) -> JudgedDataset:
    """The answerable questions of a data set, at least one, in flat arrays."""
    answerable = dataset.answerable
    parts = [_by_article(question) for question in answerable]
    orders, starts, lengths, grades = zip(*parts, strict=True)
    before = list(accumulate((len(order) for order in orders), initial=0))
    articles = list(accumulate((len(own) for own in starts), initial=0))
    found, gains, rivals, counts = [], [], [], []
    for number, (question, own) in enumerate(zip(answerable, grades, strict=True)):
        for place in np.flatnonzero(own).tolist():
            found.append(articles[number] + place)
            gains.append(own[place] / ideal_gain(question.relevant) / len(answerable))
            rivals.append(np.arange(articles[number], articles[number + 1]))
            counts.append(len(own))
    return JudgedDataset(
        name=dataset.name,
        questions=len(answerable),
        signals=np.concatenate(
            [question.signals[order] for question, order in zip(answerable, orders, strict=True)], dtype=np.float64
        ).T.copy(),
        penalties=np.concatenate(
            [question.penalties[order] for question, order in zip(answerable, orders, strict=True)], dtype=np.float64
        ),
        keys=np.concatenate([question.keys[order] for question, order in zip(answerable, orders, strict=True)]),
        starts=np.concatenate([first + own for first, own in zip(before, starts, strict=False)]).astype(np.int64),
        lengths=np.concatenate(lengths).astype(np.int64),
        found=np.array(found, dtype=np.int64),
        gains=np.array(gains, dtype=np.float64),
        rivals=np.concatenate(rivals) if rivals else np.zeros(0, dtype=np.int64),
        rival_counts=np.array(counts, dtype=np.int64),
    )


def ideal_gain(relevant: Sequence[int]) -> float:
    """The discounted gain of the best order of these grades, highest first."""
    return float(sum(grade / np.log2(rank + 2) for rank, grade in enumerate(relevant[:DEPTH])))


def _by_article(question: AskedQuestion) -> tuple[NDArray[np.int64], ...]:
    """The candidates in the order of articles and keys; of each article the first place, the length and the grade."""
    order = np.lexsort((question.keys, question.articles))
    _, starts, lengths = np.unique(question.articles[order], return_index=True, return_counts=True)
    return order, starts, lengths, question.grades[order][starts].astype(np.int64)
