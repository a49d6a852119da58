"""The help center: search, sections and the articles themselves, so that every citation has a place to land."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.answering.search_index import SearchIndex
from bot.answering.shelving import is_public
from bot.errors import FootnoteError, IndexUnavailable, StorageError
from bot.web.dependencies import RunningService
from bot.web.errors import RETRY_SECONDS
from bot.web.etags import etag_of, is_fresh, not_modified
from bot.web.help_pages import article_page, contents_page, is_section, message_page, results_page, unknown_section_page
from bot.web.help_query import HelpQuery, read_query
from bot.web.help_search import RunningSearch, SearchDesk, TooManySearches, search_of
from bot.web.service import Service

router = APIRouter(prefix="/help", include_in_schema=False)

LISTS_CACHING, RESULTS_CACHING = "no-cache", "private, no-cache"

_NO_ARTICLE = "There is no article at this address. It may have been moved or removed."
_NO_INDEX = "The help center is being prepared. Please come back in a moment."
_NO_SEARCH = "The search cannot answer at the moment. Try again in a few seconds, or choose a section."


@router.api_route("/", methods=["GET", "HEAD"])
async def contents(request: Request, service: RunningService, desk: RunningSearch) -> Response:
    """The front page; with `section` one section; with `q` the search results."""
    query = read_query(request.query_params)
    if query.is_rewritten:  # what was masked must not stay in the address bar, nor what was cut off
        return RedirectResponse(query.address(), 303, headers={"Cache-Control": "no-store"})
    index = await _index(service)
    if index is None:
        return _preparing()
    caching = RESULTS_CACHING if query.words else LISTS_CACHING
    etag = etag_of(index.sha256, query.address())
    if is_fresh(request, etag):
        return not_modified(etag, caching)
    if query.section and not is_section(query.section, index):
        answer: Response = unknown_section_page(query)
    elif query.words:
        answer = await _results(query, index, request, service, desk)
    else:
        answer = await service.read(lambda: contents_page(query, index))
    return _cached(answer, etag, caching)


@router.api_route("/{article_id:path}", methods=["GET", "HEAD"])
async def article(article_id: str, request: Request, service: RunningService) -> Response:
    """One public article."""
    index = await _index(service)
    if index is None:
        return _preparing()
    found = index.articles.get(article_id)
    if found is None or not is_public(found):
        return message_page(404, "Article not found", _NO_ARTICLE)
    etag = etag_of(index.sha256, "article", article_id)
    if is_fresh(request, etag):
        return not_modified(etag, LISTS_CACHING)
    return _cached(await service.read(lambda: article_page(found, index)), etag, LISTS_CACHING)


async def _results(
    query: HelpQuery, index: SearchIndex, request: Request, service: Service, desk: SearchDesk
) -> Response:
    visitor = request.client.host if request.client else ""

    def work() -> Response:
        search = search_of(service.footnote.assistant)
        return results_page(query, search.find(query.words, index, query.platform))

    try:
        return await desk.run(visitor, work)
    except TooManySearches as error:
        return _later(message_page(error.status, "Too many searches", str(error), query), error.wait_seconds)
    except FootnoteError:
        return _later(message_page(503, "One moment", _NO_SEARCH, query))


async def _index(service: Service) -> SearchIndex | None:
    try:
        return await service.read(service.footnote.index.current)
    except (IndexUnavailable, StorageError):
        return None


def _preparing() -> Response:
    return _later(message_page(503, "One moment", _NO_INDEX))


def _later(answer: Response, seconds: int = RETRY_SECONDS) -> Response:
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _cached(answer: Response, etag: str, caching: str) -> Response:
    """The answer with its caching rule; with its tag only when it is the page that was asked for."""
    answer.headers["Cache-Control"] = caching
    if answer.status_code == 200:
        answer.headers["ETag"] = etag
    return answer
