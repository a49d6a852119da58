"""Who asks: the agent that a request's cookie signs in, and what becomes of a request without one."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar
from urllib.parse import quote, urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.errors import FootnoteError, Overloaded, RequestRefused, SignInRequired
from bot.identity_provider import IdentityProvider
from bot.signing_in import SigningIn, Visitor
from bot.storage.agent_sessions import AgentSession
from bot.web.dependencies import RunningService
from bot.web.errors import error_response
from bot.web.origins import is_guarded, origin_of
from bot.web.pages import page

COOKIE = "footnote_agent"
SECURE_COOKIE = "__Host-footnote_agent"
"""Over https: a browser takes this name only with Secure, for this host alone and from this host alone."""
CONSOLE = "/console/"
SIGN_IN = "/console/sign-in"
NEXT_CHARACTERS = 2000
CHECKS_AT_ONCE = 2
MOST_WAITING = 32
"""Checks of passwords under way and waiting; at 0.2 s each, two at once, the last one waits some three seconds."""

Result = TypeVar("Result")


class InsecureConnection(RequestRefused):
    """A password would travel where others can read it."""

    code = "insecure_connection"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "Passwords are not taken here, because the connection is not encrypted. Open the console over https, or on "
            "the server's own machine, or set FOOTNOTE_PUBLIC_URL to this address if the network is your own."
        )


@dataclass(slots=True)
class Entrance:
    """The door of the console, as the routes share it: checks a few passwords at a time, each takes 64 MiB."""

    signing_in: SigningIn
    public_url: str | None = None
    provider: IdentityProvider | None = None
    """Where agents may sign in besides."""
    _checks: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(CHECKS_AT_ONCE))

    async def check(self, work: Callable[[], Result]) -> Result:
        """The result of work that checks or makes a password's hash. Overloaded when too much is waiting."""
        if self._checks.statistics().tasks_waiting + self._checks.borrowed_tokens >= MOST_WAITING:
            raise Overloaded("Too many people are signing in at once. Try again in a few seconds.")
        return await to_thread.run_sync(work, limiter=self._checks)

    def is_secure(self, request: Request) -> bool:
        """Whether the browser reached us over https: directly, or through a proxy that says so or is the public URL."""
        if request.scope["scheme"] == "https" or request.headers.get("origin", "").lower().startswith("https://"):
            return True
        public = urlsplit(self.public_url or "")
        return public.scheme == "https" and request.headers.get("host", "").lower() == public.netloc.lower()

    def may_carry_secrets(self, request: Request) -> bool:
        """Whether a password may be sent: over https, to this machine itself, or where the operator has set a public
        URL without https."""
        here = origin_of(f"http://{request.headers.get('host', '')}")
        is_public = here is not None and here == origin_of(self.public_url or "")
        return is_public or self.is_secure(request) or _is_loopback(here)

    def address(self, request: Request) -> str:
        """Where this server is for who asks: the public URL, else what the browser has asked for."""
        scheme = "https" if self.is_secure(request) else "http"
        return self.public_url or f"{scheme}://{request.headers.get('host', '')}"

    def visitor(self, request: Request) -> Visitor:
        """Who is at the door."""
        address = request.client.host if request.client else ""
        user_agent = "".join(letter for letter in request.headers.get("user-agent", "") if letter.isprintable())
        return Visitor(address, user_agent, self.token(request))

    def token(self, request: Request) -> str | None:
        """The token in the request's cookie. Over https the plain cookie is not looked at: a page without https, or a
        neighbour's, could have set it."""
        secure = request.cookies.get(SECURE_COOKIE)
        return secure or (None if self.is_secure(request) else request.cookies.get(COOKIE))

    def give_cookie(self, request: Request, response: Response, token: str) -> None:
        """Have the browser send the token with every request until it is closed. Lax, and not Strict: a link in a
        desk's ticket is to open the conversation; what changes something is guarded by its origin."""
        secure = self.is_secure(request)
        name = SECURE_COOKIE if secure else COOKIE
        response.set_cookie(name, token, path="/", secure=secure, httponly=True, samesite="lax")

    def take_cookie(self, response: Response) -> None:
        """Have the browser forget the token."""
        for name, secure in ((SECURE_COOKIE, True), (COOKIE, False)):
            response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def entrance(request: Request) -> Entrance:
    """The door that the application's lifespan has made."""
    found: Entrance = request.app.state.entrance
    return found


async def agent_session(
    request: Request, service: RunningService, door: Annotated[Entrance, Depends(entrance)]
) -> AgentSession:
    """The session of the agent who asks. SignInRequired: a page leads to the sign-in, anything else gets 401."""
    token = door.token(request)
    return await service.read(lambda: door.signing_in.session(token))


async def still_signed_in(request: Request, service: RunningService) -> bool:
    """Whether the session that a long answer (a stream of events) was begun in is still in force. Asking does not keep
    it from ending for idleness."""
    door = entrance(request)
    token = door.token(request)
    try:
        await service.read(lambda: door.signing_in.session(token, in_use=False))
    except SignInRequired:
        return False
    return True


def require_confidential(request: Request, door: Annotated[Entrance, Depends(entrance)]) -> None:
    """Raises InsecureConnection where a password must not be sent."""
    if not door.may_carry_secrets(request):
        raise InsecureConnection


RunningEntrance = Annotated[Entrance, Depends(entrance)]
SignedInSession = Annotated[AgentSession, Depends(agent_session)]


def install_entrance_errors(app: FastAPI) -> None:
    """Have a page that wants an agent lead to the sign-in, and say on a page where none is possible. What asks for no
    page gets the one shape of errors."""
    app.add_exception_handler(SignInRequired, _sign_in_required)
    app.add_exception_handler(InsecureConnection, _insecure_connection)


def own_path(path: str) -> str:
    """Where to go after the sign-in: `path` if it is one of the console's, else its first page. Never another site."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return CONSOLE
    harmless = len(path) <= NEXT_CHARACTERS and "\\" not in path and path.isprintable() and " " not in path
    if not harmless or parts.scheme or parts.netloc or not is_guarded(parts.path):
        return CONSOLE
    return path


def sign_in_path(after: str) -> str:
    """The sign-in page, which goes on to the path `after`."""
    return SIGN_IN if own_path(after) == CONSOLE else f"{SIGN_IN}?next={quote(after, safe='/')}"


def wants_page(headers: Headers) -> bool:
    """Whether a browser is going to show the answer as a page."""
    return "text/html" in ",".join(headers.getlist("accept")).lower()


async def _sign_in_required(request: Request, error: Exception) -> Response:
    if not isinstance(error, FootnoteError):
        raise error
    if not wants_page(request.headers):
        return error_response(error.status, error.code, str(error))
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(sign_in_path(here if request.method in ("GET", "HEAD") else CONSOLE), 303)


async def _insecure_connection(request: Request, error: Exception) -> Response:
    if not isinstance(error, FootnoteError):
        raise error
    if not wants_page(request.headers):
        return error_response(error.status, error.code, str(error))
    return page("console/notice.html", error.status, heading="Not here", sentence=str(error), way=None)


def _is_loopback(origin: str | None) -> bool:
    host = urlsplit(origin or "").hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
