import json
from collections.abc import Callable
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from bot.signing_in import SigningIn, new_agent
from bot.staffed import StaffedFootnote
from bot.storage.agents import disable_agent
from bot.storage.database import Database
from bot.storage.login_links import make_login_link
from bot.web.agents import COOKIE, SECURE_COOKIE
from bot.web.headers import FORMS_POLICY
from tests.agents import PASSWORD, HandClock, give_password, put_door

HERE = "http://localhost"
PUBLIC = "https://help.example.com"
PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def database(footnote: StaffedFootnote) -> Database:
    return footnote.database


@pytest.fixture
def door(client: TestClient, app: FastAPI, database: Database, clock: HandClock) -> SigningIn:
    """The door of the running application."""
    return put_door(app, database, clock)


Browser = Callable[..., TestClient]


@pytest.fixture
def browser(app: FastAPI, door: SigningIn) -> Browser:
    """Makes browsers that have an own cookie jar and send from the console's own pages."""

    def made(base: str = HERE, origin: str | None = None, **more: Any) -> TestClient:
        headers = {**PAGE, "origin": origin or base}
        return TestClient(
            app, base_url=base, headers=headers, follow_redirects=False, raise_server_exceptions=False, **more
        )

    return made


@pytest.fixture
def visit(browser: Browser) -> TestClient:
    return browser()


@pytest.fixture
def maria(database: Database, clock: HandClock, door: SigningIn) -> str:
    give_password(database, clock, "maria")
    return "maria"


def enter(visit: TestClient, password: str = PASSWORD, name: str = "maria", **more: str) -> Any:
    return visit.post("/console/sign-in", data={"name": name, "password": password, **more})


def is_in(visit: TestClient) -> bool:
    return visit.get("/console/password").status_code == 200


def link_for(database: Database, clock: HandClock, name: str = "maria") -> str:
    return f"/console/login/{make_login_link(database, name, clock.now)}"


def plant(visit: TestClient, token: str) -> None:
    """Gives a browser a cookie as the server would."""
    visit.cookies.set(COOKIE, token, domain="localhost.local", path="/")


def cookies_of(answer: Any) -> SimpleCookie:
    return SimpleCookie("\n".join(answer.headers.get_list("set-cookie")))


def test_name_and_password_open_the_console(visit: TestClient, maria: str) -> None:
    assert not is_in(visit)
    answer = enter(visit, name=" Maria ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert is_in(visit)
    assert visit.get("/console/sign-in").headers["location"] == "/console/"


@pytest.mark.parametrize(("name", "password"), [("maria", "wrong"), ("nobody", PASSWORD), ("<b>", ""), ("", "")])
def test_what_is_wrong_is_not_told(visit: TestClient, maria: str, name: str, password: str) -> None:
    answer = enter(visit, password, name)
    assert answer.status_code == 401
    assert "This name and password do not belong together" in answer.text
    assert 'role="alert"' in answer.text and "<b>" not in answer.text
    assert PASSWORD not in answer.text and "set-cookie" not in answer.headers
    assert not is_in(visit)


def test_too_many_failures_wait(browser: Browser, clock: HandClock, maria: str) -> None:
    for _ in range(5):
        assert enter(browser(), "wrong").status_code == 401
    waiting = enter(browser())
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "30")
    assert "Try again in 30 seconds" in waiting.text
    assert enter(browser(client=("192.0.2.9", 1))).status_code == 429
    clock.pass_by(seconds=30)
    assert enter(browser()).status_code == 303


def test_an_address_that_fails_waits_for_every_name(browser: Browser, maria: str) -> None:
    for number in range(5):
        assert enter(browser(client=("192.0.2.9", 1)), name=f"agent{number}").status_code == 401
    assert enter(browser(client=("192.0.2.9", 2))).status_code == 429
    assert enter(browser(client=("192.0.2.10", 1))).status_code == 303


def test_a_link_is_used_up_by_its_button_alone(
    visit: TestClient, browser: Browser, database: Database, clock: HandClock, maria: str
) -> None:
    link = link_for(database, clock)
    for _ in range(2):
        preview = visit.get(link, headers={"sec-purpose": "prefetch"})
        assert preview.status_code == 200 and "maria" in preview.text and "set-cookie" not in preview.headers
        assert visit.head(link).status_code == 200
    assert '<form method="post">' in preview.text
    answer = visit.post(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert is_in(visit)
    again = browser()
    for used in (again.get(link), again.post(link)):
        assert used.status_code == 410 and "used already" in used.text and "set-cookie" not in used.headers
    assert not is_in(again)


def test_a_link_that_is_old_or_made_up_opens_nothing(
    visit: TestClient, database: Database, clock: HandClock, maria: str
) -> None:
    link = link_for(database, clock)
    clock.pass_by(minutes=15)
    for path in (link, "/console/login/x", f"/console/login/{quote('%00é<script>', safe='')}", "/console/login/%FF"):
        for answer in (visit.get(path), visit.post(path)):
            assert answer.status_code == 410 and "<script>" not in answer.text
    assert not is_in(visit)


def test_who_has_no_password_is_asked_for_one_and_may_go_on_without(
    visit: TestClient, database: Database, clock: HandClock
) -> None:
    new_agent(database, "maria", "María", clock.now)
    assert visit.post(link_for(database, clock)).headers["location"] == "/console/password"
    asked = visit.get("/console/password").text
    assert "Choose a password" in asked and "Not now" in asked and 'name="present"' not in asked
    weak = visit.post("/console/password", data={"new": "too short"})
    assert weak.status_code == 422 and "fewer than 15" in weak.text and "too short" not in weak.text
    before = visit.cookies[COOKIE]
    answer = visit.post("/console/password", data={"new": PASSWORD, "next": "/console/knowledge"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/knowledge")
    assert visit.cookies[COOKIE] != before and is_in(visit)
    assert enter(visit).status_code == 303


def test_another_password_wants_the_present_one_and_ends_other_sessions(
    browser: Browser, visit: TestClient, maria: str
) -> None:
    elsewhere = browser()
    enter(visit), enter(elsewhere)
    assert 'name="present"' in visit.get("/console/password").text
    new = "green tortoise sings low"
    assert visit.post("/console/password", data={"present": "wrong", "new": new}).status_code == 401
    assert is_in(elsewhere)
    assert visit.post("/console/password", data={"present": PASSWORD, "new": new}).status_code == 303
    assert is_in(visit) and not is_in(elsewhere)
    assert enter(browser()).status_code == 401 and enter(browser(), new).status_code == 303


def test_signing_out_ends_the_session_on_the_server(browser: Browser, visit: TestClient, maria: str) -> None:
    enter(visit)
    stolen = browser()
    plant(stolen, visit.cookies[COOKIE])
    assert is_in(stolen)
    answer = visit.post("/console/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
    assert COOKIE not in visit.cookies and not is_in(visit) and not is_in(stolen)
    assert visit.post("/console/sign-out").status_code == 303
    assert visit.get("/console/sign-out").status_code == 405


def test_a_session_that_somebody_else_planted_is_never_taken_up(visit: TestClient, maria: str) -> None:
    plant(visit, "planted-by-an-attacker-0123456789012345678")
    enter(visit)
    assert "planted" not in visit.cookies[COOKIE] and len(visit.cookies[COOKIE]) == 43


def test_the_session_before_the_sign_in_ends_with_it(
    browser: Browser, visit: TestClient, database: Database, clock: HandClock, maria: str
) -> None:
    enter(visit)
    planted = visit.cookies[COOKIE]
    for rotated in (lambda: enter(visit), lambda: visit.post(link_for(database, clock))):
        assert rotated().status_code == 303
        attacker = browser()
        plant(attacker, planted)
        assert is_in(visit) and not is_in(attacker)
        planted = visit.cookies[COOKIE]


def test_a_disabled_agent_is_out_at_once(visit: TestClient, database: Database, clock: HandClock, maria: str) -> None:
    enter(visit)
    link = link_for(database, clock)
    disable_agent(database, "maria", clock.now)
    assert not is_in(visit)
    assert enter(visit).status_code == 401
    assert visit.post(link).status_code == 410


def test_a_session_ends_when_idle_and_after_a_day_of_work(visit: TestClient, clock: HandClock, maria: str) -> None:
    enter(visit)
    for _ in range(6):
        clock.pass_by(minutes=119)
        assert is_in(visit)
    clock.pass_by(minutes=7)
    assert not is_in(visit)
    enter(visit)
    clock.pass_by(minutes=120)
    assert not is_in(visit)


@pytest.mark.parametrize("path", ["sign-in", "sign-out", "login/x", "password"])
def test_another_sites_page_can_do_nothing(
    browser: Browser, visit: TestClient, database: Database, clock: HandClock, maria: str, path: str
) -> None:
    enter(visit)
    link = link_for(database, clock)
    evil = browser(origin="https://evil.example")
    plant(evil, visit.cookies[COOKIE])
    forms = {"name": "maria", "password": PASSWORD, "new": "green tortoise sings low", "present": PASSWORD}
    for sent in (f"/console/{path}", link):
        answer = evil.post(sent, data=forms)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")
        assert "set-cookie" not in answer.headers
    assert is_in(visit) and visit.get(link).status_code == 200


@pytest.mark.parametrize(
    "after",
    [
        "https://evil.example/",
        "//evil.example/console/",
        "/\\evil.example",
        "\\\\evil.example",
        "/console/\\evil.example",
        "javascript:alert(1)",
        "/console@evil.example",
        "/consoleevil",
        "/",
        "console/",
        "/console/\t/x",
        "/console/\r\nset-cookie: a=b",
        "http:/console/",
        "http://[",
        "/console/" + "x" * 990,
        "",
    ],
)
def test_after_the_sign_in_it_goes_on_in_the_console_alone(visit: TestClient, maria: str, after: str) -> None:
    page = visit.get("/console/sign-in", params={"next": after}).text
    if len(after) < 900:
        assert 'name="next" value="/console/"' in page
        assert enter(visit, next=after).headers["location"] == "/console/"
        assert visit.get("/console/sign-in", params={"next": after}).headers["location"] == "/console/"
    else:
        assert enter(visit, next=after).headers["location"] == after


@pytest.mark.parametrize("after", ["/console/conversations/abc?tab=trace&x=1", "/console", "/console/?q=%C3%A9"])
def test_after_the_sign_in_it_goes_on_where_it_was_wanted(visit: TestClient, maria: str, after: str) -> None:
    led = visit.get("/console/password?next=" + quote(after))
    assert led.status_code == 303
    asked = Fields.of(visit.get("/console/sign-in", params={"next": after}).text)
    assert asked["next"] == after
    assert enter(visit, next=after).headers["location"] == after


def test_a_wrong_password_does_not_forget_where_it_goes_on(visit: TestClient, maria: str) -> None:
    asked = Fields.of(enter(visit, "wrong", next="/console/conversations/abc").text)
    assert asked == {"next": "/console/conversations/abc", "name": "maria", "password": None}


def test_cookies_on_this_machine(visit: TestClient, maria: str) -> None:
    cookie = cookies_of(enter(visit))[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["secure"]) == ("/", True, "lax", "")
    assert cookie["domain"] == cookie["max-age"] == cookie["expires"] == ""


@pytest.mark.parametrize(
    ("base", "origin"), [(PUBLIC, PUBLIC), ("http://help.example.com", PUBLIC), ("http://127.0.0.1:8000", PUBLIC)]
)
def test_cookies_over_https(
    app: FastAPI, database: Database, clock: HandClock, footnote: StaffedFootnote, base: str, origin: str
) -> None:
    """Directly, behind a proxy that keeps the host, and behind one that does not."""
    from bot.web.app import create_app

    behind = create_app(footnote.settings.model_copy(update={"public_url": PUBLIC}), footnote)
    give_password(database, clock, "maria")
    headers = {**PAGE, "origin": origin, "host": base.partition("//")[2]}
    with TestClient(behind, base_url=base, headers=headers, follow_redirects=False) as visit:
        put_door(behind, database, clock, PUBLIC)
        answer = enter(visit)
        assert answer.status_code == 303
        ((name, cookie),) = cookies_of(answer).items()
        assert name == SECURE_COOKIE
        assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["secure"]) == ("/", True, "lax", True)
        assert cookie["domain"] == ""
        visit.cookies.clear()
        assert visit.get("/console/password", headers={"cookie": f"{name}={cookie.value}"}).status_code == 200


def test_over_https_a_plain_cookie_is_nobodys(browser: Browser, visit: TestClient, maria: str) -> None:
    enter(visit)
    encrypted = browser("https://localhost")
    plant(encrypted, visit.cookies[COOKIE])
    assert not is_in(encrypted)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["sign-in", "login/x", "password"])
def test_no_password_over_an_open_network(browser: Browser, maria: str, method: str, path: str) -> None:
    visit = browser("http://192.0.2.1:8000")
    answer = visit.request(method, f"/console/{path}", data={"name": "maria", "password": PASSWORD})
    assert answer.status_code == 403 and "over https" in answer.text and "set-cookie" not in answer.headers
    answer = visit.request(method, f"/console/{path}", headers={"accept": "application/json"})
    assert answer.json()["error"]["code"] == "insecure_connection"


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:8000", "http://[::1]:8000", "http://a.localhost", "https://192.0.2.1"]
)
def test_a_password_to_this_machine_or_over_https(browser: Browser, maria: str, base: str) -> None:
    assert enter(browser(base)).status_code == 303


def test_a_password_over_a_network_that_the_operator_calls_the_own(
    app: FastAPI, browser: Browser, database: Database, clock: HandClock, maria: str
) -> None:
    put_door(app, database, clock, "http://192.0.2.1:8000/")
    assert enter(browser("http://192.0.2.1:8000")).status_code == 303
    assert enter(browser("http://192.0.2.2:8000")).status_code == 403


def test_a_page_leads_to_the_sign_in_and_a_program_is_told(visit: TestClient) -> None:
    led = visit.get("/console/password?next=/console/x")
    assert led.headers["location"] == "/console/sign-in?next=/console/password%3Fnext%3D/console/x"
    assert visit.post("/console/password", data={"new": PASSWORD}).headers["location"] == "/console/sign-in"
    for accept in ("application/json", "text/event-stream", "*/*"):
        told = visit.get("/console/password", headers={"accept": accept})
        assert (told.status_code, told.json()["error"]["code"]) == (401, "sign_in_required")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sign-in", "name=maria"),
        ("sign-in", "name=maria&password=x&admin=1"),
        ("sign-in", f"name={'x' * 1001}&password=x"),
        ("sign-in", ""),
        ("password", "present=x"),
    ],
)
def test_a_form_that_is_not_ours_is_refused(visit: TestClient, maria: str, path: str, body: str) -> None:
    enter(visit)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = visit.post(f"/console/{path}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


def test_hostile_texts_are_texts(visit: TestClient, database: Database, clock: HandClock) -> None:
    new_agent(database, "eve", '"><script>alert(1)</script>', clock.now)
    link = link_for(database, clock, "eve")
    pages = [visit.get(link), visit.post(link) and visit.get("/console/password"), enter(visit, "x", '"><script>')]
    assert all("<script" not in page.text for page in pages)
    assert enter(visit, "\0", "\0").status_code in (401, 429)
    for cookie in ("%00", "é", "x" * 4000, ";;=", ""):
        told = visit.get("/console/password", headers={"cookie": f"{COOKIE}={cookie}".encode()})
        assert told.status_code == 303


def test_pages_are_not_stored_and_send_forms_to_this_server_alone(visit: TestClient, maria: str) -> None:
    enter(visit)
    for path in ("/console/sign-in", "/console/password", "/console/login/x", "/console/none"):
        headers = visit.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"] == FORMS_POLICY
    assert "form-action 'self'" in FORMS_POLICY


def test_no_secret_is_logged(visit: TestClient, database: Database, clock: HandClock, maria: str) -> None:
    link = link_for(database, clock)
    with capture_logs() as lines:
        (
            visit.get(link),
            visit.post(link),
            visit.post(link),
            visit.get(link + "/x"),
            visit.get("/console//login/" + link),
        )
        token = visit.cookies[COOKIE]
        enter(visit, "my wrong secret", "my secret in the wrong field")
        enter(visit)
        visit.post("/console/password", data={"present": PASSWORD, "new": "green tortoise sings low"})
    logged = json.dumps(lines)
    for secret in (link.rpartition("/")[2], token, PASSWORD, "tortoise", "my wrong secret", "wrong field"):
        assert secret not in logged
    assert {"path": "/console/login/[login removed]", "status": 303}.items() <= [
        line for line in lines if line["event"] == "request"
    ][1].items()
    assert [line["event"] for line in lines if "agent" in line] == ["signed_in", "signed_in", "password_set"]


def test_a_token_stands_in_no_page(visit: TestClient, maria: str) -> None:
    enter(visit)
    assert visit.cookies[COOKIE] not in visit.get("/console/password").text


def test_many_who_sign_in_at_once_are_bounded(visit: TestClient, app: FastAPI, maria: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("bot.web.agents.MOST_WAITING", 0)
    answer = enter(visit)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Too many people" in answer.text


class Fields(HTMLParser):
    """The fields of a page's form with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and (name := given.get("name")):
            self.values[name] = given.get("value")

    @classmethod
    def of(cls, html: str) -> dict[str, str | None]:
        parser = cls()
        parser.feed(html)
        return parser.values
