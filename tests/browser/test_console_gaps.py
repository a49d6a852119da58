"""Gaps and the health of the content in a real browser: read by everybody, and a gap followed until it is closed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.indexing.active import ActiveGeneration
from bot.indexing.progress import SilentProgress
from bot.models import Answer, CustomerContext, Handoff, HandoffReason
from bot.signing_in import login_url, new_agent
from bot.staffed import StaffedFootnote
from bot.updating import update_index
from bot.web.app import create_app
from tests.bot.web.stage import ANSWER, ScriptedAssistant, open_stage, served
from tests.browser.accessibility import require_accessible
from tests.browser.screenshots import keep
from tests.browser.signed_in import signed_in
from tests.seeded_turn import handed_over

pytestmark = pytest.mark.browser

UNSURE = Handoff(text="A person replies.", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.1)
STOLEN = ("My card was stolen", "the card is stolen", "stolen card", "stolen card, what now?")
CARDS = "---\ntitle: Cards\n---\nA card costs 5 EUR. It comes within 7 days. It is made of metal. Keep it safe."
SOON = 20_000


@dataclass
class ReadingAssistant(ScriptedAssistant):
    """Answers what an article of the index has a word of."""

    known: str = ""

    def reply_to(self, message: Any, context: CustomerContext, *rest: Any, **named: Any) -> Any:
        reply: Answer | Handoff = ANSWER if self.known and self.known in message.text else UNSURE
        self.enqueue(reply)
        return super().reply_to(message, context, *rest, **named)


@dataclass(frozen=True)
class Console:
    address: str
    login: str
    stage: StaffedFootnote
    assistant: ReadingAssistant
    folder: Path


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("gaps") / "help"
    folder.mkdir()
    (folder / "cards.md").write_text(CARDS, encoding="utf-8")
    (folder / "cards-too.md").write_text(CARDS.replace("title: Cards", "title: The cards"), encoding="utf-8")
    assistant = ReadingAssistant()
    stage = open_stage(folder.parent, assistant)
    index = ActiveGeneration(stage.database, stage.settings.index_folder, stage.encoder.identity, 0.0)
    stage = replace(stage, index=index)
    update_index(stage, [str(folder)], SilentProgress())
    now = datetime.now(UTC)
    new_agent(stage.database, "ada", "Ada L.", now)
    with served(create_app(stage.settings, stage)) as (address, _):
        yield Console(address, login_url(stage.database, address, "ada", now), stage, assistant, folder)
    stage.database.close()


@pytest.fixture(scope="module")
def page(browser: Browser, console: Console) -> Iterator[Page]:
    with signed_in(browser, console.login, SOON) as page:
        yield page


def fits(page: Page) -> None:
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= seen, page.url


def test_a_gap_is_followed_until_it_is_closed(page: Page, console: Console) -> None:
    page.goto(f"{console.address}/console/gaps")
    expect(page.locator("[data-look=idle]")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("No gap is open.")).to_be_visible(timeout=SOON)
    require_accessible(page, "no gaps")
    handed_over(console.stage.database, STOLEN)
    page.get_by_role("button", name="Look again now").press("Enter")
    name = page.get_by_role("link", name="card · stolen")
    expect(name).to_be_visible(timeout=SOON)
    expect(page.get_by_text("4 of 4 not answered")).to_be_visible(timeout=SOON)
    keep(page, "console", "gaps")
    name.press("Enter")
    expect(page.get_by_text("stolen card, what now?").first).to_be_visible(timeout=SOON)
    keep(page, "console", "gap-open")
    (console.folder / "stolen.md").write_text("---\ntitle: Stolen\n---\nA stolen card is blocked.", encoding="utf-8")
    update_index(console.stage, [str(console.folder)], SilentProgress())
    console.assistant.known = "stolen"
    page.goto(f"{console.address}/console/gaps")
    page.get_by_role("link", name="Closed 1").press("Enter")
    page.get_by_role("link", name="card · stolen").press("Enter")
    expect(page.get_by_text("answered now").first).to_be_visible(timeout=SOON)
    keep(page, "console", "gap-closed")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 320)])
def test_pages_can_be_read(page: Page, console: Console, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/gaps?state=closed", "/gaps/1", "/health"):
        page.goto(f"{console.address}/console{path}")
        if path == "/health":
            expect(page.get_by_text("Near-duplicates").last).to_be_visible(timeout=SOON)
        require_accessible(page, f"{path} {scheme}")
        fits(page)


def test_two_articles_that_say_the_same_stand_side_by_side(page: Page, console: Console) -> None:
    page.goto(f"{console.address}/console/health?kind=duplicate")
    finding = page.get_by_role("listitem").filter(has_text="say nearly the same")
    expect(finding.get_by_role("link", name="Cards", exact=True)).to_be_visible(timeout=SOON)
    expect(finding.get_by_role("link", name="The cards")).to_be_visible(timeout=SOON)
    keep(page, "console", "health")
