"""A reply is corrected in a real browser, by keyboard, and becomes a case."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.assistant import Outcome
from bot.models import CustomerContext
from bot.signing_in import login_url, new_agent
from bot.staffed import StaffedFootnote
from bot.storage.conversations import start_conversation
from bot.storage.proposed_cases import CaseQuote, CaseState, proposed_case
from bot.turns import take_turn
from bot.web.app import create_app
from tests.bot.web.stage import SITE, ScriptedAssistant, open_stage, served
from tests.browser.accessibility import require_readable
from tests.browser.screenshots import keep
from tests.browser.signed_in import signed_in

pytestmark = pytest.mark.browser

SOON = 20_000


FOUND = {"rank": 1, "article_id": "fees", "title": "Fees", "heading": "", "score": 0.5, "signals": {"dense": 0.5}}


@dataclass
class FindingAssistant(ScriptedAssistant):
    """Scripted, and has found an article that it does not cite."""

    def reply_to(self, *arguments: Any, **named: Any) -> Outcome:
        return replace(super().reply_to(*arguments, **named), trace={"candidates": [FOUND]})


@dataclass(frozen=True)
class Console:
    address: str
    login: str
    stage: StaffedFootnote
    trace: str


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    stage = open_stage(tmp_path_factory.mktemp("cases"), FindingAssistant())
    now = datetime.now(UTC)
    new_agent(stage.database, "ada", "Ada L.", now)
    conversation, _ = start_conversation(stage.database, SITE, CustomerContext(), now)
    taken = take_turn(stage.assistant, stage.switchboard, stage.database, conversation, "What is the fee?", "m1")
    with served(create_app(stage.settings, stage)) as (address, _):
        trace = f"{address}/console/conversations/{conversation.id}/turns/{taken.turn.id}"
        yield Console(address, login_url(stage.database, address, "ada", now), stage, trace)
    stage.database.close()


@pytest.fixture(scope="module")
def page(browser: Browser, console: Console) -> Iterator[Page]:
    with signed_in(browser, console.login, SOON) as page:
        yield page


def test_a_reply_is_corrected_and_becomes_a_case(page: Page, console: Console) -> None:
    page.goto(f"{console.address}/console/cases")
    expect(page.get_by_text("No case waits for a decision.")).to_be_visible()
    require_readable(page, "no cases")
    page.goto(console.trace)
    page.get_by_role("button", name="Wrong", exact=True).press("Enter")
    expect(page.get_by_text("nothing says yet what would have been right")).to_be_visible()
    page.get_by_role("radio", name="Fees").press("Space")
    page.get_by_label("The sentence that answers").press_sequentially("A fee of one.")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Mark wrong with this").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("does not say")
    require_readable(page, "refused")
    keep(page, "console", "case-corrected")
    page.get_by_label("The sentence that answers").fill("A fee.")
    page.get_by_role("button", name="Mark wrong with this").press("Enter")
    page.get_by_role("link", name="Case 1").press("Enter")
    expect(page.get_by_role("heading", name="What is the fee?")).to_be_visible()
    require_readable(page, "one case")
    keep(page, "console", "case")
    page.goto(f"{console.address}/console/cases")
    expect(page.get_by_text("Should be answered")).to_be_visible()
    require_readable(page, "cases")
    keep(page, "console", "cases")
    page.get_by_role("button", name="Accept as suggested case 1").press("Enter")
    expect(page.get_by_text("No case waits for a decision.")).to_be_visible()
    page.get_by_role("link", name="Accepted 1").press("Enter")
    expect(page.get_by_role("link", name="Decide otherwise on case 1")).to_be_visible()
    keep(page, "console", "case-in-the-suite")
    case = proposed_case(console.stage.database, 1)
    assert case.state is CaseState.ACCEPTED and case.decision is not None
    assert case.decision.quotes == (CaseQuote("fees", "A fee."),)
