from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.models import Agent
from bot.storage.agent_sessions import ABSOLUTE, IDLE, SEEN_EVERY, begin_session, end_session, session_of
from bot.storage.agents import add_agent, set_password_hash
from bot.storage.database import Database
from bot.storage.schema import agent_sessions

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def token(database: Database, now: datetime) -> str:
    add_agent(database, "maria", "Maria", now)
    set_password_hash(database, "maria", "hash", now)
    return begun(database, now)


def begun(database: Database, now: datetime, replaces: str | None = None) -> str:
    token = begin_session(database, "maria", "hash", "Browser/1.0 " + "x" * 500, now, replaces)
    assert token is not None
    return token


def test_a_session_is_its_agents(database: Database, token: str, now: datetime) -> None:
    session = session_of(database, token, now)
    assert session is not None
    assert (session.agent, session.by_link, session.created_at) == (Agent("maria", "Maria"), False, now)
    assert session.has_password
    for other in ("", "x", token[:-1], token.swapcase(), "\ud800", "\0"):
        assert session_of(database, other, now) is None


def test_a_session_that_is_idle_ends(database: Database, token: str, now: datetime) -> None:
    assert session_of(database, token, now + IDLE - MOMENT) is not None
    assert session_of(database, token, now + 2 * IDLE - 2 * MOMENT) is not None
    assert session_of(database, token, now + 3 * IDLE) is None


def test_looking_without_the_agent_keeps_no_session_alive(database: Database, token: str, now: datetime) -> None:
    assert session_of(database, token, now + IDLE / 2, in_use=False) is not None
    assert session_of(database, token, now + IDLE) is None


def test_a_session_in_use_ends_all_the_same(database: Database, token: str, now: datetime) -> None:
    at = now
    while at < now + ABSOLUTE:
        assert session_of(database, token, at) is not None
        at += timedelta(minutes=30)
    assert session_of(database, token, at) is None


def test_use_is_written_down_now_and_then(database: Database, token: str, now: datetime) -> None:
    def last_seen() -> datetime:
        with database.read() as connection:
            return connection.execute(select(agent_sessions.c.last_seen_at)).scalar_one()

    session_of(database, token, now + SEEN_EVERY - MOMENT)
    assert last_seen() == now
    session_of(database, token, now + SEEN_EVERY)
    assert last_seen() == now + SEEN_EVERY


def test_an_ended_session_is_gone(database: Database, token: str, now: datetime) -> None:
    other = begun(database, now)
    end_session(database, token)
    end_session(database, token)
    assert session_of(database, token, now) is None
    assert session_of(database, other, now) is not None


def test_a_new_session_replaces_the_one_it_was_begun_in(database: Database, token: str, now: datetime) -> None:
    newer = begun(database, now, replaces=token)
    assert newer != token
    assert session_of(database, token, now) is None
    assert session_of(database, newer, now) is not None


def test_the_password_must_still_be_the_one_that_was_proven(database: Database, token: str, now: datetime) -> None:
    set_password_hash(database, "maria", "another", now)
    assert begin_session(database, "maria", "hash", "browser", now) is None
    assert begin_session(database, "nobody", "hash", "browser", now) is None


def test_what_has_ended_is_cleared_away_and_browsers_are_kept_short(
    database: Database, token: str, now: datetime
) -> None:
    begun(database, now + IDLE)
    with database.read() as connection:
        (row,) = connection.execute(select(agent_sessions))
    assert row.created_at == now + IDLE
    assert len(row.user_agent) == 120
