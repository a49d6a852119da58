import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.roles import Role, may
from bot.web.console.navigation import PLACES, places_for
from tests.bot.web.console.conftest import Seat
from tests.bot.web.console.routes import console_routes


def test_every_place_is_named_once() -> None:
    assert len({place.key for place in PLACES}) == len({place.path for place in PLACES}) == len(PLACES)


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_where_it_may_go(role: Role) -> None:
    assert places_for(role) == tuple(place for place in PLACES if may(role, place.permission))


def test_a_place_asks_for_what_its_route_asks_for(app: FastAPI, client: TestClient) -> None:
    permissions = {route.path: route.permission for route in console_routes(app) if "GET" in route.methods}
    for place in PLACES:
        assert permissions.get(place.path) is place.permission, place


def test_every_place_opens_and_marks_itself(ada: Seat) -> None:
    for place in PLACES:
        page = ada.get(place.path)
        assert page.status_code == 200, place
        current = re.findall(r'<a href="([^"]+)" aria-current="page">', page.text)
        assert current == [place.path]


def test_the_navigation_shows_what_the_role_may_see(ada: Seat, bo: Seat) -> None:
    for seat, role in ((ada, Role.ADMIN), (bo, Role.AGENT)):
        page = seat.get("/console").text
        shown = re.search(r'<nav class="places".*?</nav>', page, re.DOTALL)
        assert shown is not None
        assert re.findall(r'href="([^"]+)"', shown[0]) == [place.path for place in places_for(role)]
    assert bo.get("/console/password").text.count('href="/console/conversations"') == 1
