"""Sessions of signed-in agents. They live here and not in the cookie, so that one can be ended at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from bot.models import Agent, Moment
from bot.roles import Role
from bot.storage.audit import note
from bot.storage.database import Database
from bot.storage.schema import agent_sessions, agents
from bot.storage.tokens import new_token, token_sha256

ABSOLUTE = timedelta(hours=12)
"""A session ends so long after the sign-in: a working day."""
IDLE = timedelta(hours=2)
"""A session ends when nothing was asked in it for so long."""
SEEN_EVERY = timedelta(minutes=1)
"""How often it is written down that a session is in use: not at every request."""
USER_AGENT_CHARACTERS = 120

SignedInBy = Literal["password", "link", "provider", "new_password"]


@dataclass(frozen=True, slots=True)
class AgentSession:
    """A session that is in force."""

    agent: Agent
    by_link: bool
    """Whether it was begun by a one-time login and not with a password."""
    created_at: Moment
    has_password: bool
    """Whether the agent has one at present."""
    by_provider: bool = False
    """Whether the agent signs in at an identity provider, and so gets no password here."""


def begin_session(
    database: Database,
    name: str,
    proven_by: str,
    user_agent: str,
    now: datetime,
    replaces: str | None = None,
    how: SignedInBy = "password",
) -> str | None:
    """The token of a new session for who knew the password of hash `proven_by`; the session of the token `replaces`
    ends. None when that is not the agent's password any more, or the agent is disabled."""
    with database.write() as connection:
        row = connection.execute(select(agents).where(agents.c.name == name)).first()
        if row is None or row.disabled_at is not None or row.password_hash != proven_by:
            return None
        return store_session(connection, name, user_agent, now, replaces, how)


def store_session(
    connection: Connection,
    name: str,
    user_agent: str,
    now: datetime,
    replaces: str | None = None,
    how: SignedInBy = "password",
) -> str:
    """The token of a new session of an agent who may sign in, in the transaction that found out so. A session that goes
    on after a new password is no sign-in of its own."""
    token = new_token()
    ended = or_(agent_sessions.c.expires_at <= now, agent_sessions.c.last_seen_at <= now - IDLE)
    if replaces is not None:
        ended |= agent_sessions.c.token_sha256 == token_sha256(replaces)
    connection.execute(delete(agent_sessions).where(ended))
    connection.execute(
        insert(agent_sessions).values(
            token_sha256=token_sha256(token),
            agent=name,
            by_link=how == "link",
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE,
            user_agent=user_agent[:USER_AGENT_CHARACTERS],
        )
    )
    connection.execute(update(agents).where(agents.c.name == name).values(signed_in_at=now))
    if how != "new_password":
        note(connection, now, name, "signed_in", name, by=how)
    return token


def session_of(database: Database, token: str, now: datetime, in_use: bool = True) -> AgentSession | None:
    """The session that `token` opens, if it is in force. `in_use` keeps it from ending for idleness: say False for
    what happens without the agent, such as a page that looks again by itself."""
    digest = token_sha256(token)
    query = (
        select(
            agent_sessions,
            agents.c.display_name,
            agents.c.role,
            agents.c.password_hash,
            agents.c.disabled_at,
            agents.c.oidc_subject,
        )
        .join(agents, agents.c.name == agent_sessions.c.agent)
        .where(agent_sessions.c.token_sha256 == digest)
    )
    with database.read() as connection:
        row = connection.execute(query).first()
    if row is None or not _in_force(row, now):
        return None
    if in_use and now - row.last_seen_at >= SEEN_EVERY:
        with database.write() as connection:
            own = agent_sessions.c.token_sha256 == digest
            connection.execute(update(agent_sessions).where(own).values(last_seen_at=now))
    agent = Agent(row.agent, row.display_name, Role(row.role))
    return AgentSession(agent, row.by_link, row.created_at, row.password_hash is not None, row.oidc_subject is not None)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its agent sees it in a list."""

    created_at: Moment
    last_seen_at: Moment
    user_agent: str


def open_sessions(database: Database, name: str, now: datetime) -> tuple[OpenSession, ...]:
    """An agent's sessions that are in force, the one in use last first."""
    table = agent_sessions.c
    query = (
        select(table.created_at, table.last_seen_at, table.user_agent)
        .where(table.agent == name, table.expires_at > now, table.last_seen_at > now - IDLE)
        .order_by(table.last_seen_at.desc(), table.token_sha256)
    )
    with database.read() as connection:
        return tuple(OpenSession(*row) for row in connection.execute(query))


def end_session(database: Database, token: str) -> None:
    """Ends the session that `token` opens, if there is one."""
    with database.write() as connection:
        connection.execute(delete(agent_sessions).where(agent_sessions.c.token_sha256 == token_sha256(token)))


def _in_force(row: Row[Any], now: datetime) -> bool:
    return row.disabled_at is None and now < row.expires_at and now - row.last_seen_at < IDLE
