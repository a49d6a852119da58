from datetime import datetime, timedelta

import pytest

from bot.errors import AgentRefused
from bot.roles import Role
from bot.storage.agent_sessions import begin_session
from bot.storage.agents import (
    add_agent,
    disable_agent,
    enable_agent,
    set_password_hash,
    set_role,
    sign_out_everywhere,
)
from bot.storage.audit import AuditEntry, audit_entries, audited_actions, note
from bot.storage.database import Database
from bot.storage.login_links import make_login_link, use_login_link


def seen(entries: tuple[AuditEntry, ...]) -> list[tuple[str | None, str, str]]:
    return [(entry.agent, entry.action, entry.object) for entry in entries]


def test_entries_come_newest_first_and_in_pages(database: Database, now: datetime) -> None:
    with database.write() as connection:
        for number in range(5):
            note(connection, now + timedelta(seconds=number), "ada", "pinned", f"article-{number}", reason="new", to=3)
    first = audit_entries(database, 2)
    assert [entry.object for entry in first] == ["article-4", "article-3"]
    assert first[0].at == now + timedelta(seconds=4)
    assert first[0].detail == {"reason": "new", "to": 3}
    rest = audit_entries(database, 9, before=first[-1].number)
    assert [entry.object for entry in rest] == ["article-2", "article-1", "article-0"]


def test_entries_are_chosen_by_agent_and_action(database: Database, now: datetime) -> None:
    with database.write() as connection:
        for agent, action in (("ada", "pinned"), (None, "pinned"), ("bo", "muted"), ("ada", "muted")):
            note(connection, now, agent, action, "x")
    assert seen(audit_entries(database, 9, agent="ada")) == [("ada", "muted", "x"), ("ada", "pinned", "x")]
    assert seen(audit_entries(database, 9, agent="")) == [(None, "pinned", "x")]
    assert seen(audit_entries(database, 9, agent="ada", action="muted")) == [("ada", "muted", "x")]
    assert audit_entries(database, 9, agent="nobody") == ()
    assert audited_actions(database) == ("muted", "pinned")


def test_an_entry_is_stored_with_its_change_or_not_at_all(database: Database, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        note(connection, now, "ada", "pinned", "x")
        raise ZeroDivisionError
    assert audit_entries(database, 9) == ()


def test_what_concerns_agents_is_noted_and_no_secret_with_it(database: Database, now: datetime) -> None:
    add_agent(database, "ada", "Ada", now, Role.ADMIN)
    add_agent(database, "bo", "Bo", now, by="ada")
    link = make_login_link(database, "bo", now, by="ada")
    assert use_login_link(database, link, "browser", now)
    set_password_hash(database, "bo", "argon2-hash", now)
    begin_session(database, "bo", "argon2-hash", "browser", now, how="new_password")
    begin_session(database, "bo", "argon2-hash", "browser", now)
    set_role(database, "bo", Role.EDITOR, now, "ada")
    set_role(database, "bo", Role.EDITOR, now, "ada")
    sign_out_everywhere(database, "bo", now, "bo")
    disable_agent(database, "bo", now, "ada")
    disable_agent(database, "bo", now, "ada")
    enable_agent(database, "bo", now)
    enable_agent(database, "bo", now)
    entries = audit_entries(database, 99)
    assert seen(entries)[::-1] == [
        (None, "agent_added", "ada"),
        ("ada", "agent_added", "bo"),
        ("ada", "login_made", "bo"),
        ("bo", "signed_in", "bo"),
        ("bo", "password_set", "bo"),
        ("bo", "signed_in", "bo"),
        ("ada", "role_changed", "bo"),
        ("bo", "signed_out_everywhere", "bo"),
        ("ada", "agent_disabled", "bo"),
        (None, "agent_enabled", "bo"),
    ]
    details = {entry.action: dict(entry.detail) for entry in entries}
    assert details["role_changed"] == {"before": "agent", "after": "editor"}
    assert details["login_made"] == {"minutes": 15}
    assert details["signed_out_everywhere"] == {"sessions": 2}
    assert link not in str(details) and "argon2" not in str(details)


def test_a_refused_change_leaves_no_entry(database: Database, now: datetime) -> None:
    add_agent(database, "ada", "Ada", now, Role.ADMIN)
    for refused in (
        lambda: set_role(database, "ada", Role.AGENT, now, "ada"),
        lambda: disable_agent(database, "ada", now, "ada"),
        lambda: add_agent(database, "ada", "Ada", now, by="ada"),
        lambda: sign_out_everywhere(database, "nobody", now, "ada"),
    ):
        with pytest.raises(AgentRefused):
            refused()
    assert seen(audit_entries(database, 9)) == [(None, "agent_added", "ada")]
