"""An agent's own account: the password, the sessions, and what the role lets one do."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.models import Agent
from bot.roles import Permission
from bot.storage.agent_sessions import open_sessions
from bot.storage.agents import agent_account, sign_out_everywhere
from bot.web.agents import SIGN_IN, RunningEntrance
from bot.web.console.dependencies import console_page
from bot.web.console.people import ROLES
from bot.web.console.permissions import require
from bot.web.dependencies import RunningService

ACCOUNT = "/console/account"

router = APIRouter(prefix=ACCOUNT, include_in_schema=False)

OwnAgent = Annotated[Agent, require(Permission.OWN_ACCOUNT)]


@router.get("")
async def show_account(agent: OwnAgent, service: RunningService) -> HTMLResponse:
    """Who one is here, and where one is signed in."""
    database = service.footnote.database
    account = await service.read(lambda: agent_account(database, agent.name))
    sessions = await service.read(lambda: open_sessions(database, agent.name, datetime.now(UTC)))
    return console_page("account.html", agent, account=account, sessions=sessions, may_do=ROLES[agent.role])


@router.post("/sign-out-everywhere")
async def leave(agent: OwnAgent, service: RunningService, door: RunningEntrance) -> Response:
    """End all one's sessions, this one too."""
    database = service.footnote.database
    await service.read(lambda: sign_out_everywhere(database, agent.name, datetime.now(UTC), agent.name))
    response = RedirectResponse(SIGN_IN, 303)
    door.take_cookie(response)
    return response
