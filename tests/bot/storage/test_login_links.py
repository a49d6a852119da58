from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.errors import AgentRefused
from bot.models import Agent
from bot.storage.agent_sessions import session_of
from bot.storage.agents import add_agent, disable_agent
from bot.storage.database import Database
from bot.storage.login_links import KEPT, LIFETIME, agent_of_link, make_login_link, use_login_link
from bot.storage.schema import login_links

MARIA = Agent("maria", "Maria")


@pytest.fixture
def link(database: Database, now: datetime) -> str:
    add_agent(database, "maria", "Maria", now)
    return make_login_link(database, "maria", now)


def test_looking_at_a_link_uses_nothing_up(database: Database, link: str, now: datetime) -> None:
    for _ in range(3):
        assert agent_of_link(database, link, now) == MARIA
    assert use_login_link(database, link, "browser", now) is not None


def test_a_link_opens_one_session(database: Database, link: str, now: datetime) -> None:
    used = use_login_link(database, link, "browser", now)
    assert used is not None and used[0] == MARIA
    session = session_of(database, used[1], now)
    assert session is not None and (session.agent, session.by_link, session.has_password) == (MARIA, True, False)
    assert use_login_link(database, link, "browser", now) is None
    assert agent_of_link(database, link, now) is None


def test_of_many_at_once_one_gets_in(database: Database, link: str, now: datetime) -> None:
    with ThreadPoolExecutor(4) as pool:
        used = list(pool.map(lambda _: use_login_link(database, link, "browser", now), range(8)))
    assert sum(each is not None for each in used) == 1


def test_a_link_gets_old(database: Database, link: str, now: datetime) -> None:
    assert agent_of_link(database, link, now + LIFETIME - timedelta(microseconds=1)) == MARIA
    assert agent_of_link(database, link, now + LIFETIME) is None
    assert use_login_link(database, link, "browser", now + LIFETIME) is None


def test_a_newer_link_voids_the_older_one(database: Database, link: str, now: datetime) -> None:
    newer = make_login_link(database, "maria", now)
    assert agent_of_link(database, link, now) is None
    assert agent_of_link(database, newer, now) == MARIA


def test_used_links_are_forgotten_after_a_while(database: Database, link: str, now: datetime) -> None:
    use_login_link(database, link, "browser", now)

    def kept() -> int:
        with database.read() as connection:
            return connection.execute(select(func.count()).select_from(login_links)).scalar_one()

    make_login_link(database, "maria", now + KEPT)
    assert kept() == 2
    make_login_link(database, "maria", now + LIFETIME + KEPT)
    assert kept() == 1


def test_no_link_for_who_may_not_come_in(database: Database, link: str, now: datetime) -> None:
    disable_agent(database, "maria", now)
    with pytest.raises(AgentRefused, match="`footnote agents enable maria`"):
        make_login_link(database, "maria", now)
    with pytest.raises(AgentRefused, match="`footnote agents add nobody`"):
        make_login_link(database, "nobody", now)


@pytest.mark.parametrize("made_up", ["", "x", "\ud800", "\0", "' OR 1=1 --"])
def test_what_is_made_up_opens_nothing(database: Database, link: str, now: datetime, made_up: str) -> None:
    assert agent_of_link(database, made_up, now) is None
    assert use_login_link(database, made_up, "browser", now) is None
