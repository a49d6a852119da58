"""Whether a request that changes something comes from a page of this server.

The console is known by a cookie, which a browser sends along whatever page makes it do so. So every request under
/console that is not safe (RFC 9110, section 9.2.1) has to say where it comes from: `Sec-Fetch-Site: same-origin`, or,
from an older browser, an `Origin` that is this server's.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.errors import ForeignOrigin
from bot.web.errors import error_response

GUARDED = "/console"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_SENTENCE = (
    "This was not sent by a page of the console. Open the console and try again; behind a proxy, set "
    "FOOTNOTE_PUBLIC_URL to the address that you open."
)


class OwnOrigin:
    """Refuses with 403 what another site's page would have the console do, whatever route it is for."""

    def __init__(self, app: ASGIApp, public_url: str | None = None) -> None:
        self._app = app
        self._public = None if public_url is None else origin_of(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and is_guarded(scope["path"]) and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            own = {f"{scope.get('scheme', 'http')}://{headers.get('host', '')}".lower(), self._public}
            if not comes_from(headers, own):
                answer = error_response(ForeignOrigin.status, ForeignOrigin.code, _SENTENCE)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_guarded(path: str) -> bool:
    """Whether a path is the console's."""
    return path == GUARDED or path.startswith(GUARDED + "/")


def comes_from(headers: Headers, own: set[str | None]) -> bool:
    """Whether a request's headers say that it comes from one of the origins `own`. A browser's own word
    (`Sec-Fetch-Site`) goes before what it says of the page; without either the answer is no."""
    sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
    if sites:
        return sites == ["same-origin"]
    return len(origins) == 1 and origins[0].lower() in own


def origin_of(url: str) -> str | None:
    """Scheme, host and port of an http(s) address as a browser writes them in `Origin`; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")
