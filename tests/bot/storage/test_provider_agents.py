from dataclasses import replace
from datetime import datetime

import pytest

from bot.errors import SignInFailed
from bot.models import Agent
from bot.roles import Role
from bot.storage.agent_sessions import begin_session, session_of
from bot.storage.agents import add_agent, agent_account, disable_agent, set_password_hash, set_role
from bot.storage.audit import audit_entries
from bot.storage.database import Database
from bot.storage.provider_agents import ProviderAgent, enter_from_provider, shut_out

MARIA = ProviderAgent(
    issuer="https://login.example.com",
    subject="p-1",
    name="maria@example.com",
    display_name="María",
    role=Role.EDITOR,
    is_vouched_for=True,
)


def test_somebody_new_becomes_an_agent_and_stays_the_same_one(database: Database, now: datetime) -> None:
    agent, token = enter_from_provider(database, MARIA, "browser", now)
    assert agent == Agent("maria@example.com", "María", Role.EDITOR)
    session = session_of(database, token, now)
    assert session is not None
    assert (session.agent, session.by_link, session.has_password, session.by_provider) == (agent, False, False, True)
    married = replace(MARIA, name="maria.garcia@example.com", role=Role.ADMIN)
    again, second = enter_from_provider(database, married, "browser", now, token)
    assert again == Agent("maria@example.com", "María", Role.ADMIN)
    assert session_of(database, token, now) is None and session_of(database, second, now) is not None


def test_the_same_subject_of_another_issuer_is_somebody_else(database: Database, now: datetime) -> None:
    enter_from_provider(database, MARIA, "browser", now)
    other = replace(MARIA, issuer="https://evil.example")
    with pytest.raises(SignInFailed, match=r"There is an agent maria@example\.com already"):
        enter_from_provider(database, other, "browser", now)


def test_only_whom_the_provider_vouches_for_is_somebody_who_is_there(database: Database, now: datetime) -> None:
    add_agent(database, MARIA.name, "Maria L.", now, Role.ADMIN)
    set_password_hash(database, MARIA.name, "hash", now)
    token = begin_session(database, MARIA.name, "hash", "browser", now)
    assert token is not None
    with pytest.raises(SignInFailed, match="does not vouch that it is you"):
        enter_from_provider(database, replace(MARIA, is_vouched_for=False), "browser", now)
    assert session_of(database, token, now) is not None
    agent, _ = enter_from_provider(database, MARIA, "browser", now)
    assert agent == Agent(MARIA.name, "Maria L.", Role.EDITOR), "customers go on reading the name that they know"
    assert session_of(database, token, now) is None
    assert not set_password_hash(database, MARIA.name, "another", now)
    account = agent_account(database, MARIA.name)
    assert account is not None and account.by_provider and not account.has_password
    actions = [entry.action for entry in audit_entries(database, 3)]
    assert actions == ["signed_in", "role_changed", "linked_to_provider"]


def test_who_is_disabled_stays_out_and_nothing_is_changed(database: Database, now: datetime) -> None:
    enter_from_provider(database, MARIA, "browser", now)
    disable_agent(database, MARIA.name, now)
    add_agent(database, "bo@example.com", "Bo", now)
    disable_agent(database, "bo@example.com", now)
    newest = audit_entries(database, 1)
    for who in (replace(MARIA, role=Role.ADMIN), replace(MARIA, name="bo@example.com", subject="p-2")):
        with pytest.raises(SignInFailed, match="is disabled"):
            enter_from_provider(database, who, "browser", now)
    assert audit_entries(database, 1) == newest
    account = agent_account(database, "bo@example.com")
    assert account is not None and not account.by_provider


def test_the_directory_may_demote_even_the_last_admin(database: Database, now: datetime) -> None:
    enter_from_provider(database, replace(MARIA, role=Role.ADMIN), "browser", now)
    agent, _ = enter_from_provider(database, MARIA, "browser", now)
    assert agent.role is Role.EDITOR
    assert set_role(database, MARIA.name, Role.ADMIN, now), "the command line helps"


def test_who_has_lost_every_role_is_out_at_once(database: Database, now: datetime) -> None:
    _, token = enter_from_provider(database, MARIA, "browser", now)
    shut_out(database, MARIA.issuer, "unknown", now)
    assert session_of(database, token, now) is not None
    shut_out(database, MARIA.issuer, MARIA.subject, now)
    assert session_of(database, token, now) is None
    assert audit_entries(database, 1)[0].detail == {"sessions": 1}
