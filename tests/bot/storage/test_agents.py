import sqlite3
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.errors import AgentRefused
from bot.models import Agent
from bot.storage.agent_sessions import begin_session
from bot.storage.agents import (
    add_agent,
    agent_account,
    agent_accounts,
    anyone_has_signed_in,
    disable_agent,
    enable_agent,
    password_hash_of,
    replace_password_hash,
    set_password_hash,
)
from bot.storage.database import Database
from bot.storage.login_links import agent_of_link, make_login_link
from bot.storage.schema import agent_sessions


@pytest.fixture
def maria(database: Database, now: datetime) -> Agent:
    return add_agent(database, "maria", "Maria López", now)


def test_agents_are_listed_by_name(database: Database, maria: Agent, now: datetime) -> None:
    add_agent(database, "bea", "Bea", now)
    assert [account.agent.name for account in agent_accounts(database)] == ["bea", "maria"]
    account = agent_account(database, "maria")
    assert account is not None and account.agent == maria == Agent("maria", "Maria López")
    assert (account.has_password, account.created_at, account.signed_in_at, account.disabled_at) == (
        False,
        now,
        None,
        None,
    )
    assert agent_account(database, "nobody") is None


def test_a_name_is_given_once(database: Database, maria: Agent, now: datetime) -> None:
    with pytest.raises(AgentRefused, match="`footnote agents login maria`"):
        add_agent(database, "maria", "Another", now)
    disable_agent(database, "maria", now)
    with pytest.raises(AgentRefused, match="`footnote agents enable maria`"):
        add_agent(database, "maria", "Another", now)
    assert agent_accounts(database)[0].agent == maria


def test_somebody_has_signed_in_once_somebody_has(database: Database, maria: Agent, now: datetime) -> None:
    assert not anyone_has_signed_in(database)
    set_password_hash(database, "maria", "hash", now)
    assert not anyone_has_signed_in(database)
    begin_session(database, "maria", "hash", "browser", now)
    assert anyone_has_signed_in(database)
    assert agent_accounts(database)[0].signed_in_at == now


def test_a_new_password_ends_sessions_and_logins_of_its_agent_alone(database: Database, now: datetime) -> None:
    for name in ("maria", "bea"):
        add_agent(database, name, name, now)
        set_password_hash(database, name, "old", now)
        begin_session(database, name, "old", "browser", now)
    links = [make_login_link(database, name, now) for name in ("maria", "bea")]
    assert set_password_hash(database, "maria", "new", now)
    assert password_hash_of(database, "maria") == "new"
    assert [agent_of_link(database, link, now) for link in links] == [None, Agent("bea", "bea")]
    with database.read() as connection:
        assert list(connection.scalars(select(agent_sessions.c.agent))) == ["bea"]


def test_a_rehash_gives_way_to_a_new_password(database: Database, maria: Agent, now: datetime) -> None:
    set_password_hash(database, "maria", "old", now)
    replace_password_hash(database, "maria", "old", "old, better kept")
    assert password_hash_of(database, "maria") == "old, better kept"
    replace_password_hash(database, "maria", "old", "overtaken")
    assert password_hash_of(database, "maria") == "old, better kept"


def test_a_disabled_agent_is_out_and_keeps_the_name(database: Database, maria: Agent, now: datetime) -> None:
    set_password_hash(database, "maria", "hash", now)
    session = begin_session(database, "maria", "hash", "browser", now)
    link = make_login_link(database, "maria", now)
    assert session is not None
    assert disable_agent(database, "maria", now + timedelta(hours=1))
    assert not disable_agent(database, "maria", now + timedelta(hours=2))
    (account,) = agent_accounts(database)
    assert (account.disabled_at, account.has_password) == (now + timedelta(hours=1), False)
    assert password_hash_of(database, "maria") is None
    assert agent_of_link(database, link, now) is None
    assert not set_password_hash(database, "maria", "hash", now)
    assert begin_session(database, "maria", "hash", "browser", now) is None
    with database.read() as connection:
        assert list(connection.scalars(select(agent_sessions.c.agent))) == []


def test_an_enabled_agent_has_no_password(database: Database, maria: Agent, now: datetime) -> None:
    set_password_hash(database, "maria", "hash", now)
    disable_agent(database, "maria", now)
    assert enable_agent(database, "maria", now)
    assert not enable_agent(database, "maria", now)
    assert password_hash_of(database, "maria") is None
    assert make_login_link(database, "maria", now)


def test_an_unknown_agent_is_no_agent(database: Database, now: datetime) -> None:
    assert password_hash_of(database, "nobody") is None
    assert not set_password_hash(database, "nobody", "hash", now)
    for refused in (lambda: disable_agent(database, "nobody", now), lambda: enable_agent(database, "nobody", now)):
        with pytest.raises(AgentRefused, match="'nobody'"):
            refused()


def test_no_token_is_stored(sqlite_database: Database, now: datetime) -> None:
    add_agent(sqlite_database, "maria", "Maria", now)
    set_password_hash(sqlite_database, "maria", "hash", now)
    session = begin_session(sqlite_database, "maria", "hash", "browser", now)
    link = make_login_link(sqlite_database, "maria", now)
    sqlite_database.close()
    dump = "\n".join(sqlite3.connect(sqlite_database.where).iterdump())
    assert "maria" in dump
    assert session is not None and session not in dump and link not in dump
