"""Which passages answer a question, and why: every signal, their sum, and the join of ids with passages."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.models import Hit
from embeddings.fusion import DEFAULT_WEIGHTS, fuse
from embeddings.models import Match
from knowledge.models import Article, Audience, Passage, Platform

OTHER_PLATFORM_PENALTY = 0.10
"""Taken from the fused score of a passage for the other platform: enough to order twins, too little to lift another
topic."""
SUPERSEDED_PENALTY = 0.10
"""Taken from the fused score of an article that a newer one, which customers may read, replaces."""

_TITLE_PLATFORM = re.compile(r"\((web|app)\)\W*$", re.IGNORECASE)
_APP_HEADING = re.compile(r"\b(app|mobile|ios|iphone|android)\b", re.IGNORECASE)
_WEB_HEADING = re.compile(r"\b(web|website|desktop|browser|computer)\b", re.IGNORECASE)


class VectorIndex(Protocol):
    """Ids by similarity of vectors."""

    def search(self, vector: NDArray[np.float32], k: int) -> list[Match]:
        """The `k` nearest ids, best first."""

    def scores(self, vector: NDArray[np.float32], ids: Sequence[int]) -> dict[int, float]:
        """The similarity of each of `ids`."""


class TermIndex(Protocol):
    """Ids by shared terms."""

    def search(self, query: str, k: int) -> list[Match]:
        """The `k` best ids with a score above 0, best first."""

    def scores(self, query: str, ids: Sequence[int]) -> dict[int, float]:
        """The score of each of `ids`."""

    def coverage(self, query: str, id: int) -> float:
        """Share of the query's information (inverse document frequency) that stands in the text, 0–1."""


class SearchIndex(Protocol):
    """What retrieval reads of one index generation."""

    @property
    def articles(self) -> Mapping[str, Article]:
        """Articles by id."""

    @property
    def passages(self) -> Mapping[int, Passage]:
        """Passages by key."""

    @property
    def dense(self) -> VectorIndex:
        """Vectors of passages, by passage key."""

    @property
    def titles(self) -> VectorIndex:
        """Vectors of titles, by title key."""

    @property
    def title_keys(self) -> Mapping[str, int]:
        """Title keys by article id."""

    @property
    def lexical(self) -> TermIndex:
        """Terms of passages, by passage key."""


def retrieve(
    index: SearchIndex,
    question: str,
    vector: NDArray[np.float32],
    *,
    candidates: int,
    platform: Platform = Platform.ANY,
    weights: Mapping[str, float] = DEFAULT_WEIGHTS,
) -> tuple[Hit, ...]:
    """Passages for `question` (and its unit vector, shape (dimensions,)), best first; each signal proposes
    `candidates`."""
    proposed = {match.id for match in index.dense.search(vector, candidates)}
    proposed |= {match.id for match in index.lexical.search(question, candidates)}
    keys = sorted(proposed)
    articles = {key: index.articles[index.passages[key].article_id] for key in keys}
    title_scores = index.titles.scores(vector, sorted({index.title_keys[article.id] for article in articles.values()}))
    signals: dict[str, Mapping[int, float]] = {
        "dense": index.dense.scores(vector, keys),
        "lexical": index.lexical.scores(question, keys),
        "title": {key: title_scores[index.title_keys[article.id]] for key, article in articles.items()},
    }
    superseded = {
        old
        for article in index.articles.values()
        if article.audience is not Audience.INTERNAL
        for old in article.supersedes
    }
    hits = []
    for match in fuse(signals, weights):
        passage = index.passages[match.id]
        penalties = _penalties(passage, articles[match.id], platform, superseded)
        hits.append(Hit(passage, match.score - sum(penalties.values()), {**match.signals, **penalties}))
    return tuple(sorted(hits, key=lambda hit: -hit.score))


def passage_platform(passage: Passage, article: Article) -> Platform:
    """The platform a passage speaks of: its article's, else what the title ends with, else what the headings say."""
    if article.platform is not Platform.ANY:
        return article.platform
    if named := _TITLE_PLATFORM.search(article.title):
        return Platform(named[1].lower())
    app, web = bool(_APP_HEADING.search(passage.heading)), bool(_WEB_HEADING.search(passage.heading))
    if app == web:
        return Platform.ANY
    return Platform.APP if app else Platform.WEB


def _penalties(passage: Passage, article: Article, platform: Platform, superseded: set[str]) -> dict[str, float]:
    penalties = {}
    speaks_of = passage_platform(passage, article)
    if Platform.ANY not in (platform, speaks_of) and platform is not speaks_of:
        penalties["other_platform"] = OTHER_PLATFORM_PENALTY
    if article.id in superseded:
        penalties["superseded"] = SUPERSEDED_PENALTY
    return penalties
