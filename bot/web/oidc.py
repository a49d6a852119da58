"""Signing in at an identity provider: there, and back. What is in between is the provider's."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.errors import SignInFailed
from bot.identity_provider import IdentityProvider
from bot.storage.oidc_requests import LIFETIME, OidcRequest, keep_request, take_request
from bot.web.agents import CONSOLE, SIGN_IN, Entrance, RunningEntrance, own_path, require_confidential
from bot.web.console.permissions import OPEN
from bot.web.dependencies import RunningService
from bot.web.pages import page

RETURN = "/console/sign-in/return"
COOKIE = "footnote_sign_in"
"""Ties a sign-in to the browser that began it: who is sent the address of somebody else's cannot use it."""
_PARAMETER = Query(max_length=4096)

router = APIRouter(
    prefix="/console/sign-in", include_in_schema=False, dependencies=[Depends(require_confidential), OPEN]
)

_log = structlog.get_logger("footnote.web")

_LOST = "This sign-in was not begun here, was used already, or took too long. Begin again."
_REFUSED = "The identity provider has not let you in. Begin again, or sign in otherwise."


def provider_of(door: RunningEntrance) -> IdentityProvider:
    """The provider that is set. SignInFailed where none is."""
    if door.provider is None:
        raise SignInFailed("There is no identity provider here. Sign in with name and password.")
    return door.provider


@router.get("/provider")
async def go_to_provider(
    request: Request, service: RunningService, door: RunningEntrance, next: Annotated[str, _PARAMETER] = CONSOLE
) -> Response:
    """Lead to the provider's own sign-in page."""
    try:
        provider = provider_of(door)
        begun = await service.read(lambda: provider.begin(_return_address(door, request)))
    except SignInFailed as error:
        return _not_in(error)
    kept = OidcRequest(begun.nonce, begun.verifier, own_path(next))
    database = service.footnote.database
    await service.read(lambda: keep_request(database, begun.state, kept, datetime.now(UTC)))
    response = RedirectResponse(begun.url, 303)
    seconds = int(LIFETIME.total_seconds())
    secure = door.is_secure(request)
    response.set_cookie(COOKIE, begun.state, seconds, path=SIGN_IN, secure=secure, httponly=True, samesite="lax")
    return response


@router.get("/return")
async def come_back(
    request: Request,
    service: RunningService,
    door: RunningEntrance,
    state: Annotated[str, _PARAMETER] = "",
    code: Annotated[str, _PARAMETER] = "",
    iss: Annotated[str, _PARAMETER] = "",
) -> Response:
    """Take whom the provider sends back in. `iss` (RFC 9207) must be the provider's where it is there."""
    try:
        provider, kept = provider_of(door), await _kept(request, service, state)
        if not code or (iss and iss != provider.issuer):
            raise SignInFailed(_REFUSED)
        here, visitor = _return_address(door, request), door.visitor(request)
        identity, role = await service.read(lambda: provider.finish(code, kept.nonce, kept.verifier, here))
        entered = await service.read(lambda: door.signing_in.with_provider(identity, role, visitor))
    except SignInFailed as error:
        _log.warning("sign_in_refused", code=error.code, by="provider")
        return _not_in(error)
    _log.info("signed_in", agent=entered.agent.name, by="provider")
    response = RedirectResponse(own_path(kept.after), 303)
    response.delete_cookie(COOKIE, path=SIGN_IN)
    door.give_cookie(request, response, entered.token)
    return response


async def _kept(request: Request, service: RunningService, state: str) -> OidcRequest:
    """What was kept of the sign-in that this browser has begun. SignInFailed for any other."""
    own = request.cookies.get(COOKIE, "")
    if not state or not secrets.compare_digest(own.encode(), state.encode()):
        raise SignInFailed(_LOST)
    database = service.footnote.database
    kept = await service.read(lambda: take_request(database, state, datetime.now(UTC)))
    if kept is None:
        raise SignInFailed(_LOST)
    return kept


def _return_address(door: Entrance, request: Request) -> str:
    """Where the provider sends the browser back to: it must be registered there."""
    return door.address(request) + RETURN


def _not_in(error: SignInFailed) -> Response:
    return page("console/notice.html", error.status, heading="You are not signed in", sentence=str(error), way=SIGN_IN)
