"""The articles themselves, so that every citation has a place to land."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import HTMLResponse

from bot.errors import IndexUnavailable, StorageError
from bot.web.dependencies import RunningService
from bot.web.pages import is_web_address, page, section_heading, section_order
from bot.web.service import Service
from knowledge.models import Article, Audience
from knowledge.rendering import render_html

router = APIRouter(prefix="/help", include_in_schema=False)

_NO_ARTICLE = "There is no article at this address. It may have been moved or removed."
_NO_INDEX = "The help center is being prepared. Please come back in a moment."


@dataclass(frozen=True, slots=True)
class Shelf:
    """A section of the help center with its articles in the order they are listed."""

    section: str
    heading: str
    articles: tuple[Article, ...]


@router.api_route("/", methods=["GET", "HEAD"])
async def contents(service: RunningService) -> HTMLResponse:
    """The list of public articles."""
    return await service.read(lambda: _contents(service))


@router.api_route("/{article_id:path}", methods=["GET", "HEAD"])
async def article(article_id: str, service: RunningService) -> HTMLResponse:
    """One public article."""
    return await service.read(lambda: _article(service, article_id))


def shelves(articles: Iterable[Article]) -> tuple[Shelf, ...]:
    """Public articles by section: announcements newest first, every other section by title."""
    public = sorted((each for each in articles if _is_public(each)), key=lambda each: section_order(each.section))
    return tuple(
        Shelf(section, section_heading(section), tuple(sorted(members, key=_listing_order)))
        for section, members in groupby(public, key=lambda each: each.section)
    )


def successor_of(article_id: str, articles: Mapping[str, Article]) -> Article | None:
    """The public article that supersedes this one, if there is one."""
    return next((each for each in articles.values() if article_id in each.supersedes and _is_public(each)), None)


def _contents(service: Service) -> HTMLResponse:
    try:
        articles = service.footnote.index.current().articles
    except (IndexUnavailable, StorageError):
        return page("message.html", 503, heading="One moment", sentence=_NO_INDEX)
    return page("contents.html", shelves=shelves(articles.values()))


def _article(service: Service, article_id: str) -> HTMLResponse:
    try:
        articles = service.footnote.index.current().articles
    except (IndexUnavailable, StorageError):
        return page("message.html", 503, heading="One moment", sentence=_NO_INDEX)
    found = articles.get(article_id)
    if found is None or not _is_public(found):
        return page("message.html", 404, heading="Article not found", sentence=_NO_ARTICLE)
    return page(
        "article.html",
        article=found,
        # The one place where HTML passes unescaped: render_html lets only an allow-list through.
        body=Markup(render_html(found.body)),  # noqa: S704
        actions=[action for action in found.actions if is_web_address(action.url)],
        successor=successor_of(article_id, articles),
    )


def _is_public(article: Article) -> bool:
    return article.audience is Audience.PUBLIC


def _listing_order(article: Article) -> tuple[int, str, str]:
    newest = article.published_at or article.updated_at or date.min
    return (-newest.toordinal() if article.section == "announcements" else 0, article.title.casefold(), article.id)
