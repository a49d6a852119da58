"""The signals that rank passages, each 0 to 1: who proposes candidates, and what every candidate is worth by each."""

from collections.abc import Mapping, Sequence
from heapq import nlargest
from itertools import accumulate, pairwise
from statistics import fmean

import numpy as np

from bot.answering.questions import Need, Question, Wording
from bot.answering.search_index import Indexes, TokenIndex
from embeddings.models import Match

NEEDS_COUNTED = 3
"""A passage for a long message counts by so many of its needs; few passages speak to more."""
LEAST_FOR_A_NEED = 4

Scores = Mapping[int, float]
"""By passage key."""


def proposed(indexes: Indexes, question: Question, candidates: int) -> set[int]:
    """The passages that are worth a look: `candidates` of each index but that of late interaction."""
    found: list[Match] = []
    for wording in question.wordings:
        found += indexes.lexical.search(wording.text, candidates)
        found += indexes.codes.search(wording.text, candidates)
    each = min(candidates, max(LEAST_FOR_A_NEED, candidates // max(1, len(question.needs))))
    for need in question.needs:
        found += indexes.dense.search(need.vector, each)
        found += indexes.sentences.search(need.vector, each)
    return {match.id for match in found}


def signals_of(indexes: Indexes, question: Question, titles: Mapping[int, int]) -> dict[str, Scores]:
    """Every signal of every candidate; `titles` are the candidates' title keys. A signal that cannot be had is left
    out."""
    late = late_index(indexes, question)
    found = [_signals_of_wording(indexes, late, wording, titles) for wording in question.wordings]
    if len(found) == 1:
        return found[0]
    shares = [wording.share for wording in question.wordings]
    return {
        name: {key: sum(share * one[name][key] for share, one in zip(shares, found, strict=True)) for key in titles}
        for name in found[0]
    }


def late_index(indexes: Indexes, question: Question) -> TokenIndex | None:
    """The index of late interaction, if both it and the question have token vectors."""
    return indexes.late if all(need.tokens.shape[1] for need in question.needs) else None


def _signals_of_wording(
    indexes: Indexes, late: TokenIndex | None, wording: Wording, titles: Mapping[int, int]
) -> dict[str, Scores]:
    keys, needs = list(titles), wording.needs
    signals: dict[str, Scores] = {}
    if needs:
        distinct = sorted(set(titles.values()))
        near = _over_needs([indexes.titles.scores(need.vector, distinct) for need in needs])
        signals["dense"] = _over_needs([indexes.dense.scores(need.vector, keys) for need in needs])
        signals["sentence"] = _over_needs([indexes.sentences.scores(need.vector, keys) for need in needs])
        signals["title"] = {key: near[title] for key, title in titles.items()}
    if needs and late:
        signals["late"] = _over_needs(_late_scores(late, needs, keys))
    signals["lexical"] = _shares_of_best(indexes.lexical.scores(wording.text, keys))
    signals["code"] = indexes.codes.scores(wording.text, keys)
    return signals


def _late_scores(late: TokenIndex, needs: Sequence[Need], keys: Sequence[int]) -> list[dict[int, float]]:
    """The scores of late interaction for each need; the passages' tokens are read once for all."""
    met = late.similarities(np.concatenate([need.tokens for need in needs]), keys)
    ends = accumulate((len(need.tokens) for need in needs), initial=0)
    parts = (met[:, start:end] for start, end in pairwise(ends))
    return [
        dict(zip(keys, part.mean(axis=1).tolist(), strict=True)) if part.size else dict.fromkeys(keys, 0.0)
        for part in parts
    ]


def _shares_of_best(scores: dict[int, float]) -> dict[int, float]:
    """BM25 has no upper bound: each score as a share of the highest."""
    highest = max(scores.values(), default=0.0)
    return {id_: score / highest for id_, score in scores.items()} if highest > 0 else scores


def _over_needs(scores: Sequence[dict[int, float]]) -> dict[int, float]:
    """For each id, the mean over the needs that it meets best."""
    if len(scores) == 1:
        return scores[0]
    return {id_: fmean(nlargest(NEEDS_COUNTED, (need[id_] for need in scores))) for id_ in scores[0]}
