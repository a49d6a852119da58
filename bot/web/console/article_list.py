"""The articles of an index as rows of a list: narrowed, sorted, and a page at a time. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from bot.storage.reports import Cited
from knowledge.models import Article, Audience, Platform

PATH = "/console/knowledge"
ON_PAGE = 50
LONGEST_WORDS, LONGEST_SECTION, PAGE_DIGITS = 200, 100, 4
SORTS: Mapping[str, str] = {
    "title": "Title",
    "cited": "Most cited",
    "down": "Most thumbs down",
    "views": "Most viewed",
    "updated": "Updated last",
    "outdated": "Longest not updated",
}
"""In which orders the list may stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """An article, what is known of its use in the last days, and the size of its family (1: it has none)."""

    article: Article
    passages: int
    cited: Cited
    family: int
    superseded: bool

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        article = self.article
        return {
            "id": article.id,
            "title": article.title,
            "section": article.section,
            "platform": article.platform.value,
            "audience": article.audience.value,
            "locale": article.locale,
            "published_at": article.published_at.isoformat() if article.published_at else None,
            "updated_at": article.updated_at.isoformat() if article.updated_at else None,
            "views": article.views,
            "passages": self.passages,
            "answers": self.cited.answers,
            "thumbs_up": self.cited.ups,
            "thumbs_down": self.cited.downs,
            "family": self.family,
            "superseded": self.superseded,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Which articles are asked for; what is empty narrows nothing."""

    words: str = ""
    section: str = ""
    platform: str = ""
    audience: str = ""
    sort: str = "title"
    page: int = 1

    def address(self, **changes: Any) -> str:
        """The address of this list, or of one that differs by `changes`; another one begins with its first page."""
        other = replace(self, **{"page": 1, **changes}) if changes else self
        fields = {
            "q": other.words,
            "section": other.section,
            "platform": other.platform,
            "audience": other.audience,
            "sort": "" if other.sort == "title" else other.sort,
            "page": "" if other.page == 1 else str(other.page),
        }
        chosen = urlencode({name: value for name, value in fields.items() if value}, errors="replace")
        return f"{PATH}?{chosen}" if chosen else PATH


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, how many rows there are in all, and the addresses of the pages before and after it."""

    rows: tuple[ArticleRow, ...]
    first: int
    total: int
    before: str | None
    after: str | None


def read_list_query(fields: Mapping[str, str]) -> ListQuery:
    """The list that an address names, whatever stands there: what cannot be counts as not given."""
    page = fields.get("page", "")
    return ListQuery(
        words=" ".join(fields.get("q", "")[:LONGEST_WORDS].split()),
        section=fields.get("section", "")[:LONGEST_SECTION],
        platform=_one_of(fields.get("platform", ""), {each.value for each in Platform}),
        audience=_one_of(fields.get("audience", ""), {each.value for each in Audience}),
        sort=_one_of(fields.get("sort", ""), SORTS) or "title",
        page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) <= PAGE_DIGITS else 1,
    )


def article_rows(
    articles: Iterable[Article],
    passages: Mapping[str, Sequence[int]],
    kin: Mapping[str, Sequence[str]],
    superseded: Collection[str],
    cited: Iterable[Cited],
) -> list[ArticleRow]:
    """Every article as a row."""
    used = {each.article_id: each for each in cited}
    return [
        ArticleRow(
            article=article,
            passages=len(passages.get(article.id, ())),
            cited=used.get(article.id, Cited(article.id, 0, 0, 0)),
            family=len(kin.get(article.id, (article.id,))),
            superseded=article.id in superseded,
        )
        for article in articles
    ]


def list_page(rows: Iterable[ArticleRow], query: ListQuery) -> ListPage:
    """The rows that the query names, on the page that it names, else on the last one."""
    words = query.words.casefold().split()
    found = sorted((row for row in rows if _is_meant(row.article, query, words)), key=_order_of(query.sort))
    number = min(query.page, max(1, -(-len(found) // ON_PAGE)))
    first = (number - 1) * ON_PAGE
    shown = tuple(found[first : first + ON_PAGE])
    before = query.address(page=number - 1) if number > 1 else None
    after = query.address(page=number + 1) if first + ON_PAGE < len(found) else None
    return ListPage(shown, first + 1, len(found), before, after)


def article_path(article_id: str) -> str:
    """Where the console shows an article."""
    return f"{PATH}/{quote(article_id, safe='/')}"


def _is_meant(article: Article, query: ListQuery, words: Sequence[str]) -> bool:
    if query.section and article.section != query.section:
        return False
    if query.platform and article.platform.value != query.platform:
        return False
    if query.audience and article.audience.value != query.audience:
        return False
    if not words:
        return True
    text = f"{article.id}\n{article.title}\n{article.body}".casefold()
    return all(word in text for word in words)


def _order_of(sort: str) -> Any:
    def key(row: ArticleRow) -> tuple[Any, ...]:
        article, cited = row.article, row.cited
        by_title = (article.title.casefold(), article.id)
        updated = (article.updated_at or article.published_at or date.min).toordinal()
        match sort:
            case "cited":
                return (-cited.answers, *by_title)
            case "down":
                return (-cited.downs, -cited.answers, *by_title)
            case "views":
                return (-(article.views or 0), *by_title)
            case "updated":
                return (-updated, *by_title)
            case "outdated":
                return (updated, *by_title)
        return by_title

    return key


def _one_of(value: str, known: Collection[str]) -> str:
    return value if value in known else ""
