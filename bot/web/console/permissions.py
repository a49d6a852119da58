"""What a route of the console asks of whoever comes: `require` an agent whose role may do something. A route under
/console without such a word, or without `OPEN`, fails a test."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import FootnoteError, NotPermitted
from bot.models import Agent
from bot.roles import Permission, may, refusal
from bot.web.agents import CONSOLE, Entrance, entrance, wants_page
from bot.web.console.navigation import places_for
from bot.web.dependencies import RunningService
from bot.web.errors import error_response
from bot.web.pages import page


@dataclass(frozen=True, slots=True)
class Required:
    """Lets an agent through whose role has `permission`. `in_use` is False for what a page asks by itself (a stream of
    events, a look at progress): that keeps no session from ending for idleness."""

    permission: Permission
    in_use: bool = True

    async def __call__(
        self, request: Request, service: RunningService, door: Annotated[Entrance, Depends(entrance)]
    ) -> Agent:
        """The agent who asks. SignInRequired, NotPermitted."""
        token = door.token(request)
        session = await service.read(lambda: door.signing_in.session(token, self.in_use))
        agent = session.agent
        if not may(agent.role, self.permission):
            request.state.agent = agent
            raise NotPermitted(refusal(agent.role, self.permission))
        return agent


def require(permission: Permission, *, in_use: bool = True) -> Any:
    """The dependency that a route of the console declares: `Annotated[Agent, require(Permission.MEND)]`, or
    `dependencies=[require(…)]` for one that need not know who asks."""
    return Depends(Required(permission, in_use))


def open_to_everybody() -> None:
    """Marks a route of the console that nobody need be signed in for."""


OPEN = Depends(open_to_everybody)

ConversingAgent = Annotated[Agent, require(Permission.CONVERSE)]
WatchingAgent = Annotated[Agent, require(Permission.CONVERSE, in_use=False)]
ReadingAgent = Annotated[Agent, require(Permission.READ)]
MendingAgent = Annotated[Agent, require(Permission.MEND)]


def install_permission_errors(app: FastAPI) -> None:
    """Have a page say that it is for others; what asks for no page gets the one shape of errors."""
    app.add_exception_handler(NotPermitted, _not_permitted)


async def _not_permitted(request: Request, error: Exception) -> Response:
    if not isinstance(error, FootnoteError):
        raise error
    agent: Agent | None = getattr(request.state, "agent", None)
    if agent is None or not wants_page(request.headers):
        return error_response(error.status, error.code, str(error))
    return page(
        "console/forbidden.html",
        error.status,
        agent=agent,
        places=places_for(agent.role),
        sentence=str(error),
        way=CONSOLE,
    )
