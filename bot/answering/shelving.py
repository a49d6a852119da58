"""Which articles a help center lists, and next to which: one of each family, by section. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from bot.answering.article_search import suits
from bot.answering.search_index import SearchIndex
from bot.answering.versions import ANNOUNCEMENTS, Kin, article_platform
from knowledge.models import Article, Audience, Platform

NEIGHBOURS = 24
"""How many articles of near titles are looked at for those that are related."""
RELATED_NEARNESS = 0.35
"""The least cosine of two titles that are about one thing."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A section of the help center with its articles in the order they are listed."""

    section: str
    articles: tuple[Article, ...]

    def most_viewed(self, count: int) -> tuple[Article, ...]:
        """The articles that are read most; of announcements, and where nobody counts, the first ones listed."""
        if self.section == ANNOUNCEMENTS:
            return self.articles[:count]
        return tuple(sorted(self.articles, key=lambda each: -(each.views or 0))[:count])


def shelves(
    articles: Mapping[str, Article], kin: Kin, superseded: Collection[str], platform: Platform = Platform.ANY
) -> tuple[Shelf, ...]:
    """What customers may read and have use for on a platform, one article of each family, by section (unordered):
    announcements newest first, every other section by title."""
    listed = sorted(_one_of_each(articles, kin, superseded, platform), key=lambda each: each.section)
    return tuple(
        Shelf(section, tuple(sorted(members, key=_listing_order)))
        for section, members in groupby(listed, key=lambda each: each.section)
    )


def successor_of(article_id: str, articles: Mapping[str, Article]) -> Article | None:
    """The public article that supersedes this one, if there is one."""
    return next((each for each in articles.values() if article_id in each.supersedes and is_public(each)), None)


def related(article: Article, index: SearchIndex, count: int) -> tuple[Article, ...]:
    """Public articles of other families whose titles come nearest to this one's, the nearest first."""
    if article.id not in index.title_keys or article.title not in index.indexes.texts:
        return ()
    vector = index.indexes.texts.vectors([article.title])[0]
    family = {article.id, *index.kin.get(article.id, ())}
    keys, nearness = index.indexes.titles.nearest(vector, NEIGHBOURS)
    found: dict[str, Article] = {}
    for near, cosine in zip(keys.tolist(), nearness.tolist(), strict=True):
        other = index.articles[index.titled[near]]
        if cosine >= RELATED_NEARNESS and is_public(other) and other.id not in family.union(index.superseded):
            family.update((other.id, *index.kin.get(other.id, ())))
            found[other.id] = other
    return tuple(found.values())[:count]


def is_public(article: Article) -> bool:
    """Whether customers may read an article."""
    return article.audience is Audience.PUBLIC


def _one_of_each(
    articles: Mapping[str, Article], kin: Kin, superseded: Collection[str], platform: Platform
) -> Iterable[Article]:
    fit = {id_: each for id_, each in articles.items() if is_public(each) and suits(each, platform)}
    for id_, article in fit.items():
        family = [fit[other] for other in kin.get(id_, (id_,)) if other in fit]
        current = [each for each in family if each.id not in superseded] or family
        if article == min(current, key=lambda each: _fitness(each, platform)):
            yield article


def _fitness(article: Article, platform: Platform) -> tuple[bool, int, int, str]:
    """Smaller for the version that stands for its family: for the customer's platform, newer, read more."""
    updated = article.updated_at or article.published_at or date.min
    return article_platform(article) is not platform, -updated.toordinal(), -(article.views or 0), article.id


def _listing_order(article: Article) -> tuple[int, str, str]:
    newest = article.published_at or article.updated_at or date.min
    return (-newest.toordinal() if article.section == ANNOUNCEMENTS else 0, article.title.casefold(), article.id)
