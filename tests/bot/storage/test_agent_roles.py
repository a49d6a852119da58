"""Roles of agents in the database, and what the tenth revision makes of agents who were there before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import text

from bot.errors import AgentRefused
from bot.models import Agent
from bot.roles import Role
from bot.storage.agent_sessions import begin_session, open_sessions, session_of
from bot.storage.agents import (
    add_agent,
    agent_account,
    agent_accounts,
    disable_agent,
    set_password_hash,
    set_role,
    sign_out_everywhere,
)
from bot.storage.database import Database, open_database
from bot.storage.login_links import agent_of_link, make_login_link, use_login_link
from bot.storage.revisions import migrations


def roles(database: Database) -> dict[str, Role]:
    return {account.agent.name: account.agent.role for account in agent_accounts(database)}


def test_a_role_is_kept_and_counts_in_sessions_that_are_open(database: Database, now: datetime) -> None:
    assert add_agent(database, "ada", "Ada", now, Role.ADMIN) == Agent("ada", "Ada", Role.ADMIN)
    add_agent(database, "bo", "Bo", now)
    assert roles(database) == {"ada": Role.ADMIN, "bo": Role.AGENT}
    link = make_login_link(database, "bo", now)
    used = use_login_link(database, link, "browser", now)
    assert used is not None and used[0].role is Role.AGENT
    assert set_role(database, "bo", Role.EDITOR, now, "ada")
    assert not set_role(database, "bo", Role.EDITOR, now, "ada")
    session = session_of(database, used[1], now)
    assert session is not None and session.agent.role is Role.EDITOR
    account = agent_account(database, "bo")
    assert account is not None and account.agent.role is Role.EDITOR


def test_the_console_keeps_an_admin_and_the_command_line_need_not(database: Database, now: datetime) -> None:
    add_agent(database, "ada", "Ada", now, Role.ADMIN)
    add_agent(database, "bo", "Bo", now, Role.ADMIN)
    disable_agent(database, "bo", now, "ada")
    for refused in (
        lambda: set_role(database, "ada", Role.EDITOR, now, "ada"),
        lambda: disable_agent(database, "ada", now, "ada"),
    ):
        with pytest.raises(AgentRefused, match=r"ada is the only admin\. Make somebody else an admin first\."):
            refused()
    assert set_role(database, "ada", Role.EDITOR, now)
    assert roles(database)["ada"] is Role.EDITOR


def test_two_admins_who_demote_each_other_at_once_do_not_both_succeed(database: Database, now: datetime) -> None:
    names = ("ada", "bo", "cy", "di")
    for name in names:
        add_agent(database, name, name, now, Role.ADMIN)

    def demote(pair: tuple[str, str]) -> bool:
        try:
            return set_role(database, pair[0], Role.AGENT, now, pair[1])
        except AgentRefused:
            return False

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(demote, zip(names, (*names[1:], names[0]), strict=True)))
    assert sum(done) == 3
    assert list(roles(database).values()).count(Role.ADMIN) == 1


def test_signing_out_everywhere_ends_sessions_and_logins(database: Database, now: datetime) -> None:
    add_agent(database, "ada", "Ada", now)
    set_password_hash(database, "ada", "hash", now)
    tokens = [begin_session(database, "ada", "hash", f"browser {number}", now) for number in range(2)]
    link = make_login_link(database, "ada", now)
    assert {each.user_agent for each in open_sessions(database, "ada", now)} == {"browser 0", "browser 1"}
    assert len(open_sessions(database, "ada", now + timedelta(hours=3))) == 0
    assert sign_out_everywhere(database, "ada", now) == 2
    assert all(token and session_of(database, token, now) is None for token in tokens)
    assert agent_of_link(database, link, now) is None
    with pytest.raises(AgentRefused):
        sign_out_everywhere(database, "nobody", now)


def test_of_the_agents_who_were_there_the_first_who_may_sign_in_is_an_admin(database: Database, now: datetime) -> None:
    for position, name in enumerate(("gone", "cy", "bo", "ada")):
        add_agent(database, name, name, now + timedelta(minutes=position), Role.EDITOR)
    disable_agent(database, "gone", now)
    with database.write() as connection:
        command.downgrade(migrations(connection), "0009")
        columns = connection.execute(text("SELECT * FROM agents")).keys()
    assert "role" not in columns
    database.close()
    with open_database(database.where) as migrated:
        assert roles(migrated) == {"gone": Role.AGENT, "cy": Role.ADMIN, "bo": Role.AGENT, "ada": Role.AGENT}
