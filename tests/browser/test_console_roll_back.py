"""An index is rolled back in a real browser, by keyboard: customers are answered from the text before, and the pages
say which generation that is."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import knowledge
from bot.assembly import now
from bot.indexing.progress import SilentProgress
from bot.signing_in import login_url, new_agent
from bot.updating import update_index
from tests.browser.accessibility import require_readable
from tests.browser.panel import Panel
from tests.browser.screenshots import keep
from tests.browser.signed_in import signed_in
from tests.browser.watched import Watched
from tests.fakes import LetterEncoder
from tests.site import Site, serving

pytestmark = pytest.mark.browser

SOON = 20_000
ARTICLES = Path(knowledge.__file__).parent / "articles"
PART = ("change-email", "change-phone-number", "change-login-password", "cancel-order", "corvane-card")
QUESTION = "How long are withdrawals paused after I change my email?"
BEFORE, AFTER = "withdrawals and P2P sales are paused for 24 hours", "withdrawals and P2P sales are paused for 72 hours"
PLAYGROUND = "/console/playground"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small part of the sample help center."""
    made = tmp_path / "articles"
    made.mkdir()
    for name in PART:
        shutil.copy(ARTICLES / f"{name}.md", made)
    return made


@pytest.fixture
def site(tmp_path: Path, folder: Path) -> Iterator[Site]:
    with serving(tmp_path / "data", LetterEncoder(), index_poll_seconds=0.0) as site:
        update_index(site.footnote, [str(folder)], SilentProgress())
        new_agent(site.footnote.database, "ada", "Ada L.", now())
        yield site


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with signed_in(browser, login_url(site.footnote.database, site.address, "ada", now()), SOON) as page:
        yield page


@pytest.fixture
def customer(browser: Browser, site: Site) -> Iterator[Panel]:
    context = browser.new_context(viewport={"width": 400, "height": 1000})
    context.set_default_timeout(SOON)
    watched = Watched(context.new_page(), site)
    watched.open(f"/widget/v1/frame?site={site.footnote.settings.site_key}")
    yield Panel(watched.page, watched)
    watched.require_no_problem()
    context.close()


def replied(customer: Panel, count: int) -> str:
    """What the customer reads as the answer to the same question, asked for the so manieth time."""
    customer.ask(QUESTION)
    expect(customer.replies).to_have_count(count, timeout=SOON)
    return customer.replies.last.inner_text()


def tried(page: Page, site: Site, generation: int) -> str:
    """The answer in the playground, which names the generation that it is of."""
    page.goto(site.address + PLAYGROUND)
    page.get_by_label("Question", exact=True).fill(QUESTION)
    page.get_by_role("button", name="Ask").press("Enter")
    page.wait_for_url(re.compile(rf"{PLAYGROUND}/[0-9a-f]{{32}}$"))
    expect(page.get_by_text(re.compile(rf"^asked .*, generation {generation}$"))).to_be_visible()
    return page.locator(".seen .words").inner_text()


def reach(page: Page, name: str) -> None:
    """To a button by Tab alone."""
    button = page.get_by_role("button", name=name)
    for _ in range(80):
        page.keyboard.press("Tab")
        if button.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach “{name}”.")


def test_a_generation_is_rolled_back(page: Page, site: Site, folder: Path, customer: Panel) -> None:
    assert BEFORE in tried(page, site, 1)
    article = folder / "change-email.md"
    article.write_text(article.read_text(encoding="utf-8").replace(BEFORE, AFTER), encoding="utf-8")
    page.goto(f"{site.address}/console/knowledge")
    reach(page, "Read them now")
    page.keyboard.press("Enter")
    expect(page.locator("[data-words]")).to_contain_text("0 added, 1 changed", timeout=SOON)
    assert AFTER in replied(customer, 1)
    assert AFTER in tried(page, site, 2)
    keep(page, "console", "rolled-back-answer-before")

    page.goto(f"{site.address}/console/knowledge")
    expect(page.get_by_role("row", name=re.compile("^2 serves"))).to_be_visible()
    reach(page, "Let generation 1 serve")
    require_readable(page, "generations")
    keep(page, "console", "generations")
    page.get_by_role("button", name="Let generation 1 serve").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#generations"))
    expect(page.get_by_role("row", name=re.compile("^1 serves"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^2 set aside"))).to_be_visible()
    require_readable(page, "rolled-back")
    keep(page, "console", "rolled-back")

    assert BEFORE in replied(customer, 2)
    customer.replies.last.scroll_into_view_if_needed()
    keep(customer.page, "console", "rolled-back-customer")
    assert BEFORE in tried(page, site, 1)
    require_readable(page, "rolled-back-answer")
    keep(page, "console", "rolled-back-answer")
    page.goto(f"{site.address}/console/audit")
    expect(page.locator(".audit li").first).to_contain_text("ada had an earlier index, or one set aside, serve")
