"""Getting into the console with a real browser: what it sends along, and what another site's page can make it do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.signing_in import first_login
from bot.web.app import create_app
from tests.agents import PASSWORD, HandClock, give_password
from tests.bot.web.stage import ScriptedAssistant, open_stage, served

pytestmark = pytest.mark.browser

EVIL = "http://evil.example/"
ATTACK = (
    '<a href="{0}/console/password">open</a><form method="post" action="{0}/console/{1}"><button>do</button></form>'
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Any]:
    stage = open_stage(tmp_path, ScriptedAssistant())
    yield stage
    stage.database.close()


@pytest.fixture
def console(stage: Any) -> Iterator[str]:
    """Where a console runs."""
    with served(create_app(stage.settings, stage)) as (address, _):
        yield address


@contextmanager
def fresh(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(**options)
    context.set_default_timeout(20_000)
    yield context
    context.close()


def enter(page: Page, console: str) -> None:
    page.goto(f"{console}/console/sign-in?next=/console/password")
    page.get_by_label("Name").fill("maria")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Change your password").wait_for()


def show_at(page: Page, url: str, html: str) -> None:
    """Has a page of another site, which is not asked for it."""
    page.unroute(url)
    page.route(url, lambda route: route.fulfill(body=html, content_type="text/html"))


@pytest.mark.parametrize(
    "look", [{"color_scheme": "light"}, {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}}]
)
def test_the_first_login_leads_to_a_password_and_into_the_console(
    browser: Browser, stage: Any, console: str, look: dict[str, Any]
) -> None:
    with fresh(browser, **look) as context:
        page, problems = context.new_page(), []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if "Policy" in message.text else None)
        page.goto(str(first_login(stage.database, console, datetime.now(UTC))))
        page.get_by_role("button", name="Open the console").click()
        page.get_by_label("New password").fill("passwordpassword")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("alert").filter(has_text="easy to guess").wait_for()
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/console/")
        page.goto(f"{console}/console/password")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        assert context.cookies() == []
        assert problems == []


def test_another_site_may_lead_to_the_console_and_do_nothing_there(browser: Browser, stage: Any, console: str) -> None:
    give_password(stage.database, HandClock(datetime.now(UTC)), "maria")
    with fresh(browser) as context:
        page = context.new_page()
        enter(page, console)
        for path in ("sign-out", "sign-in", "password"):
            show_at(page, EVIL, ATTACK.format(console, path))
            page.goto(EVIL)
            with page.expect_response(f"**/console/{path}") as refused:
                page.get_by_role("button", name="do").click()
            assert refused.value.status == 403
        page.goto(EVIL)
        page.get_by_role("link", name="open").click()
        page.get_by_role("heading", name="Change your password").wait_for()


def test_no_script_can_read_the_session(browser: Browser, stage: Any, console: str) -> None:
    give_password(stage.database, HandClock(datetime.now(UTC)), "maria")
    with fresh(browser) as context:
        page = context.new_page()
        enter(page, console)
        assert page.evaluate("document.cookie") == ""
        (cookie,) = context.cookies()
        assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("footnote_agent", True, "Lax")
