"""How an agent gets in and out: with a password, with a one-time login, and with a new password. What HTTP and the
command line share."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from bot.errors import AgentRefused, PasswordRefused, SignInFailed, SignInRequired, TooManySignIns
from bot.models import Agent
from bot.roles import Role
from bot.safety.agent_names import display_name_fault, name_fault, normalised_name, tidy_display_name
from bot.safety.password_hashes import PasswordHashes
from bot.safety.passwords import normalised_password, password_fault
from bot.safety.provider_claims import ProviderIdentity
from bot.safety.sign_in_attempts import SignInAttempts
from bot.storage.agent_sessions import AgentSession, begin_session, end_session, session_of
from bot.storage.agents import (
    add_agent,
    agent_account,
    agent_accounts,
    anyone_has_signed_in,
    password_hash_of,
    replace_password_hash,
    set_password_hash,
)
from bot.storage.database import Database
from bot.storage.login_links import LIFETIME, agent_of_link, make_login_link, use_login_link
from bot.storage.provider_agents import ProviderAgent, enter_from_provider, shut_out

FIRST_AGENT = Agent("admin", "Support", Role.ADMIN)
"""Who signs in first where nobody ever has; customers read the second name."""
RESET_WITHIN = timedelta(minutes=15)
"""How long after a one-time login the agent may set a password without knowing the present one."""

_WRONG = "This name and password do not belong together. Try again, or ask for a one-time login."
_USED_UP = (
    "This one-time login opens nothing: it was used already, it has expired, or a newer one was made. "
    "Ask for another one."
)
_NO_ROLE = (
    "You are known to the identity provider, but none of your groups there has a role in this console. Ask whoever "
    "gives out the groups."
)
_AT_PROVIDER = "You sign in at the identity provider, so there is no password of yours here."


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the door: the network address, the browser, and the token of the session it comes with, if any."""

    address: str
    user_agent: str = ""
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """An agent who has got in, and the token of the new session."""

    agent: Agent
    token: str


class SigningIn:
    """The door of the console. Safe to share between threads; checks of passwords take long (0.2 s, 64 MiB each)."""

    def __init__(
        self,
        database: Database,
        hashes: PasswordHashes | None = None,
        attempts: SignInAttempts | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._hashes = hashes or PasswordHashes()
        self._attempts = attempts or SignInAttempts(time.monotonic)
        self._now = now

    def with_password(self, name: str, password: str, visitor: Visitor) -> Entered:
        """A new session for who knows the password; the one the visitor came with ends. SignInFailed, whatever is
        wrong, and as late for an unknown name; TooManySignIns."""
        agent = normalised_name(name)
        stored = self._proven(agent, password, visitor.address)
        token = begin_session(self._database, agent, stored, visitor.user_agent, self._now(), visitor.token)
        account = agent_account(self._database, agent)
        if token is None or account is None:
            raise SignInFailed(_WRONG)
        if self._hashes.is_outdated(stored):
            replace_password_hash(self._database, agent, stored, self._hashes.hash(password))
        return Entered(account.agent, token)

    def whom_link_lets_in(self, link: str) -> Agent:
        """Whom a one-time login would sign in; it stays usable. SignInFailed when it opens nothing."""
        agent = agent_of_link(self._database, link, self._now())
        if agent is None:
            raise SignInFailed(_USED_UP)
        return agent

    def with_link(self, link: str, visitor: Visitor) -> Entered:
        """A new session for who has a one-time login, which is used up by it. SignInFailed when it opens nothing."""
        used = use_login_link(self._database, link, visitor.user_agent, self._now(), visitor.token)
        if used is None:
            raise SignInFailed(_USED_UP)
        return Entered(*used)

    def with_provider(self, identity: ProviderIdentity, role: Role | None, visitor: Visitor) -> Entered:
        """A new session for whom an identity provider has let in, with the role that their groups give there.
        SignInFailed when they give none, and as in bot/storage/provider_agents.py."""
        if role is None:
            shut_out(self._database, identity.issuer, identity.subject, self._now())
            raise SignInFailed(_NO_ROLE)
        who = ProviderAgent(
            issuer=identity.issuer,
            subject=identity.subject,
            name=identity.name,
            display_name=identity.display_name,
            role=role,
            is_vouched_for=identity.is_vouched_for,
        )
        entered = enter_from_provider(self._database, who, visitor.user_agent, self._now(), visitor.token)
        return Entered(*entered)

    def session(self, token: str | None, in_use: bool = True) -> AgentSession:
        """The session that a token opens; `in_use` as in bot/storage/agent_sessions.py. SignInRequired."""
        found = session_of(self._database, token, self._now(), in_use) if token else None
        if found is None:
            raise SignInRequired
        return found

    def needs_present_password(self, session: AgentSession) -> bool:
        """Whether the agent must know the present password to set another one: not without one, nor right after a
        one-time login."""
        return session.has_password and not (session.by_link and self._now() - session.created_at < RESET_WITHIN)

    def set_password(self, present: str, new: str, visitor: Visitor) -> Entered:
        """A new password for the agent whose session the visitor came with, and a new session: all others end.
        SignInRequired, SignInFailed for a wrong present password, TooManySignIns, PasswordRefused."""
        session = self.session(visitor.token)
        agent = session.agent
        if session.by_provider:
            raise PasswordRefused(_AT_PROVIDER)
        if self.needs_present_password(session):
            self._proven(agent.name, present, visitor.address, "The present password is another one. Try again.")
        if fault := password_fault(normalised_password(new), (agent.name, agent.display_name)):
            raise PasswordRefused(fault)
        stored = self._hashes.hash(new)
        set_password_hash(self._database, agent.name, stored, self._now())
        token = begin_session(self._database, agent.name, stored, visitor.user_agent, self._now(), how="new_password")
        if token is None:
            raise SignInRequired
        return Entered(agent, token)

    def sign_out(self, token: str | None) -> None:
        """Ends the session that a token opens, if there is one."""
        if token:
            end_session(self._database, token)

    def _proven(self, name: str, password: str, address: str, sentence: str = _WRONG) -> str:
        """The stored hash that the password was proven by."""
        known = name if name_fault(name) is None else None
        wait = self._attempts.begin(known, address)
        if wait > 0:
            raise TooManySignIns(ceil(wait))
        stored = password_hash_of(self._database, name) if known else None
        if not self._hashes.matches(stored, password) or stored is None:
            raise SignInFailed(sentence)
        self._attempts.succeeded(name, address)
        return stored


def new_agent(
    database: Database,
    name: str,
    display_name: str | None,
    now: datetime,
    role: Role | None = None,
    by: str | None = None,
) -> Agent:
    """A new agent of a name as a person types it; customers read `display_name`, or else the name. Where no `role` is
    said the first of all agents is an admin and any other an agent. `by` is the admin who invites, None on the command
    line. AgentRefused."""
    name, shown = normalised_name(name), tidy_display_name(display_name or name)
    fault = name_fault(name) or display_name_fault(shown)
    if fault:
        raise AgentRefused(fault)
    role = role or (Role.AGENT if agent_accounts(database) else Role.ADMIN)
    return add_agent(database, name, shown, now, role, by)


def login_url(
    database: Database,
    links_start_with: str,
    name: str,
    now: datetime,
    lifetime: timedelta = LIFETIME,
    by: str | None = None,
) -> str:
    """The address of a new one-time login for an agent. AgentRefused for one who is disabled or unknown."""
    token = make_login_link(database, normalised_name(name), now, lifetime, by)
    return f"{links_start_with}/console/login/{token}"


def first_login(database: Database, links_start_with: str, now: datetime) -> str | None:
    """The address of a one-time login for the first agent, who is made if need be; None when somebody has signed in
    before, or the first agent is disabled."""
    if anyone_has_signed_in(database):
        return None
    with suppress(AgentRefused):
        add_agent(database, FIRST_AGENT.name, FIRST_AGENT.display_name, now, FIRST_AGENT.role)
    try:
        return login_url(database, links_start_with, FIRST_AGENT.name, now)
    except AgentRefused:
        return None
