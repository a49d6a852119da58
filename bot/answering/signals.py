"""The signals that rank passages, each 0 to 1: who proposes candidates, and what every candidate is worth by each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from bot.answering.questions import Need, Question, Wording
from bot.answering.search_index import Indexes, ScoredIds, TokenIndex
from embeddings.belonging import Belonging
from embeddings.ids import Ids

NEEDS_COUNTED = 3
"""A passage for a long message counts by so many of its needs; few passages speak to more."""
LEAST_FOR_A_NEED = 6

Scores = NDArray[np.floating]
"""For each candidate, in the order of their keys."""


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """The passages that are worth a look, ascending, and what every passage is worth by words and codes, for each of
    the question's wordings."""

    keys: Ids
    words: tuple[ScoredIds, ...]
    codes: tuple[ScoredIds, ...]
    asked: tuple[ScoredIds, ...] = ()
    """What every article is worth, by title key, by the words of what customers ask; empty when no article says it."""
    belonging: tuple[tuple[Belonging, ...], ...] = ()
    """To which articles each need belongs, by wording; empty when the generation cannot tell."""


def proposed(indexes: Indexes, question: Question, candidates: int) -> Proposal:
    """`candidates` passages by words, by codes and by their best sentences. (Those that are near as a whole but in no
    sentence and no word answer nothing: measured, they change no result.)"""
    words = tuple(indexes.lexical.scored(wording.text) for wording in question.wordings)
    codes = tuple(indexes.codes.scored(wording.text) for wording in question.wordings)
    found = [np.array([match.id for match in scored.best(candidates)], dtype=np.int64) for scored in (*words, *codes)]
    each = min(candidates, max(LEAST_FOR_A_NEED, candidates // max(1, len(question.needs))))
    found += [indexes.sentences.nearest(need.vector, each)[0] for need in question.needs]
    asked = indexes.asked
    names = () if asked is None else tuple(asked.scored(wording.text) for wording in question.wordings)
    owner = indexes.belonging
    belonging = (
        ()
        if owner is None or not question.needs
        else tuple(
            tuple(owner.belonging(need.vector, wording.text) for need in wording.needs) for wording in question.wordings
        )
    )
    return Proposal(np.unique(np.concatenate(found)), words, codes, names, belonging)


def withheld(question: Question, proposal: Proposal) -> float:
    """How much the question belongs to those that only internal articles answer, 0–1."""
    by_wording = [fmean(each.withheld for each in needs) if needs else 0.0 for needs in proposal.belonging]
    share = sum(wording.share * value for wording, value in zip(question.wordings, by_wording, strict=False))
    return min(1.0, max(0.0, share))


def asked_titles(indexes: Indexes, question: Question, proposal: Proposal, count: int) -> list[int]:
    """Title keys of the `count` articles, by meaning and by words, that say that they answer such a question."""
    if indexes.asked is None:
        return []
    meant = [indexes.asked.nearest(need.vector, count)[0].tolist() for need in question.needs]
    worded = [[match.id for match in scored.best(count)] for scored in proposal.asked]
    return sorted({key for keys in (*meant, *worded) for key in keys})


def signals_of(
    indexes: Indexes,
    question: Question,
    proposal: Proposal,
    titles: Ids,
    families: Mapping[int, tuple[int, ...]],
) -> dict[str, Scores]:
    """Every signal but late interaction, of every candidate; `titles` are the candidates' title keys, `families` those
    of all versions of an article that has some. A signal that cannot be had is left out."""
    by_wording = zip(question.wordings, proposal.words, proposal.codes, strict=True)
    found = [
        _by_meaning(indexes, wording, proposal.keys, titles)
        | {"lexical": _shares_of_best(words.of(proposal.keys)), "code": codes.of(proposal.keys)}
        for wording, words, codes in by_wording
    ]
    for one, names in zip(found, proposal.asked, strict=False):
        one["asked_words"] = _shares_of_best(names.of(titles))
    for one, needs in zip(found, proposal.belonging, strict=False):
        one["belonging"] = _belonging(needs, titles, families)
    return {name: _over_wordings(question, [one[name] for one in found]) for name in found[0]}


def late_scores(late: TokenIndex, question: Question, keys: Ids) -> Scores:
    """What the passages `keys` are worth by late interaction."""
    found = [_over_needs(_late_of_needs(late, wording.needs, keys)) for wording in question.wordings]
    return _over_wordings(question, found)


def late_index(indexes: Indexes, question: Question) -> TokenIndex | None:
    """The index of late interaction, if both it and the question have token vectors."""
    return indexes.late if all(need.tokens.shape[1] for need in question.needs) else None


def _by_meaning(indexes: Indexes, wording: Wording, keys: Ids, titles: Ids) -> dict[str, Scores]:
    needs = wording.needs
    if not needs:
        return {}
    distinct, of_candidate = np.unique(titles, return_inverse=True)
    of_articles = (
        {"title": indexes.titles} if indexes.asked is None else {"title": indexes.titles, "asked": indexes.asked}
    )
    near = {
        name: _over_needs([index.products(need.vector, distinct) for need in needs])[of_candidate]
        for name, index in of_articles.items()
    }
    return {
        "dense": _over_needs([indexes.dense.products(need.vector, keys) for need in needs]),
        "sentence": _over_needs([indexes.sentences.products(need.vector, keys) for need in needs]),
        **near,
    }


def _belonging(needs: Sequence[Belonging], titles: Ids, families: Mapping[int, tuple[int, ...]]) -> Scores:
    """How much the needs belong to each candidate's article."""
    distinct, of_candidate = np.unique(titles, return_inverse=True)
    keys = distinct.tolist()
    by_need = [
        np.array([need.of_version(key, families[key]) if key in families else need.of((key,)) for key in keys])
        for need in needs
    ]
    return (_over_needs([each.clip(0.0, 1.0) for each in by_need]) if by_need else np.zeros(len(keys)))[of_candidate]


def _late_of_needs(late: TokenIndex, needs: Sequence[Need], keys: Ids) -> list[Scores]:
    """The scores of late interaction for each need; the passages' tokens are read once for all."""
    met = late.similarities(np.concatenate([need.tokens for need in needs]), keys)
    ends = accumulate((len(need.tokens) for need in needs), initial=0)
    parts = (met[:, start:end] for start, end in pairwise(ends))
    return [part.mean(axis=1) if part.size else np.zeros(len(keys)) for part in parts]


def _over_wordings(question: Question, scores: Sequence[Scores]) -> Scores:
    """The sum over the question's wordings, each by its share."""
    if len(scores) == 1:
        return scores[0]
    total: Scores = np.array([wording.share for wording in question.wordings]) @ np.stack(scores)
    return total


def _shares_of_best(scores: Scores) -> Scores:
    """BM25 has no upper bound: each score as a share of the highest."""
    highest = scores.max(initial=0.0)
    return scores / highest if highest > 0 else scores


def _over_needs(scores: Sequence[Scores]) -> Scores:
    """For each candidate, the mean over the needs that it meets best."""
    if len(scores) == 1:
        return scores[0]
    best: Scores = np.sort(np.stack(scores), axis=0)[-NEEDS_COUNTED:].mean(axis=0)
    return best
