"""The agents of the console: who they are, and who may still sign in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.errors import AgentRefused
from bot.models import Agent, Moment
from bot.roles import Role
from bot.storage.audit import note
from bot.storage.database import Database
from bot.storage.schema import agent_sessions, agents, login_links


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAccount:
    """An agent as whoever keeps the list of them sees it."""

    agent: Agent
    has_password: bool
    created_at: Moment
    signed_in_at: Moment | None
    """When the agent last signed in."""
    disabled_at: Moment | None
    by_provider: bool = False
    """Whether the agent signs in at an identity provider, and so has no password here."""


def add_agent(
    database: Database,
    name: str,
    display_name: str,
    now: datetime,
    role: Role = Role.AGENT,
    by: str | None = None,
) -> Agent:
    """A new agent without a password. `name` is normalised (bot/safety/agent_names.py). AgentRefused if it is taken.

    Here and below `by` is the admin who does it, None on the command line; it stands in the audit log.
    """
    with database.write() as connection:
        taken = _row(connection, name)
        if taken is None:
            connection.execute(insert(agents).values(name=name, display_name=display_name, role=role, created_at=now))
            note(connection, now, by, "agent_added", name, role=role)
            return Agent(name, display_name, role)
    remedy = "enable" if taken.disabled_at else "login"
    raise AgentRefused(f"There is an agent {name!r} already. `footnote agents {remedy} {name}` lets them in.")


def agent_accounts(database: Database) -> tuple[AgentAccount, ...]:
    """Every agent, by name."""
    with database.read() as connection:
        return tuple(_account(row) for row in connection.execute(select(agents).order_by(agents.c.name)))


def agent_account(database: Database, name: str) -> AgentAccount | None:
    """The agent of this name, if there is one."""
    with database.read() as connection:
        row = _row(connection, name)
    return None if row is None else _account(row)


def anyone_has_signed_in(database: Database) -> bool:
    """Whether any agent has ever signed in."""
    with database.read() as connection:
        return connection.scalar(select(agents.c.name).where(agents.c.signed_in_at.is_not(None)).limit(1)) is not None


def password_hash_of(database: Database, name: str) -> str | None:
    """The hash that the agent's password is checked against; None for one who has none, is disabled or unknown."""
    with database.read() as connection:
        row = _row(connection, name)
    return None if row is None or row.disabled_at is not None else row.password_hash


def set_password_hash(database: Database, name: str, password_hash: str, now: datetime) -> bool:
    """Stores a new password's hash. Every session and one-time login of the agent ends, for the old password may have
    been known to somebody. False for an agent who is disabled or unknown, or who signs in at an identity provider."""
    with database.write() as connection:
        changed = connection.execute(
            update(agents)
            .where(agents.c.name == name, agents.c.disabled_at.is_(None), agents.c.oidc_subject.is_(None))
            .values(password_hash=password_hash)
        ).rowcount
        if changed:
            end_everything(connection, name)
            note(connection, now, name, "password_set", name)
    return bool(changed)


def replace_password_hash(database: Database, name: str, old: str, new: str) -> None:
    """Stores another hash of the same password, unless the password has been changed meanwhile."""
    with database.write() as connection:
        unchanged = (agents.c.name == name, agents.c.password_hash == old)
        connection.execute(update(agents).where(*unchanged).values(password_hash=new))


def set_role(database: Database, name: str, role: Role, now: datetime, by: str | None = None) -> bool:
    """Gives an agent another role, from the next request on. False if it was this one. AgentRefused if there is no such
    agent, or when an admin would leave the console without any."""
    with database.write() as connection:
        if by is not None and role is not Role.ADMIN:
            _require_another_admin(connection, name)
        before = _required(connection, name).role
        if before == role:
            return False
        connection.execute(update(agents).where(agents.c.name == name).values(role=role))
        note(connection, now, by, "role_changed", name, before=before, after=role)
    return True


def disable_agent(database: Database, name: str, now: datetime, by: str | None = None) -> bool:
    """Shuts an agent out at once: sessions, one-time logins and the password are gone. The name stays, for it stands in
    conversations. False if the agent was disabled before. AgentRefused if there is none, or when an admin would leave
    the console without any: the command line may."""
    with database.write() as connection:
        if by is not None:
            _require_another_admin(connection, name)
        row = _required(connection, name)
        end_everything(connection, name)
        if row.disabled_at is not None:
            return False
        connection.execute(update(agents).where(agents.c.name == name).values(disabled_at=now, password_hash=None))
        note(connection, now, by, "agent_disabled", name)
    return True


def enable_agent(database: Database, name: str, now: datetime, by: str | None = None) -> bool:
    """Lets an agent in again, who has no password then. False if the agent was not disabled. AgentRefused."""
    with database.write() as connection:
        disabled = _required(connection, name).disabled_at is not None
        connection.execute(update(agents).where(agents.c.name == name).values(disabled_at=None))
        if disabled:
            note(connection, now, by, "agent_enabled", name)
    return disabled


def sign_out_everywhere(database: Database, name: str, now: datetime, by: str | None = None) -> int:
    """Ends every session and one-time login of an agent, at once; how many sessions that were. AgentRefused."""
    with database.write() as connection:
        _required(connection, name)
        ended = end_everything(connection, name)
        note(connection, now, by, "signed_out_everywhere", name, sessions=ended)
    return ended


def end_everything(connection: Connection, name: str) -> int:
    """Ends an agent's sessions and one-time logins, in the transaction of what makes that necessary; how many sessions
    there were."""
    ended = connection.execute(delete(agent_sessions).where(agent_sessions.c.agent == name)).rowcount
    connection.execute(delete(login_links).where(login_links.c.agent == name))
    return int(ended)


def _require_another_admin(connection: Connection, name: str) -> None:
    """Raises AgentRefused when `name` is the only admin. The rows stay locked, so that two admins who demote each other
    at once do not both succeed."""
    admins = select(agents.c.name).where(agents.c.role == Role.ADMIN, agents.c.disabled_at.is_(None))
    if list(connection.scalars(admins.order_by(agents.c.name).with_for_update())) == [name]:
        raise AgentRefused(f"{name} is the only admin. Make somebody else an admin first.")


def _row(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(agents).where(agents.c.name == name)).first()


def _required(connection: Connection, name: str) -> Row[Any]:
    row = _row(connection, name)
    if row is None:
        raise AgentRefused(f"There is no agent {name!r}. `footnote agents` lists them all.")
    return row


def _account(row: Row[Any]) -> AgentAccount:
    return AgentAccount(
        agent=Agent(row.name, row.display_name, Role(row.role)),
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        signed_in_at=row.signed_in_at,
        disabled_at=row.disabled_at,
        by_provider=row.oidc_subject is not None,
    )
