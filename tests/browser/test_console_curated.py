"""A curated answer is written in a real browser, by keyboard, given, and withdrawn when its article changes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.assembly import now
from bot.indexing.progress import SilentProgress
from bot.signing_in import login_url, new_agent
from bot.updating import update_index
from tests.browser.accessibility import require_readable
from tests.browser.screenshots import keep
from tests.browser.signed_in import signed_in
from tests.fakes import LetterEncoder
from tests.site import Site, serving

pytestmark = pytest.mark.browser

SOON = 20_000
CURATED, PLAYGROUND = "/console/curated", "/console/playground"
QUESTION = "Price of <i>moving</i> coins out?"
FEE = """---
id: fees
title: What does a withdrawal cost?
---
A withdrawal costs {} USDT.

## On the web

1. Open **Assets**.
2. Select **Withdraw**.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("curated-articles")
    (made / "fees.md").write_text(FEE.format(1))
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("curated"), LetterEncoder(), index_poll_seconds=0.0) as site:
        update_index(site.footnote, [str(folder)], SilentProgress())
        new_agent(site.footnote.database, "ada", "Ada L.", now())
        yield site


@pytest.fixture(scope="module")
def page(browser: Browser, site: Site) -> Iterator[Page]:
    login = login_url(site.footnote.database, site.address, "ada", now())
    with signed_in(browser, login, SOON) as page:
        yield page


def asked(page: Page, site: Site) -> str:
    """What the bot answers, as the playground shows it."""
    page.goto(site.address + PLAYGROUND)
    page.get_by_label("Question", exact=True).fill(QUESTION)
    page.get_by_role("button", name="Ask").press("Enter")
    page.wait_for_url(re.compile(rf"{PLAYGROUND}/[0-9a-f]{{32}}$"))
    return page.locator(".seen .words").inner_text()


def test_an_answer_is_written_given_and_withdrawn(page: Page, site: Site, folder: Path) -> None:
    page.goto(site.address + CURATED)
    expect(page.get_by_text("No curated answer is active.")).to_be_visible()
    require_readable(page, "none")
    page.get_by_role("link", name="Write one").press("Enter")
    page.get_by_label("The question, and other ways to ask it").fill(f"{QUESTION}\nwhat do I pay")
    page.get_by_label("Article, by its title or id").fill("What does a withdrawal cost?")
    page.get_by_role("button", name="Show their sentences").press("Enter")
    page.get_by_label("A withdrawal costs 1 USDT.").press("Space")
    page.get_by_label("Select Withdraw.").press("Space")
    page.get_by_label("A line of your own above them").press_sequentially("1. So *it* is:")
    require_readable(page, "form")
    page.get_by_role("button", name="Preview").press("Enter")
    seen = page.locator(".seen .words")
    expect(seen).to_contain_text("1. So *it* is:")
    expect(page.get_by_label("Select Withdraw.")).to_be_checked()
    require_readable(page, "preview")
    keep(page, "console", "curated-answer")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    require_readable(page, "written")
    keep(page, "console", "curated-written")

    shown = asked(page, site)
    assert "1. So *it* is:" in shown and "A withdrawal costs 1 USDT." in shown and "Withdraw" in shown
    expect(page.get_by_text("curated answer 1, version 1").first).to_be_visible()

    (folder / "fees.md").write_text(FEE.format(2))
    update_index(site.footnote, (), SilentProgress())
    shown = asked(page, site)
    assert "So *it* is" not in shown and "costs 1" not in shown

    page.goto(site.address + CURATED)
    page.get_by_role("link", name="Withdrawn 1").press("Enter")
    expect(page.get_by_text("“A withdrawal costs 1 USDT.” does not stand in the article")).to_be_visible()
    page.get_by_role("link", name=QUESTION).press("Enter")
    require_readable(page, "withdrawn")
    keep(page, "console", "curated-withdrawn")
    page.get_by_role("button", name="Still right").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Change the answer so that it says what the article says now.")

    page.get_by_role("link", name="Change", exact=True).press("Enter")
    page.get_by_label("A withdrawal costs 2 USDT.").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    page.wait_for_timeout(2_100)  # running servers read the answers again every two seconds
    assert "A withdrawal costs 2 USDT." in asked(page, site)

    page.goto(f"{site.address}{CURATED}/1")
    page.get_by_label("Why").fill("An article says it now.")
    page.get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_text("Deleted: An article says it now.")).to_be_visible()
