"""The door of the console: sign-in, sign-out, one-time logins and the password."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.errors import Overloaded, PasswordRefused, SignInFailed, SignInRequired, TooManySignIns
from bot.roles import Permission
from bot.safety.passwords import MAX_CHARACTERS, MIN_CHARACTERS
from bot.signing_in import Entered
from bot.storage.agent_sessions import AgentSession
from bot.web.agents import (
    CONSOLE,
    SIGN_IN,
    Entrance,
    RunningEntrance,
    SignedInSession,
    own_path,
    require_confidential,
)
from bot.web.console.navigation import places_for
from bot.web.console.permissions import OPEN, require
from bot.web.dependencies import RunningService
from bot.web.errors import RETRY_SECONDS
from bot.web.forms import read_form
from bot.web.pages import page
from bot.web.schemas import Text, Wire

FIELD_CHARACTERS = 1000
"""Longer than any password may be, so that one that is too long is told so by the page."""
GONE = 410
OWN_ACCOUNT = require(Permission.OWN_ACCOUNT)

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(require_confidential)])

_log = structlog.get_logger("footnote.web")

_Field = Annotated[Text, Field(max_length=FIELD_CHARACTERS)]
_Refusal = SignInFailed | TooManySignIns | Overloaded | PasswordRefused


class SignInForm(Wire):
    """The sign-in page's form. `next`: where to go on."""

    name: _Field
    password: _Field
    next: _Field = CONSOLE


class PasswordForm(Wire):
    """The password page's form; `present` is left out where it is not asked for."""

    present: _Field = ""
    new: _Field
    next: _Field = CONSOLE


@router.api_route("/sign-in", methods=["GET", "HEAD"], dependencies=[OPEN])
async def sign_in_page(
    request: Request, service: RunningService, door: RunningEntrance, next: str = CONSOLE
) -> Response:
    """The sign-in page; it leads on who is signed in already."""
    token = door.token(request)
    try:
        await service.read(lambda: door.signing_in.session(token))
    except SignInRequired:
        return _sign_in_page(door, next)
    return _go_on(next)


@router.post("/sign-in", dependencies=[OPEN])
async def sign_in(request: Request, door: RunningEntrance) -> Response:
    """Sign in with name and password."""
    form, visitor = await read_form(request, SignInForm), door.visitor(request)
    try:
        entered = await door.check(lambda: door.signing_in.with_password(form.name, form.password, visitor))
    except (SignInFailed, TooManySignIns, Overloaded) as error:
        _log.warning("sign_in_refused", code=error.code)
        return _refused(error, _sign_in_page(door, form.next, form.name, error))
    _log.info("signed_in", agent=entered.agent.name, by="password")
    return _enter(door, request, entered, _go_on(form.next))


@router.post("/sign-out", dependencies=[OPEN])
async def sign_out(request: Request, service: RunningService, door: RunningEntrance) -> Response:
    """End the session, here and on the server."""
    token = door.token(request)
    await service.read(lambda: door.signing_in.sign_out(token))
    response = RedirectResponse(SIGN_IN, 303)
    door.take_cookie(response)
    return response


@router.api_route("/login/{link}", methods=["GET", "HEAD"], dependencies=[OPEN])
async def login_page(link: str, service: RunningService, door: RunningEntrance) -> HTMLResponse:
    """A page with one button. Looking at it uses nothing up: previews of links and prefetching do so, too."""
    try:
        agent = await service.read(lambda: door.signing_in.whom_link_lets_in(link))
    except SignInFailed as error:
        return _no_login(error)
    return page("console/login.html", invited=agent)


@router.post("/login/{link}", dependencies=[OPEN])
async def login(link: str, request: Request, service: RunningService, door: RunningEntrance) -> Response:
    """Use a one-time login up; who has no password is asked for one."""
    visitor = door.visitor(request)
    try:
        entered = await service.read(lambda: door.signing_in.with_link(link, visitor))
    except SignInFailed as error:
        _log.warning("sign_in_refused", code=error.code)
        return _no_login(error)
    _log.info("signed_in", agent=entered.agent.name, by="link")
    session = await service.read(lambda: door.signing_in.session(entered.token))
    needs_none = session.has_password or session.by_provider
    return _enter(door, request, entered, RedirectResponse(CONSOLE if needs_none else "/console/password", 303))


@router.api_route("/password", methods=["GET", "HEAD"], dependencies=[OWN_ACCOUNT])
async def password_page(session: SignedInSession, door: RunningEntrance, next: str = CONSOLE) -> HTMLResponse:
    """The page that sets a password."""
    return _password_page(door, session, next)


@router.post("/password", dependencies=[OWN_ACCOUNT])
async def set_password(request: Request, session: SignedInSession, door: RunningEntrance) -> Response:
    """Set a password. Every other session of the agent ends."""
    form, visitor = await read_form(request, PasswordForm), door.visitor(request)
    try:
        entered = await door.check(lambda: door.signing_in.set_password(form.present, form.new, visitor))
    except (SignInFailed, TooManySignIns, PasswordRefused, Overloaded) as error:
        return _refused(error, _password_page(door, session, form.next, error))
    _log.info("password_set", agent=entered.agent.name)
    return _enter(door, request, entered, _go_on(form.next))


def _sign_in_page(door: Entrance, after: str, name: str = "", error: _Refusal | None = None) -> HTMLResponse:
    status = 200 if error is None else error.status
    return page(
        "console/sign_in.html",
        status,
        name=name,
        next=own_path(after),
        error=error,
        provider=None if door.provider is None else door.provider.host,
    )


def _password_page(door: Entrance, session: AgentSession, after: str, error: _Refusal | None = None) -> HTMLResponse:
    return page(
        "console/password.html",
        200 if error is None else error.status,
        agent=session.agent,
        places=places_for(session.agent.role),
        is_first=not session.has_password,
        asks_present=door.signing_in.needs_present_password(session),
        wrong_present=isinstance(error, SignInFailed),
        least=MIN_CHARACTERS,
        most=MAX_CHARACTERS,
        next=own_path(after),
        error=error,
    )


def _no_login(error: SignInFailed) -> HTMLResponse:
    return page("console/notice.html", GONE, heading="This login is not valid", sentence=str(error), way=SIGN_IN)


def _refused(error: _Refusal, response: HTMLResponse) -> HTMLResponse:
    """The page, with when to try again where there is such a moment."""
    if error.status in (429, 503):
        seconds = error.seconds if isinstance(error, TooManySignIns) else RETRY_SECONDS
        response.headers["Retry-After"] = str(seconds)
    return response


def _go_on(after: str) -> RedirectResponse:
    return RedirectResponse(own_path(after), 303)


def _enter(door: Entrance, request: Request, entered: Entered, response: Response) -> Response:
    door.give_cookie(request, response, entered.token)
    return response
