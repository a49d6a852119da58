"""A passage is muted and another pinned in the playground, by keyboard, and the answer changes; in a real browser over
the sample help center."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.roles import Role
from bot.ruling import end
from bot.signing_in import login_url, new_agent
from bot.storage.passage_rules import rules_in_force
from tests.browser.accessibility import require_accessible, require_readable
from tests.browser.conftest import EMAIL
from tests.browser.screenshots import keep
from tests.browser.signed_in import signed_in
from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.encoder]

SOON = 20_000
SEEN_BY_ALL = 2_100
"""Milliseconds until the rules are read again."""


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """An editor's; no rule is left behind."""
    now, database = datetime.now(UTC), site.footnote.database
    new_agent(database, "rule-editor", "Rea L.", now, Role.EDITOR)
    with signed_in(browser, login_url(database, site.address, "rule-editor", now), SOON) as page:
        yield page
        for rule in rules_in_force(database, now.date()):
            end(database, rule.number, "rule-editor", now)
        page.wait_for_timeout(SEEN_BY_ALL)  # other tests ask the same site


def run_again(page: Page, run: str) -> None:
    page.wait_for_timeout(SEEN_BY_ALL)
    page.goto(run)
    page.get_by_role("button", name="Run again").press("Enter")
    page.wait_for_url("**?against=*")


def written(page: Page, why: str, button: str) -> None:
    expect(page.get_by_label("For questions like")).to_have_value(EMAIL)
    page.get_by_label("Why").fill(why)
    page.keyboard.press("Tab")
    page.get_by_role("button", name=button).press("Enter")
    page.wait_for_url("**/console/rules#rule-*")


def test_the_winner_is_muted_and_another_pinned(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/console/rules")
    expect(page.get_by_text("Nothing is pinned or muted.")).to_be_visible()
    page.goto(f"{site.address}/console/playground")
    page.get_by_label("Question", exact=True).fill(EMAIL)
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url(re.compile(r"/[0-9a-f]{32}$"))
    run, rows = page.url, page.locator(".candidates-table tbody tr")
    won = rows.first.get_by_role("link", name="Mute…").get_attribute("href")
    rows.first.get_by_role("link", name="Mute…").press("Enter")
    expect(page.get_by_role("heading", name="Mute a passage")).to_be_visible()
    require_readable(page, "mute")
    keep(page, "console", "rule-mute")
    written(page, "It is being rewritten.", "Mute it")
    expect(page.get_by_text("It is being rewritten.")).to_be_visible()
    require_readable(page, "rules")
    keep(page, "console", "rules")

    run_again(page, run)
    assert rows.first.get_by_role("link", name="Mute…").get_attribute("href") != won
    expect(
        page.get_by_text(re.compile(r"Rule 1 of rule-editor mutes .* found at place 1 and is not used"))
    ).to_be_visible()
    expect(page.get_by_text("Rules of editors that hold for it now: 1.")).to_have_count(1)
    require_accessible(page, "muted")
    keep(page, "console", "playground-muted")
    second = rows.nth(1).get_by_role("link", name="Mute…").get_attribute("href")
    rows.nth(1).get_by_role("link", name="Pin…").press("Enter")
    written(page, "It says it best.", "Pin it")
    run_again(page, run)
    assert rows.first.get_by_role("link", name="Mute…").get_attribute("href") == second
    expect(rows.first.get_by_text("pinned", exact=True)).to_be_visible()
    page.get_by_role("link", name="rule 2").press("Enter")
    page.get_by_role("button", name="End rule 2").press("Enter")
    page.get_by_role("button", name="End rule 1").press("Enter")
    expect(page.get_by_text("Nothing is pinned or muted.")).to_be_visible()
    page.get_by_role("link", name="Ended 2").press("Enter")
    expect(page.get_by_text("It says it best.")).to_be_visible()
