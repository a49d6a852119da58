"""Agents for tests: quick hashes, a clock that is set by hand, and a browser that is signed in."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.errors import AgentRefused
from bot.roles import Role
from bot.safety.password_hashes import PasswordHashes
from bot.safety.sign_in_attempts import SignInAttempts
from bot.signing_in import SigningIn, Visitor, new_agent
from bot.storage.database import Database
from bot.storage.login_links import make_login_link
from bot.web.agents import Entrance

PASSWORD = "blue zebra walks home"


@dataclass
class HandClock:
    """A clock that stands still until it is told to `pass_by`. Call it for seconds."""

    now: datetime = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)

    def __call__(self) -> float:
        return self.now.timestamp()

    def moment(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


def quick_hashes() -> PasswordHashes:
    """Hashes that cost a millisecond."""
    return PasswordHashes(PasswordHasher.from_parameters(CHEAPEST))


def signing_in(database: Database, clock: HandClock) -> SigningIn:
    """The door of the console, quick, at a time that is set by hand."""
    return SigningIn(database, quick_hashes(), SignInAttempts(clock), clock.moment)


def give_password(database: Database, clock: HandClock, name: str, password: str = PASSWORD) -> None:
    """Has an agent, who is made if need be, set a password after a one-time login."""
    with suppress(AgentRefused):
        new_agent(database, name, None, clock.now)
    door = signing_in(database, clock)
    token = door.with_link(make_login_link(database, name, clock.now), Visitor("127.0.0.1")).token
    door.sign_out(door.set_password("", password, Visitor("127.0.0.1", token=token)).token)


def sign_in(
    client: TestClient,
    database: Database,
    name: str = "maria",
    display_name: str | None = None,
    role: Role | None = None,
) -> TestClient:
    """Signs an agent, who is made if need be, in to a running application. `client` then carries the cookie and its
    requests come from the console's own pages; its base URL is one that a password may be sent to, such as
    http://localhost."""
    now = datetime.now(UTC)
    with suppress(AgentRefused):
        new_agent(database, name, display_name, now, role)
    client.headers["origin"] = str(client.base_url).rstrip("/")
    link = make_login_link(database, name, now)
    assert client.post(f"/console/login/{link}", follow_redirects=False).status_code == 303
    return client


def put_door(app: FastAPI, database: Database, clock: HandClock, public_url: str | None = None) -> SigningIn:
    """Gives a running application a door that is quick and has a clock set by hand."""
    door = signing_in(database, clock)
    app.state.entrance = Entrance(door, public_url)
    return door
