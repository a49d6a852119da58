"""One-time logins: a link that opens one session, once, and soon."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from bot.errors import AgentRefused
from bot.models import Agent
from bot.roles import Role
from bot.storage.agent_sessions import store_session
from bot.storage.audit import note
from bot.storage.database import Database
from bot.storage.schema import agents, login_links
from bot.storage.tokens import new_token, token_sha256

LIFETIME = timedelta(minutes=15)
INVITATION = timedelta(days=3)
"""How long the first one-time login of an agent works, where an admin sends it to somebody who is not waiting."""
KEPT = timedelta(days=7)
"""How long it is remembered that a link was made and used."""


def make_login_link(
    database: Database, name: str, now: datetime, lifetime: timedelta = LIFETIME, by: str | None = None
) -> str:
    """The token of a one-time login for an agent; one that was made before and not used opens nothing any more. `by` is
    the admin who makes it, None on the command line. AgentRefused for an agent who is disabled or unknown."""
    token = new_token()
    with database.write() as connection:
        row = connection.execute(select(agents).where(agents.c.name == name)).first()
        if row is None:
            raise AgentRefused(f"There is no agent {name!r}. `footnote agents add {name}` makes one.")
        if row.disabled_at is not None:
            raise AgentRefused(f"The agent {name!r} is disabled. `footnote agents enable {name}` lets them in again.")
        unused = (login_links.c.agent == name) & login_links.c.used_at.is_(None)
        connection.execute(delete(login_links).where(or_(unused, login_links.c.expires_at <= now - KEPT)))
        connection.execute(
            insert(login_links).values(token_sha256=token_sha256(token), agent=name, expires_at=now + lifetime)
        )
        note(connection, now, by, "login_made", name, minutes=int(lifetime / timedelta(minutes=1)))
    return token


def agent_of_link(database: Database, token: str, now: datetime) -> Agent | None:
    """Whom a one-time login would sign in; None when it opens nothing. It can be used afterwards as before."""
    with database.read() as connection:
        row = _unused(connection, token, now)
    return None if row is None else Agent(row.agent, row.display_name, Role(row.role))


def use_login_link(
    database: Database, token: str, user_agent: str, now: datetime, replaces: str | None = None
) -> tuple[Agent, str] | None:
    """Uses a one-time login up: its agent and the token of a new session, both stored at once, so that a crash leaves
    the link usable. The session of the token `replaces` ends. None when the link opens nothing."""
    with database.write() as connection:
        row = _unused(connection, token, now)
        if row is None:
            return None
        own = login_links.c.token_sha256 == row.token_sha256
        connection.execute(update(login_links).where(own).values(used_at=now))
        session = store_session(connection, row.agent, user_agent, now, replaces, "link")
    return Agent(row.agent, row.display_name, Role(row.role)), session


def _unused(connection: Connection, token: str, now: datetime) -> Row[Any] | None:
    query = (
        select(login_links, agents.c.display_name, agents.c.role)
        .join(agents, agents.c.name == login_links.c.agent)
        .where(
            login_links.c.token_sha256 == token_sha256(token),
            login_links.c.used_at.is_(None),
            login_links.c.expires_at > now,
            agents.c.disabled_at.is_(None),
        )
    )
    return connection.execute(query).first()
