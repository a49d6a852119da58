"""The console's frame, and who may sign in: in a real browser, by keyboard, at 320 pixels, by day and by night."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pydantic import SecretStr

from bot.roles import Role
from bot.signing_in import login_url, new_agent
from bot.storage.agents import agent_account
from bot.web.app import create_app
from bot.web.console.navigation import places_for
from tests.bot.web.stage import ScriptedAssistant, open_stage, served
from tests.browser.accessibility import require_accessible
from tests.browser.screenshots import keep
from tests.browser.test_look import require_contrast
from tests.provider import CLIENT_ID, CLIENT_SECRET, GROUPS, Provider, providing

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Any]:
    stage = open_stage(tmp_path, ScriptedAssistant())
    yield stage
    stage.database.close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def console(stage: Any, provider: Provider) -> Iterator[str]:
    """Where a console runs, with an identity provider beside it."""
    settings = stage.settings.model_copy(
        update={
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr(CLIENT_SECRET),
            "oidc_groups": GROUPS,
        }
    )
    with served(create_app(settings, stage)) as (address, _):
        yield address


@pytest.fixture(params=[("light", 1100), ("dark", 320)], ids=lambda param: param[0])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    scheme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    context.set_default_timeout(20_000)
    yield context
    context.close()


def signed_in(context: BrowserContext, stage: Any, console: str, name: str, role: Role) -> Page:
    page, now = context.new_page(), datetime.now(UTC)
    new_agent(stage.database, name, name.title(), now, role)
    page.goto(login_url(stage.database, console, name, now))
    page.get_by_role("button", name="Open the console").click()
    page.wait_for_url("**/console/password")
    return page


def require_good(page: Page, state: str) -> None:
    require_accessible(page, state)
    require_contrast(page, "body, h1, h2, p, a, button, label, dt, dd, .pill")
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= seen, state
    keep(page, "console", f"{state}-{seen}")


def go(page: Page, words: str) -> None:
    """To a place of the navigation, by keyboard alone."""
    menu = page.get_by_role("button", name="Menu")
    if menu.is_visible():
        menu.press("Enter")
        require_accessible(page, "menu")
    page.get_by_role("navigation", name="Console").get_by_role("link", name=words, exact=True).press("Enter")


def test_people_from_invitation_to_audit_log(context: BrowserContext, stage: Any, console: str) -> None:
    page = signed_in(context, stage, console, "ada", Role.ADMIN)
    page.goto(f"{console}/console/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    go(page, "People")
    page.wait_for_url("**/console/people")
    current = page.locator(".places a[aria-current=page]")
    assert current.text_content() == "People" and current.count() == 1
    require_good(page, "people")

    page.get_by_label("Name", exact=True).fill("bo")
    page.get_by_label("Name that customers read").fill("Bo K.")
    page.locator("#new-editor").check()
    page.get_by_role("button", name="Invite", exact=True).press("Enter")
    link = page.get_by_label("Address").input_value()
    assert link.startswith(f"{console}/console/login/")
    require_good(page, "people-invited")

    page.get_by_label("Role of bo").select_option("agent")
    page.get_by_role("button", name="Change the role of bo").press("Enter")
    expect(page.get_by_role("status")).to_have_text("The role of bo is agent now.")
    page.get_by_role("button", name="Disable ada").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ada is the only admin.")
    require_good(page, "people-refused")

    go(page, "Audit log")
    page.wait_for_url("**/console/audit")
    expect(page.locator(".audit li").first).to_contain_text("ada changed the role of bo")
    page.get_by_label("What").select_option("login_made")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.locator(".audit li")).to_have_count(2)
    require_good(page, "audit")
    assert link.rpartition("/")[2] not in page.content()

    page.get_by_role("link", name="Account").press("Enter")
    page.wait_for_url("**/console/account")
    require_good(page, "account")
    page.get_by_role("button", name="Sign out everywhere").press("Enter")
    page.wait_for_url("**/console/sign-in")


def test_an_agent_sees_what_is_for_agents(context: BrowserContext, stage: Any, console: str) -> None:
    page = signed_in(context, stage, console, "bo", Role.AGENT)
    shown = [each.strip() for each in page.locator(".places a").all_text_contents()]
    assert shown == [place.words for place in places_for(Role.AGENT)]
    assert "People" not in shown
    refused = page.goto(f"{console}/console/people")
    assert refused is not None and refused.status == 403
    expect(page.locator("main")).to_contain_text("Your role is agent; this is for admins.")
    require_good(page, "not-permitted")
    go(page, "Queue")
    page.wait_for_url("**/console")


def test_the_sign_in_goes_by_the_provider(
    context: BrowserContext, stage: Any, console: str, provider: Provider
) -> None:
    page = context.new_page()
    provider.person["groups"] = []
    page.goto(f"{console}/console/audit")
    require_good(page, "sign-in-provider")
    page.get_by_role("link", name="Sign in at 127.0.0.1").press("Enter")
    expect(page.locator("main")).to_contain_text("none of your groups there has a role in this console")
    require_good(page, "sign-in-refused")
    provider.person["groups"] = ["ops"]
    page.goto(f"{console}/console/audit")
    page.get_by_role("link", name="Sign in at 127.0.0.1").press("Enter")
    page.wait_for_url("**/console/audit")
    expect(page.locator(".audit li").first).to_contain_text("maria@example.com signed in as maria@example.com")
    account = agent_account(stage.database, "maria@example.com")
    assert account is not None and account.agent.role is Role.ADMIN
