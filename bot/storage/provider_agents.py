"""Agents who sign in at an identity provider: made at the first sign-in, and given the role of their groups at each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.errors import SignInFailed
from bot.models import Agent
from bot.roles import Role
from bot.storage.agent_sessions import store_session
from bot.storage.agents import end_everything
from bot.storage.audit import note
from bot.storage.database import Database
from bot.storage.schema import agents


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAgent:
    """Somebody whom a provider has let in. `is_vouched_for`: `name` is an e-mail address that it says is theirs."""

    issuer: str
    subject: str
    name: str
    display_name: str
    role: Role
    is_vouched_for: bool


def enter_from_provider(
    database: Database, who: ProviderAgent, user_agent: str, now: datetime, replaces: str | None = None
) -> tuple[Agent, str]:
    """The agent and the token of a new session, all in one transaction: who comes for the first time becomes an agent,
    or the agent whose name is the address that the provider vouches for, and has no password from then on. The role is
    the provider's, whatever it was. SignInFailed for who is disabled, and for a name that is somebody else's."""
    with database.write() as connection:
        row = _of_subject(connection, who.issuer, who.subject) or _enrolled(connection, who, now)
        if row.disabled_at is not None:
            raise SignInFailed(f"The agent {row.name} is disabled. Ask an admin of this console.")
        if row.role != who.role:
            connection.execute(update(agents).where(agents.c.name == row.name).values(role=who.role))
            note(connection, now, None, "role_changed", row.name, before=row.role, after=who.role, by="provider")
        token = store_session(connection, row.name, user_agent, now, replaces, "provider")
    return Agent(row.name, row.display_name, who.role), token


def shut_out(database: Database, issuer: str, subject: str, now: datetime) -> None:
    """Ends the sessions of somebody whose groups give no role any more."""
    with database.write() as connection:
        row = _of_subject(connection, issuer, subject)
        if row is not None:
            note(connection, now, None, "sign_in_refused", row.name, sessions=end_everything(connection, row.name))


def _of_subject(connection: Connection, issuer: str, subject: str) -> Row[Any] | None:
    own = (agents.c.oidc_issuer == issuer, agents.c.oidc_subject == subject)
    return connection.execute(select(agents).where(*own)).first()


def _enrolled(connection: Connection, who: ProviderAgent, now: datetime) -> Row[Any]:
    """Who comes for the first time: the agent of this name, if the provider vouches for it, else a new one."""
    own = agents.c.name == who.name
    identity = {"oidc_issuer": who.issuer, "oidc_subject": who.subject}
    row = connection.execute(select(agents).where(own).with_for_update()).first()
    if row is None:
        connection.execute(
            insert(agents).values(
                name=who.name, display_name=who.display_name, role=who.role, created_at=now, **identity
            )
        )
        note(connection, now, None, "agent_added", who.name, role=who.role, by="provider")
    elif row.oidc_subject is not None or not who.is_vouched_for:
        raise SignInFailed(
            f"There is an agent {who.name} already, and the identity provider does not vouch that it is you. "
            "Ask an admin of this console."
        )
    elif row.disabled_at is None:
        end_everything(connection, who.name)
        connection.execute(update(agents).where(own).values(password_hash=None, **identity))
        note(connection, now, None, "linked_to_provider", who.name)
    return connection.execute(select(agents).where(own)).one()
