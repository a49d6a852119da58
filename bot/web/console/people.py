"""Who may sign in to the console, and as what: for admins."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.errors import AgentRefused
from bot.models import Agent
from bot.roles import Permission, Role
from bot.signing_in import login_url, new_agent
from bot.storage.agents import (
    AgentAccount,
    agent_account,
    agent_accounts,
    disable_agent,
    enable_agent,
    set_role,
    sign_out_everywhere,
)
from bot.storage.login_links import INVITATION, LIFETIME
from bot.web.agents import CONSOLE, RunningEntrance
from bot.web.console.dependencies import console_page, wants_json
from bot.web.console.permissions import require
from bot.web.dependencies import RunningService
from bot.web.forms import read_form
from bot.web.schemas import Text, Wire

PEOPLE = "/console/people"
ROLES = {
    Role.AGENT: "answers customers, tries questions, reads articles and reports",
    Role.EDITOR: "as an agent, and mends answers and reads the sources again",
    Role.ADMIN: "as an editor, and decides who may sign in, goes back to an earlier index and reads the audit log",
}
"""What each role is there for, in words."""

router = APIRouter(prefix=PEOPLE, include_in_schema=False)

ManagingAgent = Annotated[Agent, require(Permission.MANAGE_PEOPLE)]
_Field = Annotated[Text, Field(max_length=200)]


class InvitationForm(Wire):
    """Somebody new. Customers read `display_name`, or else the name."""

    name: _Field
    display_name: _Field = ""
    role: Role = Role.AGENT


class AgentForm(Wire):
    """Whom something is done to."""

    name: _Field


class RoleForm(AgentForm):
    """An agent's new role."""

    role: Role


class Office:
    """An admin at work on the list of agents: does something, and answers with the list."""

    def __init__(self, request: Request, agent: ManagingAgent, service: RunningService, door: RunningEntrance) -> None:
        self.request = request
        self.agent: Agent = agent
        self.database = service.footnote.database
        self._service = service
        self._address = door.address(request)

    async def done(self, name: str, work: Callable[[datetime, str], object], news: str) -> Response:
        """The list with what was done to `name`, or with why it was not. Who did it to themselves may see it no more,
        and goes to the first page."""
        try:
            await self._service.read(lambda: work(datetime.now(UTC), self.agent.name))
        except AgentRefused as error:
            return await self.page(error.status, refusal=str(error))
        return RedirectResponse(CONSOLE, 303) if name == self.agent.name else await self.page(news=news)

    async def let_in(self, make: Callable[[datetime, str], str], form: InvitationForm | None = None) -> Response:
        """The list with a one-time login for the agent that `make` names: the only time that it is shown."""
        database = self.database

        def made() -> tuple[AgentAccount | None, str]:
            now = datetime.now(UTC)
            name = make(now, self.agent.name)
            account = agent_account(database, name)
            lifetime = LIFETIME if account is not None and account.signed_in_at is not None else INVITATION
            return account, login_url(database, self._address, name, now, lifetime, self.agent.name)

        try:
            account, login = await self._service.read(made)
        except AgentRefused as error:
            return await self.page(error.status, refusal=str(error), form=form)
        return await self.page(invited=account, login=login)

    async def listed(self) -> Response:
        """Everybody, for a script."""
        accounts = await self._service.read(lambda: agent_accounts(self.database))
        return JSONResponse({"agents": [to_json(each) for each in accounts]})

    async def page(
        self,
        status: int = 200,
        *,
        refusal: str = "",
        news: str = "",
        invited: AgentAccount | None = None,
        login: str = "",
        form: InvitationForm | None = None,
    ) -> Response:
        """Everybody who may sign in, or might once."""
        accounts = await self._service.read(lambda: agent_accounts(self.database))
        return console_page(
            "people.html",
            self.agent,
            status,
            accounts=accounts,
            roles=ROLES,
            refusal=refusal,
            news=news,
            invited=invited,
            login=login,
            form=form or InvitationForm(name=""),
        )


AtOffice = Annotated[Office, Depends(Office)]


@router.get("")
async def show_people(office: AtOffice) -> Response:
    """Everybody who may sign in, or might once."""
    if wants_json(office.request):
        return await office.listed()
    return await office.page()


@router.post("")
async def invite(office: AtOffice) -> Response:
    """Make an agent, and show the one-time login that lets them in."""
    form, database = await read_form(office.request, InvitationForm), office.database
    return await office.let_in(
        lambda now, by: new_agent(database, form.name, form.display_name or None, now, form.role, by).name, form
    )


@router.post("/login")
async def let_in(office: AtOffice) -> Response:
    """A new one-time login for who never got in, or has forgotten the password."""
    form = await read_form(office.request, AgentForm)
    return await office.let_in(lambda _now, _by: form.name)


@router.post("/role")
async def change_role(office: AtOffice) -> Response:
    """Give an agent another role."""
    form, database = await read_form(office.request, RoleForm), office.database
    return await office.done(
        form.name,
        lambda now, by: set_role(database, form.name, form.role, now, by),
        f"The role of {form.name} is {form.role.value} now.",
    )


@router.post("/disable")
async def disable(office: AtOffice) -> Response:
    """Shut an agent out at once."""
    form, database = await read_form(office.request, AgentForm), office.database
    return await office.done(
        form.name,
        lambda now, by: disable_agent(database, form.name, now, by),
        f"{form.name} is disabled: signed out everywhere, and without a password.",
    )


@router.post("/enable")
async def enable(office: AtOffice) -> Response:
    """Let a disabled agent in again."""
    form, database = await read_form(office.request, AgentForm), office.database
    return await office.done(
        form.name,
        lambda now, by: enable_agent(database, form.name, now, by),
        f"{form.name} is enabled, and gets in with a new one-time login.",
    )


@router.post("/sign-out")
async def sign_out(office: AtOffice) -> Response:
    """End an agent's sessions, on every device."""
    form, database = await read_form(office.request, AgentForm), office.database
    return await office.done(
        form.name,
        lambda now, by: sign_out_everywhere(database, form.name, now, by),
        f"{form.name} is signed out everywhere.",
    )


def to_json(account: AgentAccount) -> dict[str, Any]:
    """An agent as the list gives it to scripts."""
    return {
        "name": account.agent.name,
        "display_name": account.agent.display_name,
        "role": account.agent.role.value,
        "has_password": account.has_password,
        "by_provider": account.by_provider,
        "created_at": account.created_at.isoformat(),
        "signed_in_at": None if account.signed_in_at is None else account.signed_in_at.isoformat(),
        "disabled_at": None if account.disabled_at is None else account.disabled_at.isoformat(),
    }
