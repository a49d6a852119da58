"""The help center: search, sections and the articles themselves, so that every citation has a place to land."""

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.answering.search_index import SearchIndex
from bot.answering.shelving import is_public
from bot.errors import FootnoteError, IndexUnavailable, StorageError
from bot.sites import Site
from bot.web.admission import RunningAdmission, network
from bot.web.dependencies import RunningService
from bot.web.errors import RETRY_SECONDS
from bot.web.etags import etag_of, is_fresh, not_modified
from bot.web.help_pages import article_page, contents_page, is_section, message_page, results_page, unknown_section_page
from bot.web.help_query import HelpQuery, read_query
from bot.web.help_search import RunningSearch, SearchDesk, TooManySearches, search_of
from bot.web.service import Service

router = APIRouter(prefix="/help", include_in_schema=False)

LISTS_CACHING, RESULTS_CACHING = "no-cache", "private, no-cache"

_log = structlog.get_logger("footnote.web")
_NO_ARTICLE = "There is no article at this address. It may have been moved or removed."
_NO_INDEX = "The help center is being prepared. Please come back in a moment."
_NO_SEARCH = "The search cannot answer at the moment. Try again in a few seconds, or choose a section."


@router.api_route("", methods=["GET", "HEAD"])
async def without_slash() -> Response:
    """To the front page, at whatever address and with whatever scheme it was asked for."""
    return RedirectResponse("/help/", 308)


@router.api_route("/", methods=["GET", "HEAD"])
async def contents(
    request: Request, service: RunningService, admission: RunningAdmission, desk: RunningSearch
) -> Response:
    """The front page; with `section` one section; with `q` the search results."""
    site = admission.sites.shown
    if request.query_params.get("q"):
        try:
            desk.admit(network(request))
        except TooManySearches as error:
            return _later(message_page(site, error.status, "Too many searches", str(error)), error.wait_seconds)
    query = await service.read(lambda: read_query(request.query_params))
    if query.is_rewritten:  # what was masked must not stay in the address bar, nor what was cut off
        return RedirectResponse(query.address(), 303, headers={"Cache-Control": "no-store"})
    index = await _index(service)
    if index is None:
        return _preparing(site)
    caching = RESULTS_CACHING if query.words else LISTS_CACHING
    etag = etag_of(index.sha256, site.name, query.address())
    if is_fresh(request, etag):
        return not_modified(etag, caching)
    if query.section and not is_section(query.section, index):
        answer: Response = unknown_section_page(query, site)
    elif query.words:
        answer = await _results(query, index, service, desk, site)
    else:
        answer = await service.read(lambda: contents_page(query, index, site))
    return _cached(answer, etag, caching)


@router.api_route("/{article_id:path}", methods=["GET", "HEAD"])
async def article(article_id: str, request: Request, service: RunningService, admission: RunningAdmission) -> Response:
    """One public article."""
    site = admission.sites.shown
    index = await _index(service)
    if index is None:
        return _preparing(site)
    found = index.articles.get(article_id)
    if found is None or not is_public(found):
        return message_page(site, 404, "Article not found", _NO_ARTICLE)
    etag = etag_of(index.sha256, site.name, "article", article_id)
    if is_fresh(request, etag):
        return not_modified(etag, LISTS_CACHING)
    return _cached(await service.read(lambda: article_page(found, index, site)), etag, LISTS_CACHING)


async def _results(query: HelpQuery, index: SearchIndex, service: Service, desk: SearchDesk, site: Site) -> Response:
    def work() -> Response:
        search = search_of(service.footnote.assistant)
        return results_page(query, search.find(query.words, index, query.platform), site)

    try:
        return await desk.run(work)
    except FootnoteError as error:
        _log.error("search_failed", code=error.code, sentence=str(error))
        return _later(message_page(site, 503, "One moment", _NO_SEARCH, query))


async def _index(service: Service) -> SearchIndex | None:
    try:
        return await service.read(service.footnote.index.current)
    except (IndexUnavailable, StorageError):
        return None


def _preparing(site: Site) -> Response:
    return _later(message_page(site, 503, "One moment", _NO_INDEX))


def _later(answer: Response, seconds: int = RETRY_SECONDS) -> Response:
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _cached(answer: Response, etag: str, caching: str) -> Response:
    """The answer with its caching rule; with its tag only when it is the page that was asked for."""
    answer.headers["Cache-Control"] = caching
    if answer.status_code == 200:
        answer.headers["ETag"] = etag
    return answer
