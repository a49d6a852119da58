from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import CHEAPEST

from bot.errors import AgentRefused, PasswordRefused, SignInFailed, SignInRequired, TooManySignIns
from bot.models import Agent
from bot.roles import Role
from bot.safety.password_hashes import PasswordHashes
from bot.signing_in import RESET_WITHIN, SigningIn, Visitor, first_login, login_url, new_agent
from bot.storage.agents import agent_accounts, disable_agent, password_hash_of, set_password_hash
from bot.storage.database import Database, open_database
from bot.storage.login_links import make_login_link
from tests.agents import PASSWORD, HandClock, give_password, signing_in

VISITOR = Visitor("192.0.2.1", "Browser/1.0")
HERE = "http://127.0.0.1:8000"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "footnote.db") as database:
        yield database


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def door(database: Database, clock: HandClock) -> SigningIn:
    return signing_in(database, clock)


@pytest.fixture
def maria(database: Database, clock: HandClock) -> Agent:
    give_password(database, clock, "maria")
    return Agent("maria", "maria", Role.ADMIN)


def with_token(token: str) -> Visitor:
    return Visitor(VISITOR.address, VISITOR.user_agent, token)


def by_link(door: SigningIn, database: Database, clock: HandClock, name: str = "maria") -> str:
    return door.with_link(make_login_link(database, name, clock.now), VISITOR).token


def test_name_and_password_open_a_session(door: SigningIn, maria: Agent) -> None:
    entered = door.with_password(" Maria ", PASSWORD, VISITOR)
    assert entered.agent == maria
    session = door.session(entered.token)
    assert (session.agent, session.by_link) == (maria, False)
    door.sign_out(entered.token)
    door.sign_out(None)
    with pytest.raises(SignInRequired):
        door.session(entered.token)


@pytest.mark.parametrize("token", [None, "", "x", "\ud800"])
def test_without_a_session_nobody_is_in(door: SigningIn, token: str | None) -> None:
    with pytest.raises(SignInRequired):
        door.session(token)


def test_whatever_is_wrong_the_sentence_is_one(
    door: SigningIn, database: Database, clock: HandClock, maria: Agent
) -> None:
    new_agent(database, "bea", None, clock.now)
    give_password(database, clock, "carl")
    disable_agent(database, "carl", clock.now)
    sentences = set()
    tries = [("maria", "x"), ("maria", ""), ("nobody", PASSWORD), ("bea", ""), ("carl", PASSWORD), ("no name!", "x")]
    for number, (name, password) in enumerate(tries):
        with pytest.raises(SignInFailed) as refused:
            door.with_password(name, password, Visitor(f"192.0.2.{number}"))
        sentences.add(str(refused.value))
    assert len(sentences) == 1


def test_a_new_session_replaces_the_one_the_browser_came_with(door: SigningIn, maria: Agent) -> None:
    first = door.with_password("maria", PASSWORD, VISITOR).token
    second = door.with_password("maria", PASSWORD, with_token(first)).token
    other_device = door.with_password("maria", PASSWORD, VISITOR).token
    assert len({first, second, other_device}) == 3
    with pytest.raises(SignInRequired):
        door.session(first)
    assert door.session(second) and door.session(other_device)


def test_after_five_failures_even_the_right_password_waits(door: SigningIn, clock: HandClock, maria: Agent) -> None:
    for number in range(5):
        with pytest.raises(SignInFailed):
            door.with_password("maria", "wrong", Visitor(f"192.0.2.{number}"))
    with pytest.raises(TooManySignIns, match="in 30 seconds") as refused:
        door.with_password("maria", PASSWORD, VISITOR)
    assert refused.value.seconds == 30
    clock.pass_by(seconds=31)
    assert door.with_password("maria", PASSWORD, VISITOR).agent == maria


def test_a_one_time_login_passes_the_wait(door: SigningIn, database: Database, clock: HandClock, maria: Agent) -> None:
    for _ in range(6):
        with pytest.raises((SignInFailed, TooManySignIns)):
            door.with_password("maria", "wrong", VISITOR)
    assert door.session(by_link(door, database, clock)).agent == maria


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(
    database: Database, clock: HandClock, door: SigningIn
) -> None:
    new_agent(database, "maria", None, clock.now)
    dear = PasswordHashes(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    set_password_hash(database, "maria", dear.hash(PASSWORD), clock.now)
    token = door.with_password("maria", PASSWORD, VISITOR).token
    stored = password_hash_of(database, "maria")
    assert stored is not None and extract_parameters(stored) == CHEAPEST
    assert door.session(token)
    assert door.with_password("maria", PASSWORD, VISITOR)
    assert password_hash_of(database, "maria") == stored


def test_a_link_lets_its_agent_in_once(door: SigningIn, database: Database, clock: HandClock) -> None:
    maria = new_agent(database, "Maria", " María  López ", clock.now)
    assert maria == Agent("maria", "María López", Role.ADMIN)
    link = make_login_link(database, "maria", clock.now)
    assert door.whom_link_lets_in(link) == door.whom_link_lets_in(link) == maria
    assert door.session(door.with_link(link, VISITOR).token).by_link
    for refused in (door.whom_link_lets_in, lambda link: door.with_link(link, VISITOR)):
        with pytest.raises(SignInFailed, match="used already"):
            refused(link)


def test_a_first_password_needs_no_present_one_and_ends_other_sessions(
    door: SigningIn, database: Database, clock: HandClock
) -> None:
    new_agent(database, "maria", None, clock.now)
    other = by_link(door, database, clock)
    token = by_link(door, database, clock)
    clock.pass_by(hours=1)
    assert not door.needs_present_password(door.session(token))
    entered = door.set_password("", PASSWORD, with_token(token))
    for ended in (other, token):
        with pytest.raises(SignInRequired):
            door.session(ended)
    assert not door.session(entered.token).by_link
    assert door.with_password("maria", PASSWORD, VISITOR)


def test_another_password_needs_the_present_one(door: SigningIn, maria: Agent) -> None:
    token = door.with_password("maria", PASSWORD, VISITOR).token
    assert door.needs_present_password(door.session(token))
    with pytest.raises(SignInFailed, match="present password"):
        door.set_password("wrong", "green tortoise sings low", with_token(token))
    entered = door.set_password(PASSWORD, "green tortoise sings low", with_token(token))
    assert door.session(entered.token)
    with pytest.raises(SignInFailed):
        door.with_password("maria", PASSWORD, VISITOR)
    assert door.with_password("maria", "green tortoise sings low", VISITOR)


def test_who_holds_a_session_cannot_guess_the_password_in_it(door: SigningIn, maria: Agent) -> None:
    token = door.with_password("maria", PASSWORD, VISITOR).token
    for _ in range(5):
        with pytest.raises(SignInFailed):
            door.set_password("wrong", "green tortoise sings low", with_token(token))
    with pytest.raises(TooManySignIns):
        door.set_password(PASSWORD, "green tortoise sings low", with_token(token))


def test_soon_after_a_one_time_login_a_forgotten_password_is_replaced(
    door: SigningIn, database: Database, clock: HandClock, maria: Agent
) -> None:
    token = by_link(door, database, clock)
    assert not door.needs_present_password(door.session(token))
    clock.pass_by(seconds=RESET_WITHIN.total_seconds())
    assert door.needs_present_password(door.session(token))
    with pytest.raises(SignInFailed):
        door.set_password("", "green tortoise sings low", with_token(token))
    token = by_link(door, database, clock)
    assert door.set_password("", "green tortoise sings low", with_token(token))


@pytest.mark.parametrize("new", ["", "short", "x" * 129, "maria-maria-maria", "passwordpassword"])
def test_a_weak_password_changes_nothing(door: SigningIn, maria: Agent, new: str) -> None:
    token = door.with_password("maria", PASSWORD, VISITOR).token
    with pytest.raises(PasswordRefused):
        door.set_password(PASSWORD, new, with_token(token))
    assert door.session(token)
    assert door.with_password("maria", PASSWORD, VISITOR)


def test_a_password_without_a_session_is_nobodys(door: SigningIn) -> None:
    with pytest.raises(SignInRequired):
        door.set_password("", PASSWORD, VISITOR)


@pytest.mark.parametrize(("name", "shown"), [("", None), ("zendesk", None), ("a b", None), ("maria", "x" * 61)])
def test_an_agent_needs_a_fit_name(database: Database, clock: HandClock, name: str, shown: str | None) -> None:
    with pytest.raises(AgentRefused):
        new_agent(database, name, shown, clock.now)
    assert agent_accounts(database) == ()


def test_a_login_has_an_address(door: SigningIn, database: Database, clock: HandClock, maria: Agent) -> None:
    url = login_url(database, "https://help.example.com", " MARIA", clock.now)
    head, _, link = url.rpartition("/")
    assert head == "https://help.example.com/console/login"
    assert door.whom_link_lets_in(link) == maria


def test_the_first_login_is_offered_until_somebody_has_signed_in(
    door: SigningIn, database: Database, clock: HandClock
) -> None:
    offered = [first_login(database, HERE, clock.now) for _ in range(2)]
    assert len(set(offered)) == 2
    (account,) = agent_accounts(database)
    assert account.agent == Agent("admin", "Support", Role.ADMIN)
    with pytest.raises(SignInFailed):
        door.with_link(str(offered[0]).rpartition("/")[2], VISITOR)
    door.with_link(str(offered[1]).rpartition("/")[2], VISITOR)
    assert first_login(database, HERE, clock.now + timedelta(days=30)) is None


def test_a_first_login_that_was_disabled_stays_so(database: Database, clock: HandClock) -> None:
    first_login(database, HERE, clock.now)
    disable_agent(database, "admin", clock.now)
    assert first_login(database, HERE, clock.now) is None


def test_the_wait_is_told_in_words() -> None:
    assert "in 90 seconds" in str(TooManySignIns(90)) and "in 15 minutes" in str(TooManySignIns(871))
