"""The widget: one script for other people's pages, and the frame that it opens there, with a policy of its own.

The frame is of this server's origin, so it speaks to the interface without CORS, and the page around it can neither
read nor change it. Which pages may embed it is the site's to say (`frame-ancestors`).
"""

import json
from collections.abc import Iterable

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from bot.answering.shelving import Shelf, shelves
from bot.errors import IndexUnavailable, StorageError
from bot.sites import Site
from bot.web.admission import RunningAdmission
from bot.web.assets import Accepted, Known, asset, sent
from bot.web.dependencies import RunningService
from bot.web.pages import page
from bot.web.service import Service
from bot.web.widget_assets import PANEL, assets, loader, version

router = APIRouter(prefix="/widget/v1", include_in_schema=False)

LOADER_SECONDS = 300
KEPT_FOR_GOOD = "public, max-age=31536000, immutable"
SUGGESTIONS = 4
SUGGESTED_SECTION = "faq"
DEFAULT_LOCALE = "en"
_QUESTION_MARKS = ("?", "？", "؟")
_READ = ["GET", "HEAD"]
_FOR_EVERY_PAGE = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""Pages that isolate themselves (COEP) load only what says this."""


@router.api_route("/loader.js", methods=_READ)
async def send_loader(accepted: Accepted = "", known: Known = "") -> Response:
    """The script that pages include. A new one reaches them within minutes."""
    return sent(loader(), accepted, known, {"Cache-Control": f"public, max-age={LOADER_SECONDS}", **_FOR_EVERY_PAGE})


@router.api_route("/frame", methods=_READ)
async def frame(
    service: RunningService, admission: RunningAdmission, site: str = "", accepted: Accepted = ""
) -> Response:
    """The page in the frame. UnknownSite for a key that no site has."""
    found = admission.sites.site(site)
    shelved = await service.read(lambda: _shelved(service))
    base = f"/widget/v1/assets/{version()}/"
    made = page(
        "widget/frame.html",
        site=found,
        question_characters=service.footnote.settings.question_characters,
        suggestions=json.dumps(suggestions(shelved, (found.locales or (DEFAULT_LOCALE,))[0])),
        script=base + PANEL,
        styles=[base + name for name in assets() if name.endswith(".css")],
        modules=[base + name for name in assets() if name.endswith(".js") and name != PANEL],
    )
    isolated = {"Cross-Origin-Embedder-Policy": "require-corp", **_FOR_EVERY_PAGE}
    headers = {"Content-Security-Policy": frame_policy(found), **isolated}
    # Always the whole page: what a browser has kept, it may have kept with the policy of another day.
    return sent(asset("frame.html", bytes(made.body).decode()), accepted, "", headers)


@router.api_route("/assets/{of_version}/{name:path}", methods=_READ)
async def send_asset(of_version: str, name: str, accepted: Accepted = "", known: Known = "") -> Response:
    """A file of the frame. Of another version (a page opened before an update) it is today's, and is not kept."""
    found = assets().get(name)
    if found is None:
        raise HTTPException(404)
    caching = KEPT_FOR_GOOD if of_version == version() else "no-cache"
    return sent(found, accepted, known, {"Cache-Control": caching})


@router.api_route("/logo", methods=_READ)
async def logo(admission: RunningAdmission, site: str = "") -> FileResponse:
    """The picture of a site that has one."""
    found = admission.sites.site(site)
    if found.logo is None:
        raise HTTPException(404)
    return FileResponse(found.logo)


def frame_policy(site: Site) -> str:
    """The frame's Content-Security-Policy: everything of this server's, nothing else; embedded by the site's pages."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "font-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            " ".join(("frame-ancestors 'self'", *site.origins)),
        )
    )


def suggestions(shelved: Iterable[Shelf], locale: str) -> list[str]:
    """What a customer may ask first: the most viewed titles of the questions and answers that are questions, of those
    in the language of the locale."""
    shelf = next((each for each in shelved if each.section == SUGGESTED_SECTION), Shelf(SUGGESTED_SECTION, ()))
    viewed = shelf.most_viewed(len(shelf.articles))
    titles = (article.title.strip() for article in viewed if _language(article.locale) == _language(locale))
    return [title for title in titles if title.endswith(_QUESTION_MARKS)][:SUGGESTIONS]


def _language(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()


def _shelved(service: Service) -> tuple[Shelf, ...]:
    try:
        index = service.footnote.index.current()
    except (IndexUnavailable, StorageError):
        return ()
    return shelves(index.articles, index.kin, index.superseded)
