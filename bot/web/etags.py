"""Answers that a browser may keep: it asks again each time, and is told when nothing has changed."""

import hashlib
from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from bot.web.pages import TEMPLATES_FOLDER


def etag_of(*parts: object) -> str:
    """A weak entity tag (RFC 9110, 8.8.3) of a page that these parts and the templates decide."""
    decides = "\0".join((_look(), *(str(part) for part in parts)))
    return f'W/"{hashlib.sha256(decides.encode("utf-8", "replace")).hexdigest()[:32]}"'


def is_fresh(request: Request, etag: str) -> bool:
    """Whether the browser has the page with this tag already (If-None-Match, compared weakly)."""
    asked = request.headers.get("if-none-match", "")
    return etag.removeprefix("W/") in (each.strip().removeprefix("W/") for each in asked.split(","))


def not_modified(etag: str, caching: str) -> Response:
    """The answer for who has the page already."""
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": caching})


@cache
def _look() -> str:
    """The checksum of the templates, which change with the version that is installed."""
    found = hashlib.sha256()
    for file in sorted(TEMPLATES_FOLDER.rglob("*.html")):
        found.update(file.read_bytes())
    return found.hexdigest()
