"""Which passages answer a question, and why: every signal, their sum, and the join of ids with passages."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from operator import attrgetter

import numpy as np

from bot.answering.extractive.sections import platform_of
from bot.answering.questions import Question
from bot.answering.ranking import RankingModel
from bot.answering.search_index import Indexes, SearchIndex
from bot.answering.signals import (
    Proposal,
    Scores,
    asked_titles,
    late_index,
    late_scores,
    proposed,
    signals_of,
    withheld,
)
from bot.answering.versions import article_platform, versions_to_search
from bot.models import Hit, Search
from embeddings.fusion import fuse
from embeddings.ids import Ids
from knowledge.models import HEADINGS_JOINT, Article, Passage, Platform

LATE_CANDIDATES = 20
"""Of the proposed passages, the best by all other signals, whose tokens are compared with the question's."""
ASKED_ARTICLES = 5
OTHER_PLATFORM_PENALTY = 0.10
"""Taken from the fused score of a passage for the other platform: enough to order twins, too little to lift another
topic."""
NEITHER_PLATFORM_PENALTY = 0.03
"""Taken from a passage for no platform when the customer's is known: of two that are nearly as good, the one written
for it is meant."""
SUPERSEDED_PENALTY = 0.10
"""Taken from the fused score of an article that a newer one, which customers may read, replaces."""


def retrieve(
    index: SearchIndex,
    question: Question,
    ranking: RankingModel,
    *,
    candidates: int,
    platform: Platform = Platform.ANY,
    also: Collection[int] = (),
) -> tuple[Hit, ...]:
    """Passages for a question, best first; the indexes of passages, sentences, terms and codes each propose
    `candidates`. `also` are keys of passages that are looked at closely whoever proposes them."""
    return _ranked(index, question, ranking, proposed(index.indexes, question, candidates), platform, also)


def _ranked(
    index: SearchIndex,
    question: Question,
    ranking: RankingModel,
    proposal: Proposal,
    platform: Platform,
    also: Collection[int],
) -> tuple[Hit, ...]:
    proposal = _with_asked(proposal, index, question)
    proposal = _widened(_with_versions(proposal, index, platform), also)
    passages = {key: index.passages[key] for key in proposal.keys.tolist()}
    titles = np.array([index.title_keys[passage.article_id] for passage in passages.values()], dtype=np.int64)
    signals = signals_of(index.indexes, question, proposal, titles, index.family_keys)
    signals |= _late(index.indexes, question, proposal.keys, signals, ranking, also)
    found = fuse(proposal.keys, signals, ranking.over(frozenset(signals)))
    hits = [
        _hit(passages[key], score, dict(zip(found.names, values, strict=True)), index, platform)
        for key, score, values in zip(found.ids.tolist(), found.scores.tolist(), found.values.tolist(), strict=True)
    ]
    return tuple(sorted(hits, key=attrgetter("score"), reverse=True))


def search(
    index: SearchIndex,
    question: Question,
    ranking: RankingModel,
    *,
    candidates: int,
    platform: Platform,
    also: Collection[int] = (),
) -> Search:
    """What `retrieve` finds, with all that an agent needs to see why."""
    proposal = proposed(index.indexes, question, candidates)
    hits = _ranked(index, question, ranking, proposal, platform, also)
    return Search(
        text=question.text,
        corrections=question.corrections,
        generation=index.number,
        hits=hits,
        weights=ranking.over(frozenset(hits[0].signals)) if hits else {},
        lesser_modes=lesser_modes(index.indexes, question),
        withheld=withheld(question, proposal),
    )


def lesser_modes(indexes: Indexes, question: Question) -> tuple[str, ...]:
    """A sentence for each part of the search that could not be done."""
    without_tokens = "There are no token vectors, so late interaction does not count: run `footnote doctor`."
    without_names = "The index is older than the names of articles, so they do not count: run `footnote index`."
    return tuple(
        filter(
            None,
            (
                question.problem,
                without_tokens if late_index(indexes, question) is None else None,
                without_names if indexes.belonging is None else None,
            ),
        )
    )


def passage_platform(passage: Passage, article: Article) -> Platform:
    """The platform a passage speaks of: its article's, else the one that its headings name."""
    own = article_platform(article)
    return own if own is not Platform.ANY else platform_of(passage.heading.split(HEADINGS_JOINT))


def _late(
    indexes: Indexes,
    question: Question,
    keys: Ids,
    signals: Mapping[str, Scores],
    ranking: RankingModel,
    also: Collection[int],
) -> dict[str, Scores]:
    """Late interaction, which costs most, of those that are best by all other signals and of `also`; 0 of the
    others."""
    late = late_index(indexes, question)
    if late is None or not question.needs:
        return {}
    weights = ranking.over(frozenset(signals))
    without = sum(weights[name] * np.maximum(values, 0.0) for name, values in signals.items())
    best = np.sort(np.argsort(-without, kind="stable")[:LATE_CANDIDATES])
    if also:
        best = np.union1d(best, np.flatnonzero(np.isin(keys, list(also))))
    scores = np.zeros(len(keys))
    scores[best] = late_scores(late, question, keys[best])
    return {"late": scores}


def _with_asked(proposal: Proposal, index: SearchIndex, question: Question) -> Proposal:
    """The proposal with the articles that say that they answer such a question, whoever proposes them."""
    titles = asked_titles(index.indexes, question, proposal, ASKED_ARTICLES)
    if not titles:
        return proposal
    keys = [key for title in titles for key in index.passage_keys.get(index.titled[title], ())]
    return _widened(proposal, keys)


def _with_versions(proposal: Proposal, index: SearchIndex, platform: Platform) -> Proposal:
    """The proposal with those versions of its articles that may fit the customer better, whoever proposes them."""
    versioned = index.versioned_keys.intersection(proposal.keys.tolist())
    ids = {index.passages[key].article_id for key in versioned}
    others = versions_to_search(ids, index.kin, index.articles, platform, index.superseded)
    if not others:
        return proposal
    keys = [key for id_ in others for key in index.passage_keys.get(id_, ())]
    return _widened(proposal, keys)


def _widened(proposal: Proposal, keys: Collection[int]) -> Proposal:
    return replace(proposal, keys=np.union1d(proposal.keys, np.array(list(keys), dtype=np.int64))) if keys else proposal


def _hit(passage: Passage, score: float, signals: dict[str, float], index: SearchIndex, platform: Platform) -> Hit:
    if platform is Platform.ANY and passage.article_id not in index.superseded:
        return Hit(passage, score, signals)
    penalties = _penalties(passage, index.articles[passage.article_id], platform, index.superseded)
    return Hit(passage, score - sum(penalties.values()), signals | penalties)


def _penalties(passage: Passage, article: Article, platform: Platform, superseded: Collection[str]) -> dict[str, float]:
    penalties = {}
    if platform is not Platform.ANY:
        speaks_of = passage_platform(passage, article)
        if speaks_of is Platform.ANY:
            penalties["neither_platform"] = NEITHER_PLATFORM_PENALTY
        elif speaks_of is not platform:
            penalties["other_platform"] = OTHER_PLATFORM_PENALTY
    if article.id in superseded:
        penalties["superseded"] = SUPERSEDED_PENALTY
    return penalties
