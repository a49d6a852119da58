import functools
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from bot.errors import FootnoteError
from bot.roles import Permission, Role, may
from bot.staffed import StaffedFootnote
from bot.storage.agents import set_role
from bot.web.agents import COOKIE
from bot.web.console.permissions import Required, require
from tests.bot.web.conftest import Talk
from tests.bot.web.console.conftest import HOST, Seat, seat_of
from tests.bot.web.console.routes import ConsoleRoute, console_routes
from tests.bot.web.stage import SITE

OPEN_TO_EVERYBODY = {"/console/sign-in", "/console/sign-out", "/console/login/{link}"} | {
    "/console/sign-in/provider",
    "/console/sign-in/return",
}
"""The only routes of the console without a session: what brings one about, or ends it."""
FEWEST = 19
"""Routes that there are at least: a walk that finds none would prove nothing."""


class Passed(FootnoteError):
    """The route has let somebody in; what it does is not done here."""

    code = "passed"
    status = 299


@pytest.fixture
def routes(app: FastAPI) -> tuple[ConsoleRoute, ...]:
    found = console_routes(app)
    assert len(found) >= FEWEST
    return found


@pytest.fixture
def doorstep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gets further than through the door: no route does anything."""
    original = Required.__call__

    @functools.wraps(original)
    async def pass_by(self: Required, *arguments: Any, **named: Any) -> None:
        await original(self, *arguments, **named)
        raise Passed("In.")

    monkeypatch.setattr(Required, "__call__", pass_by)


def ask(client: TestClient, route: ConsoleRoute, **headers: str) -> list[Any]:
    path = re.sub(r"\{[^}]+\}", "7", route.path)
    return [
        client.request(method, path, headers={"origin": HOST, **headers}, follow_redirects=False)
        for method in sorted(route.methods)
    ]


def undeclared(routes: tuple[ConsoleRoute, ...]) -> list[str]:
    return [route.path for route in routes if len(route.permissions) != 1 and not route.is_open]


def test_every_route_declares_what_it_asks_for(routes: tuple[ConsoleRoute, ...]) -> None:
    assert undeclared(routes) == []
    assert {route.path for route in routes if route.is_open} == OPEN_TO_EVERYBODY
    assert not [route for route in routes if route.is_open and route.permissions]


def test_what_a_page_opens_by_itself_keeps_no_session(routes: tuple[ConsoleRoute, ...]) -> None:
    assert {route.path for route in routes if route.path.endswith("/events")} <= {
        route.path for route in routes if not route.is_in_use
    }


def test_a_new_route_that_declares_nothing_is_found(app: FastAPI) -> None:
    router = APIRouter(prefix="/console")

    @router.get("/secrets")
    async def tell() -> str:
        return "everything"

    app.include_router(router)
    assert undeclared(console_routes(app)) == ["/console/secrets"]


@pytest.mark.usefixtures("doorstep")
def test_without_a_session_every_route_leads_to_the_sign_in(
    client: TestClient, routes: tuple[ConsoleRoute, ...], talk: Talk
) -> None:
    strangers = (
        {},
        {"authorization": f"Bearer {talk.token}"},
        {"authorization": f"Bearer {SITE}", "x-site-key": SITE},
        {"cookie": f"{COOKIE}={talk.token}"},
        {"cookie": f"{COOKIE}={SITE}"},
    )
    for route in routes:
        if route.is_open:
            continue
        for answer in ask(client, route, accept="text/html"):
            assert answer.status_code == 303, route
            assert answer.headers["location"].startswith("/console/sign-in"), route
        for stranger in strangers:
            for answer in ask(client, route, accept="application/json", **stranger):
                assert answer.status_code == 401, route


@pytest.mark.usefixtures("doorstep")
@pytest.mark.parametrize("role", Role)
def test_each_role_gets_where_the_table_says(
    client: TestClient, footnote: StaffedFootnote, routes: tuple[ConsoleRoute, ...], role: Role
) -> None:
    seat = seat_of(client, footnote, "ada", "Ada L.", role)
    for route in routes:
        if route.permission is None:
            continue
        allowed = may(role, route.permission)
        for answer in ask(client, route, accept="application/json", cookie=f"{COOKIE}={seat.token}"):
            assert answer.status_code == (299 if allowed else 403), (route, role)


def test_a_refusal_is_a_page_for_people_and_json_for_scripts(
    app: FastAPI, client: TestClient, footnote: StaffedFootnote
) -> None:
    router = APIRouter(prefix="/console")

    @router.get("/secrets", dependencies=[require(Permission.READ_AUDIT)])
    async def tell() -> str:
        return "everything"

    app.include_router(router)
    bo = seat_of(client, footnote, "bo", "Bo K.", Role.EDITOR)
    page = bo.get("/console/secrets")
    assert page.status_code == 403
    assert "Your role is editor; this is for admins." in page.text
    assert '<nav class="places"' in page.text
    told = bo.get("/console/secrets", accept="application/json")
    assert (told.status_code, told.json()["error"]["code"]) == (403, "not_permitted")


def test_another_role_counts_from_the_next_request_on(ada: Seat, bo: Seat, footnote: StaffedFootnote) -> None:
    assert (ada.agent.role, bo.agent.role) == (Role.ADMIN, Role.AGENT)
    assert bo.get("/console/people").status_code == 403
    set_role(footnote.database, "bo", Role.ADMIN, datetime.now(UTC))
    assert bo.get("/console/people").status_code == 200
