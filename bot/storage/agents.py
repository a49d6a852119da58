"""The agents of the console: who they are, and who may still sign in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.errors import AgentRefused
from bot.models import Agent, Moment
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


def add_agent(database: Database, name: str, display_name: str, now: datetime) -> Agent:
    """A new agent without a password. `name` is normalised (bot/safety/agent_names.py). AgentRefused if it is taken."""
    with database.write() as connection:
        taken = _row(connection, name)
        if taken is None:
            connection.execute(insert(agents).values(name=name, display_name=display_name, created_at=now))
            return Agent(name, display_name)
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


def set_password_hash(database: Database, name: str, password_hash: str) -> bool:
    """Stores a new password's hash. Every session and one-time login of the agent ends, for the old password may have
    been known to somebody. False for an agent who is disabled or unknown."""
    with database.write() as connection:
        changed = connection.execute(
            update(agents)
            .where(agents.c.name == name, agents.c.disabled_at.is_(None))
            .values(password_hash=password_hash)
        ).rowcount
        _end_everything(connection, name)
    return bool(changed)


def replace_password_hash(database: Database, name: str, old: str, new: str) -> None:
    """Stores another hash of the same password, unless the password has been changed meanwhile."""
    with database.write() as connection:
        unchanged = (agents.c.name == name, agents.c.password_hash == old)
        connection.execute(update(agents).where(*unchanged).values(password_hash=new))


def disable_agent(database: Database, name: str, now: datetime) -> bool:
    """Shuts an agent out at once: sessions, one-time logins and the password are gone. The name stays, for it stands in
    conversations. False if the agent was disabled before. AgentRefused if there is none."""
    with database.write() as connection:
        row = _required(connection, name)
        _end_everything(connection, name)
        if row.disabled_at is not None:
            return False
        connection.execute(update(agents).where(agents.c.name == name).values(disabled_at=now, password_hash=None))
    return True


def enable_agent(database: Database, name: str) -> bool:
    """Lets an agent in again, who has no password then. False if the agent was not disabled. AgentRefused."""
    with database.write() as connection:
        disabled = _required(connection, name).disabled_at is not None
        connection.execute(update(agents).where(agents.c.name == name).values(disabled_at=None))
    return disabled


def _end_everything(connection: Connection, name: str) -> None:
    connection.execute(delete(agent_sessions).where(agent_sessions.c.agent == name))
    connection.execute(delete(login_links).where(login_links.c.agent == name))


def _row(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(agents).where(agents.c.name == name)).first()


def _required(connection: Connection, name: str) -> Row[Any]:
    row = _row(connection, name)
    if row is None:
        raise AgentRefused(f"There is no agent {name!r}. `footnote agents` lists them all.")
    return row


def _account(row: Row[Any]) -> AgentAccount:
    return AgentAccount(
        agent=Agent(row.name, row.display_name),
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        signed_in_at=row.signed_in_at,
        disabled_at=row.disabled_at,
    )
