"""What routes ask for: the running service, and the token of a request."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from bot.errors import NotAuthorised
from bot.web.service import Service

_bearer = HTTPBearer(auto_error=False, description="The token that a conversation was opened with.")


def running_service(request: Request) -> Service:
    """The service that the application's lifespan has started."""
    service: Service = request.app.state.service
    return service


def bearer_token(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    """The token of `Authorization: Bearer …`. Raises NotAuthorised without one."""
    if credentials is None or not credentials.credentials:
        raise NotAuthorised("The conversation's token is missing. Send it as “Authorization: Bearer <token>”.")
    return credentials.credentials


RunningService = Annotated[Service, Depends(running_service)]
BearerToken = Annotated[str, Depends(bearer_token)]
