"""Which article of a family a customer is shown, and what they are told about the others. Pure.

Families are articles that are versions of one: twins for the web and the app, old and new ones, near-copies. One of
each answers, so a family is cited once.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from bot.answering.extractive.sections import platform_of
from bot.answering.pages import PAGES_KEPT, page_of
from bot.models import Hit
from knowledge.models import Article, Platform
from knowledge.rendering import plain_text
from knowledge.structure import BlockKind

TITLES_KEPT = 4096
"""Titles whose platform is remembered."""

LIFT = "lifted_to_its_family"
"""Among the signals of a hit what was given to its score, counted as a penalty: 0 or below."""
DAYS_BEHIND = 365
ANNOUNCEMENTS = "announcements"

Kin = Mapping[str, Sequence[str]]
"""The ids of its whole family, itself included, by article id; an article without kin may be missing."""

_YEAR = re.compile(r"(?<![\d-])(?:19|20)\d\d(?![\d-])")
_WORD = re.compile(r"\w+")
_PRESSED = re.compile(r"\b(?:taps?|clicks?|selects?|press|presses|chooses?)\b(?: on\b)?")
_PLATFORM_WORDS = re.compile(r"\b(?:app|mobile|web|website|browser|desktop)\b")


class Outdated(StrEnum):
    """Why an article may no longer hold."""

    REPLACED = "replaced"
    """Another article says that it supersedes this one."""
    PAST_YEAR = "past_year"
    """Its title names a year that is over."""
    BEHIND_ITS_KIN = "behind_its_kin"
    """A version of it was updated a year or more after it."""


@dataclass(frozen=True, slots=True)
class Siblings:
    """The versions of an article for the platforms that it is not for: `ids[i]` is for `platforms[i]`."""

    ids: tuple[str, ...]
    platforms: tuple[Platform, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Hits with one article of each family, best first, and what there is to say about those articles, by id."""

    hits: tuple[Hit, ...]
    siblings: Mapping[str, Siblings]
    outdated: Mapping[str, Outdated]
    unfit: tuple[str, ...]
    """Those that are for the other platform, because there is none for the customer's."""
    wanted: tuple[str, ...]
    """Articles that fit better than the one of their family that stands in `hits`, but have no hit: to be searched
    too. Empty when those of `versions_to_search` were."""


def choose_versions(
    hits: Sequence[Hit],
    kin: Kin,
    articles: Mapping[str, Article],
    platform: Platform,
    superseded: Collection[str],
    year: int | None = None,
) -> Versions:
    """Of each family the hits of the article that fits best; `hits` are best first.

    No superseded article is chosen while its family has another. Then the customer's platform decides: an article for
    it, else one for any, else one for the other; where it is not known, one for any comes before those for one. Of
    articles for the same platform the newest is chosen, of equally new ones and of those for two platforms the one with
    the best hit. The chosen article takes the place of its family: its best hit is given the best score that any of
    the family has, and the others as much more. `year` is that in which the help center was last updated.
    """
    best: dict[str, float] = {}
    for hit in hits:
        best.setdefault(hit.passage.article_id, hit.score)
    chosen: dict[str, float] = {}
    wanted: dict[str, None] = {}
    for id_ in best:
        ids = _known(id_, kin, articles)
        found = _fittest([other for other in ids if other in best], articles, platform, superseded, best)
        if found not in chosen:
            chosen[found] = max(best[other] for other in ids if other in best) - best[found]
            fittest = _fittest(ids, articles, platform, superseded, best)
            if fittest != found:
                wanted[fittest] = None
    kept = [_lifted(hit, chosen[hit.passage.article_id]) for hit in hits if hit.passage.article_id in chosen]
    return Versions(
        hits=tuple(sorted(kept, key=lambda hit: -hit.score)),
        siblings={id_: others for id_ in chosen if (others := siblings(id_, kin, articles, superseded)).ids},
        outdated={id_: why for id_ in chosen if (why := outdated(id_, kin, articles, superseded, year))},
        unfit=tuple(id_ for id_ in chosen if _fit(articles[id_], platform) == _OTHER_PLATFORM),
        wanted=tuple(wanted),
    )


def versions_to_search(
    article_ids: Iterable[str],
    kin: Kin,
    articles: Mapping[str, Article],
    platform: Platform,
    superseded: Collection[str],
) -> tuple[str, ...]:
    """Versions that may be chosen instead of the articles that a search proposed, and are not among them."""
    proposed = frozenset(article_ids)
    found: set[str] = set()
    for id_ in proposed & kin.keys():
        found.update(_candidates(_known(id_, kin, articles), articles, platform, superseded))
    return tuple(sorted(found - proposed))


def siblings(id_: str, kin: Kin, articles: Mapping[str, Article], superseded: Collection[str]) -> Siblings:
    """The newest version of an article for each platform that it is not for; none of one for any platform."""
    own = article_platform(articles[id_])
    newest: dict[Platform, str] = {}
    if own is not Platform.ANY:
        for other in sorted(_current(_known(id_, kin, articles), superseded), key=lambda other: _age(articles[other])):
            newest.setdefault(article_platform(articles[other]), other)
    others = sorted((platform, other) for platform, other in newest.items() if platform not in (own, Platform.ANY))
    return Siblings(tuple(other for _, other in others), tuple(platform for platform, _ in others))


def outdated(
    id_: str, kin: Kin, articles: Mapping[str, Article], superseded: Collection[str], year: int | None = None
) -> Outdated | None:
    """Why the article may no longer hold; None when nothing says so. An announcement may name any year."""
    article = articles[id_]
    if id_ in superseded:
        return Outdated.REPLACED
    years = [int(found) for found in _YEAR.findall(article.title)]
    if year is not None and years and max(years) < year and article.section != ANNOUNCEMENTS:
        return Outdated.PAST_YEAR
    dates = [articles[other].updated_at for other in _current(_known(id_, kin, articles), superseded)]
    own = article.updated_at
    if own is not None and any(date is not None and (date - own).days >= DAYS_BEHIND for date in dates):
        return Outdated.BEHIND_ITS_KIN
    return None


def article_platform(article: Article) -> Platform:
    """The platform an article says it is for, else the one that its title names."""
    return article.platform if article.platform is not Platform.ANY else _named_in(article.title)


@lru_cache(maxsize=TITLES_KEPT)
def _named_in(title: str) -> Platform:
    return platform_of((title,))


def steps_differ(first: Article, second: Article) -> bool:
    """Whether a customer who follows the steps of one does something else than the other says. Whether to tap or to
    select, and the name of the platform, make no difference."""
    return _steps(first.body) != _steps(second.body)


@lru_cache(maxsize=PAGES_KEPT)
def _steps(body: str) -> tuple[str, ...]:
    steps = (
        plain_text(body[block.start : block.end]) for block in page_of(body).blocks if block.kind is BlockKind.STEP
    )
    return tuple(
        " ".join(_WORD.findall(_PLATFORM_WORDS.sub(" ", _PRESSED.sub("press", step.casefold())))) for step in steps
    )


_FITS, _FOR_ANY, _OTHER_PLATFORM = range(3)


def _fit(article: Article, platform: Platform) -> int:
    own = article_platform(article)
    if own is platform:
        return _FITS
    return _OTHER_PLATFORM if own is not Platform.ANY and platform is not Platform.ANY else _FOR_ANY


def _fittest(
    ids: Sequence[str],
    articles: Mapping[str, Article],
    platform: Platform,
    superseded: Collection[str],
    best: Mapping[str, float],
) -> str:
    candidates = _candidates(ids, articles, platform, superseded)
    return min(candidates, key=lambda id_: (-best.get(id_, -1.0), id_))


def _candidates(
    ids: Sequence[str], articles: Mapping[str, Article], platform: Platform, superseded: Collection[str]
) -> list[str]:
    """Of those that fit as well as any, the newest for each platform; several when they are equally new."""
    current = _current(ids, superseded)
    fit = min(_fit(articles[id_], platform) for id_ in current)
    fitting = [id_ for id_ in current if _fit(articles[id_], platform) == fit]
    newest: dict[Platform, int] = {}
    for id_ in fitting:
        own = article_platform(articles[id_])
        newest[own] = min(newest.get(own, 0), _age(articles[id_]))
    return [id_ for id_ in fitting if _age(articles[id_]) == newest[article_platform(articles[id_])]]


def _current(ids: Sequence[str], superseded: Collection[str]) -> Sequence[str]:
    """Those that nothing replaces; all when each is replaced."""
    return [id_ for id_ in ids if id_ not in superseded] or ids


def _age(article: Article) -> int:
    """Smaller for a newer article; that without a date is the oldest, 0."""
    return -article.updated_at.toordinal() if article.updated_at else 0


def _known(id_: str, kin: Kin, articles: Mapping[str, Article]) -> Sequence[str]:
    return [other for other in kin.get(id_, (id_,)) if other in articles]


def _lifted(hit: Hit, by: float) -> Hit:
    return replace(hit, score=hit.score + by, signals={**hit.signals, LIFT: -by}) if by else hit
