from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.testclient import TestClient

from bot.signing_in import Visitor, new_agent
from bot.staffed import StaffedFootnote
from bot.storage.agents import disable_agent
from bot.storage.login_links import make_login_link
from bot.web.agents import (
    CHECKS_AT_ONCE,
    CONSOLE,
    COOKIE,
    Entrance,
    own_path,
    sign_in_path,
    still_signed_in,
    wants_page,
)
from bot.web.console.permissions import ConversingAgent, WatchingAgent
from bot.web.dependencies import RunningService
from tests.agents import HandClock, put_door, sign_in, signing_in

PAGE = "text/html,application/xhtml+xml"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def visit(app: FastAPI) -> Iterator[TestClient]:
    @app.get("/console/who")
    async def who(agent: ConversingAgent) -> dict[str, str]:
        return {"name": agent.name, "display_name": agent.display_name}

    @app.get("/console/still")
    async def still(request: Request, agent: ConversingAgent, service: RunningService) -> dict[str, Any]:
        return {"still": await still_signed_in(request, service)}

    @app.get("/console/watch")
    async def watch(agent: WatchingAgent) -> dict[str, str]:
        return {"name": agent.name}

    @app.post("/console/do")
    async def do(agent: ConversingAgent) -> dict[str, str]:
        return {"done": agent.name}

    with TestClient(app, base_url="http://localhost", follow_redirects=False) as visit:
        yield visit


def test_a_route_is_given_its_agent(visit: TestClient, footnote: StaffedFootnote) -> None:
    sign_in(visit, footnote.database, "maria", "María López")
    assert visit.get("/console/who").json() == {"name": "maria", "display_name": "María López"}
    assert visit.post("/console/do").json() == {"done": "maria"}
    assert visit.post("/console/do", headers={"origin": "https://evil.example"}).status_code == 403


def test_without_a_session_a_page_leads_to_the_sign_in(visit: TestClient) -> None:
    led = visit.get("/console/who?a=1&b=%C3%A9", headers={"accept": PAGE})
    assert led.status_code == 303
    assert led.headers["location"] == "/console/sign-in?next=/console/who%3Fa%3D1%26b%3D%25C3%25A9"
    sent = visit.post("/console/do", headers={"accept": PAGE, "origin": "http://localhost"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/console/sign-in")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream", "*/*", ""])
def test_without_a_session_a_program_is_told(visit: TestClient, accept: str) -> None:
    told = visit.get("/console/who", headers={"accept": accept})
    assert told.status_code == 401
    assert told.json()["error"]["code"] == "sign_in_required"


def test_a_long_answer_sees_its_session_end(visit: TestClient, footnote: StaffedFootnote, clock: HandClock) -> None:
    sign_in(visit, footnote.database, "maria")
    assert visit.get("/console/still").json() == {"still": True}

    async def asked() -> bool:
        app: Any = visit.app
        scope = {
            "type": "http",
            "app": app,
            "scheme": "http",
            "headers": [(b"host", b"localhost"), (b"cookie", f"{COOKIE}={visit.cookies[COOKIE]}".encode())],
        }
        return await still_signed_in(Request(scope), app.state.service)

    assert anyio.run(asked)
    disable_agent(footnote.database, "maria", clock.now)
    assert not anyio.run(asked)


def test_a_page_that_is_left_open_keeps_no_session(
    app: FastAPI, visit: TestClient, footnote: StaffedFootnote, clock: HandClock
) -> None:
    put_door(app, footnote.database, clock)
    token = begin_link_session(footnote, clock)
    visit.cookies.set(COOKIE, token)
    for _ in range(11):
        clock.pass_by(minutes=10)
        assert visit.get("/console/watch").json() == {"name": "maria"}
    clock.pass_by(minutes=10)
    assert visit.get("/console/watch").status_code == 401


def begin_link_session(footnote: StaffedFootnote, clock: HandClock) -> str:
    new_agent(footnote.database, "maria", None, clock.now)
    link = make_login_link(footnote.database, "maria", clock.now)
    return signing_in(footnote.database, clock).with_link(link, Visitor("127.0.0.1")).token


def test_few_passwords_are_checked_at_once(app: FastAPI, visit: TestClient, footnote: StaffedFootnote) -> None:
    entrance = Entrance(put_door(app, footnote.database, HandClock()))
    inside, most = 0, 0

    def check() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        anyio.from_thread.run(anyio.sleep, 0.02)
        inside -= 1

    async def story() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(entrance.check, check)

    anyio.run(story)
    assert most == CHECKS_AT_ONCE


@given(st.text() | st.text().map("/console/{}".format) | st.text().map("//{}".format))
def test_own_paths_stay_on_this_server(path: str) -> None:
    own = own_path(path)
    assert own in (CONSOLE, path)
    assert own == "/console" or own.startswith(("/console/", "/console?", "/console#"))
    assert not {"\\", "\n", "\r", "\t", " "} & set(own)


def test_the_way_to_the_sign_in_is_short_where_it_leads_to_the_start() -> None:
    assert sign_in_path("/console/") == sign_in_path("https://evil.example") == "/console/sign-in"
    assert sign_in_path("/console/a?b=c&d") == "/console/sign-in?next=/console/a%3Fb%3Dc%26d"
    assert own_path("/console/" + "x" * 3000) == CONSOLE


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [([PAGE], True), (["TEXT/HTML"], True), (["*/*"], False), ([], False), (["application/json", "text/html"], True)],
)
def test_a_page_is_wanted_where_html_is(accept: list[str], wanted: bool) -> None:
    assert wants_page(Headers(raw=[(b"accept", each.encode()) for each in accept])) is wanted
