"""The help center's pages as values of their templates: front page, section, search results, article."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from markupsafe import Markup
from starlette.responses import HTMLResponse

from bot.answering.article_search import ArticlesFound, Excerpt
from bot.answering.pages import page_of
from bot.answering.search_index import SearchIndex
from bot.answering.shelving import Shelf, is_public, related, shelves, successor_of
from bot.answering.versions import siblings
from bot.sites import Site
from bot.web.help_query import HelpQuery
from bot.web.pages import is_web_address, page, platform_label, section_heading, section_order
from knowledge.models import Article, Platform
from knowledge.rendering import plain_text, render_html
from knowledge.structure import BlockKind

MOST_VIEWED = 6
LISTED, RESULTS = 40, 10
"""Entries on one page of a section, and of search results."""
LONG_ARTICLE, LEAST_HEADINGS = 1500, 3
"""Characters and headings from which an article has a table of contents."""
RELATED = 4

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Tab:
    """A link that narrows what is shown, and how much it leads to."""

    label: str
    address: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """An article of the same family for another platform."""

    label: str
    article: Article


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a list, with its versions; as a search result also with the passage that was found."""

    article: Article
    versions: tuple[Version, ...]
    excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list: the numbers of its entries (from 1), and the addresses before and after it."""

    first: int
    last: int
    total: int
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class TocEntry:
    """A heading of an article with its anchor; `level` 2–6."""

    text: str
    anchor: str
    level: int


def contents_page(query: HelpQuery, index: SearchIndex, site: Site) -> HTMLResponse:
    """The front page, or one section."""
    shelved = _shelved(index, query.platform)
    values = {"site": site, **_around(query, {shelf.section: len(shelf.articles) for shelf in shelved})}
    if not query.section:
        fronts = [(shelf, _entries(shelf.most_viewed(MOST_VIEWED), index)) for shelf in shelved]
        return page("help/contents.html", fronts=fronts, **values)
    articles = next((shelf.articles for shelf in shelved if shelf.section == query.section), ())
    shown, paging = _paged(articles, query, LISTED)
    return page("help/section.html", entries=_entries(shown, index), paging=paging, **values)


def is_section(section: str, index: SearchIndex) -> bool:
    """Whether customers may read an article of this section."""
    return any(article.section == section and is_public(article) for article in index.articles.values())


def results_page(query: HelpQuery, found: ArticlesFound, site: Site) -> HTMLResponse:
    """What a search found, or what to try when that is nothing."""
    index = found.index
    articles = {hit.passage.article_id: hit for hit in found.hits}
    counts: dict[str, int] = {}
    for id_ in articles:
        counts[index.articles[id_].section] = counts.get(index.articles[id_].section, 0) + 1
    hits = [hit for id_, hit in articles.items() if query.section in ("", index.articles[id_].section)]
    shown, paging = _paged(hits, query, RESULTS)
    entries = [
        Entry(article, _versions(article, index), excerpt)
        for hit, excerpt in zip(shown, found.excerpts(shown), strict=True)
        for article in (index.articles[hit.passage.article_id],)
    ]
    searched = found.query if found.query.casefold() != query.words.casefold() else ""
    popular = () if entries else _entries(_most_viewed(index, query.platform), index)
    return page(
        "help/results.html",
        site=site,
        entries=entries,
        paging=paging,
        searched=searched,
        popular=popular,
        **_around(query, counts),
    )


def article_page(article: Article, index: SearchIndex, site: Site) -> HTMLResponse:
    """One article."""
    return page(
        "help/article.html",
        site=site,
        article=article,
        # The one place where HTML passes unescaped: render_html lets only an allow-list through.
        body=Markup(render_html(article.body)),  # noqa: S704
        actions=[action for action in article.actions if is_web_address(action.url)],
        successor=successor_of(article.id, index.articles),
        versions=_versions(article, index),
        related=related(article, index, RELATED),
        toc=table_of_contents(article),
        section_address=HelpQuery(section=article.section).address(),
    )


def unknown_section_page(query: HelpQuery, site: Site) -> HTMLResponse:
    """There is no such section."""
    sentence = "There is no section of this name. Choose one of the help center, or search all of it."
    return message_page(site, 404, "Section not found", sentence, replace(query, section=""))


def message_page(site: Site, status: int, heading: str, sentence: str, query: HelpQuery | None = None) -> HTMLResponse:
    """A page for what cannot be shown; with a query its field keeps the words."""
    words = query or HelpQuery()
    return page("help/message.html", status, site=site, heading=heading, sentence=sentence, query=words)


def table_of_contents(article: Article) -> tuple[TocEntry, ...]:
    """The headings of a long article; none of a short one."""
    shown = page_of(article.body)
    anchors = dict(shown.anchors)
    headings = [block for block in shown.blocks if block.kind is BlockKind.HEADING and block.start in anchors]
    if len(article.body) < LONG_ARTICLE or len(headings) < LEAST_HEADINGS:
        return ()
    texts = [" ".join(plain_text(article.body[block.start : block.end]).split()) for block in headings]
    return tuple(
        TocEntry(text, anchors[block.start], max(2, block.level))
        for block, text in zip(headings, texts, strict=True)
        if text
    )


def _shelved(index: SearchIndex, platform: Platform = Platform.ANY) -> list[Shelf]:
    found = shelves(index.articles, index.kin, index.superseded, platform)
    return sorted(found, key=lambda shelf: section_order(shelf.section))


def _most_viewed(index: SearchIndex, platform: Platform) -> list[Article]:
    every = [article for shelf in _shelved(index, platform) for article in shelf.articles]
    return sorted(every, key=lambda article: -(article.views or 0))[:MOST_VIEWED]


def _entries(articles: Sequence[Article], index: SearchIndex) -> list[Entry]:
    return [Entry(article, _versions(article, index)) for article in articles]


def _versions(article: Article, index: SearchIndex) -> tuple[Version, ...]:
    others = siblings(article.id, index.kin, index.articles, index.superseded)
    return tuple(
        Version(platform_label(platform), index.articles[id_])
        for id_, platform in zip(others.ids, others.platforms, strict=True)
    )


def _around(query: HelpQuery, counts: dict[str, int]) -> dict[str, Any]:
    """What all lists have around them: tabs of sections (those with something in them, and the current one), and of
    platforms."""
    sections = sorted({*counts, *([query.section] if query.section else [])}, key=section_order)
    tabs = [Tab("All sections", query.address(section=""), not query.section, sum(counts.values()))]
    tabs += [
        Tab(section_heading(each), query.address(section=each), each == query.section, counts.get(each, 0))
        for each in sections
    ]
    names = {Platform.ANY: "Web and app", Platform.WEB: "For the web", Platform.APP: "For the app"}
    platforms = [Tab(name, query.address(platform=each), each is query.platform) for each, name in names.items()]
    return {"query": query, "tabs": tabs, "platforms": platforms, "any_platform": Platform.ANY}


def _paged(items: Sequence[Item], query: HelpQuery, size: int) -> tuple[Sequence[Item], Paging]:
    """The items of the page asked for, else of the last one."""
    last_page = max(1, -(-len(items) // size))
    number = min(query.page, last_page)
    first = (number - 1) * size
    shown = items[first : first + size]
    before = query.address(page=number - 1) if number > 1 else None
    after = query.address(page=number + 1) if number < last_page else None
    return shown, Paging(first + 1, first + len(shown), len(items), before, after)
