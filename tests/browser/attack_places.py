"""Where strings are put to attack the real application, and who then looks at them: what a customer types, what an
article says, what a model or a broken composer replies."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Browser, Page

from bot.models import Answer, Conversation, CustomerContext, Handoff, HandoffReason, Notice, Reply
from bot.signing_in import login_url, new_agent
from bot.staffed import StaffedFootnote
from bot.storage.conversations import conversation_of as stored_conversation
from bot.storage.conversations import start_conversation
from bot.storage.queue import queue_entries
from bot.turns import take_turn
from bot.web.app import create_app
from tests.bot.web.stage import SITE, ScriptedAssistant, open_stage, served
from tests.browser.attack_observer import Observer, observed, until
from tests.browser.attack_texts import hostile_replies, one_line, together, unchecked_articles, whole

FRAME = f"/widget/v1/frame?site={SITE}"
LIMITS = (
    "conversations_per_minute",
    "messages_per_minute",
    "messages_per_minute_per_conversation",
    "requests_per_minute_per_address",
)
UNLIMITED = dict.fromkeys(LIMITS, 1_000_000)
IN_A_MESSAGE = 1500
"""Characters of a message that a customer types, a string a line: none can hide another one, for nothing reads them."""
OPEN_EVERY_CARD = """async () => {
  const found = [];
  for (const chip of document.querySelectorAll(".chip")) {
    chip.click();
    const card = document.getElementById(chip.getAttribute("aria-controls"));
    found.push(card.cloneNode(true));
  }
  document.querySelector("[data-log], .log, main").append(...found);
  return found.length;
}"""
"""Only one card is open at a time: copies of all stay behind, to be looked at together."""


@dataclass
class Staged:
    """The application with a scripted assistant and articles that nothing has checked."""

    address: str
    footnote: StaffedFootnote
    assistant: ScriptedAssistant
    customer: Observer
    agent: Observer
    """Both stay, so that what each page needs is in their caches."""

    def type(self, strings: Sequence[str]) -> list[str]:
        """A customer sends them; they are shown, read again from the transcript, and shown to an agent."""
        messages = list(together(map(whole, strings), "\n", IN_A_MESSAGE))
        sent = f"document.querySelectorAll('.message.customer.sent').length >= {len(messages)}"
        with self.customer.page(FRAME) as page:
            for text in messages:
                self.assistant.enqueue(Notice(text="Noted.", confidence=1.0))
                page.fill("#question", text)
                page.press("#question", "Enter")
            until(page, sent)
            self.customer.look(page)
            page.reload()
            until(page, sent)
            self.customer.look(page)
            require_shown(messages, page.locator(".message.customer .words").all_text_contents())
            conversation = conversation_of(page)
        self._agent_reads(conversation)
        return self._seen()

    def queue(self, strings: Sequence[str]) -> list[str]:
        """Each is somebody's question and page in the queue, which an agent has open, and opens anew; the last one also
        a note."""
        rows = f"document.querySelectorAll('[data-rows=waiting] .row').length >= {len(strings)}"
        with self.agent.page("/console") as page:
            page.wait_for_selector("[data-queue]")
            waiting = [self._waiting(whole(text)) for text in strings]
            until(page, rows)
            self.agent.look(page)
            self.footnote.switchboard.call_person(waiting[-1], None, "\n".join(map(whole, strings))[:2000])
            for path in ("/console", f"/console/conversations/{waiting[-1]}", "/console/conversations"):
                page.goto(self.address + path)
                self.agent.look(page)
        self._close_all()
        return self._seen()

    def shelve(self, strings: Sequence[str]) -> list[str]:
        """They are in every field of articles, which the help center shows and the panel suggests."""
        articles = {article.id: article for article in unchecked_articles(strings)}
        cast(Any, self.footnote).index.articles = articles
        with self.customer.page() as page:
            for path in ("/help/", "/help/?section=faq", "/help/long", "/help/old"):
                page.goto(self.address + path)
                self.customer.look(page)
            page.goto(self.address + FRAME)
            page.wait_for_selector(".suggestions button")
            self.customer.look(page)
        return self._seen()

    def reply(self, strings: Sequence[str]) -> list[str]:
        """They are in every field of replies, which the panel shows as they come and after a reload, and an agent
        reads."""
        answer, clarify, notice = hostile_replies(strings)
        others: tuple[Reply, ...] = (clarify, notice)
        with self.customer.page(FRAME) as page:
            for number, reply in enumerate(others, start=1):
                self.assistant.enqueue(reply)
                page.fill("#question", "What is it?")
                page.press("#question", "Enter")
                until(page, REPLIED % number)
            conversation = conversation_of(page)
            self._answered(conversation, answer)
            for _ in ("as it comes", "read again"):
                until(page, REPLIED % (len(others) + 1))
                open_cards(self.customer, page, len(strings))
                page.reload()
        self._agent_reads(conversation)
        self._close_all()
        return self._seen()

    def _seen(self) -> list[str]:
        return self.customer.drain() + self.agent.drain()

    def _agent_reads(self, conversation: str) -> None:
        with self.agent.page(f"/console/conversations/{conversation}") as page:
            page.wait_for_selector(".entry")
            self.agent.look(page)

    def _answered(self, conversation_id: str, reply: Answer) -> None:
        """The conversation goes on in another tab, so that a long answer comes at once and not word by word."""
        with self.footnote.database.read() as connection:
            conversation = stored_conversation(connection, conversation_id)
        self._turn(conversation, "And then?", reply)

    def _turn(self, conversation: Conversation, text: str, reply: Reply) -> None:
        footnote, assistant = self.footnote, cast(Any, self.assistant)
        self.assistant.enqueue(reply)
        take_turn(assistant, footnote.switchboard, footnote.database, conversation, text, "elsewhere")

    def _waiting(self, text: str) -> str:
        """The id of a new conversation whose customer waits for a person."""
        context = CustomerContext(page_url=f"https://shop.example/{text}")
        conversation, _ = start_conversation(self.footnote.database, SITE, context, datetime.now(UTC))
        self._turn(conversation, text, Handoff(text="Soon.", reason=HandoffReason.USER_REQUEST, confidence=0.1))
        return conversation.id

    def _close_all(self) -> None:
        for entry in queue_entries(self.footnote.database):
            self.footnote.switchboard.close(entry.conversation_id, None, entry.last_number)


REPLIED = (
    "document.querySelectorAll('.message.bot:not(.greeting):not(.draft)').length >= %d"
    " && !document.querySelector('.message.draft')"
)


@contextmanager
def staged_for_attacks(browser: Browser, folder: Path, policy: bool = False) -> Iterator[Staged]:
    """The application on a port of its own, without limits that many messages at once would reach; `policy` is whether
    the browser follows the pages' Content-Security-Policy."""
    assistant = ScriptedAssistant()
    footnote = open_stage(folder, assistant)
    settings = footnote.settings.model_copy(update=UNLIMITED)
    with served(create_app(settings, footnote)) as (address, _), ExitStack() as stack:
        customer = stack.enter_context(observed(browser, address, policy))
        agent = stack.enter_context(observed(browser, address, policy))
        sign_in(agent, footnote, address)
        yield Staged(address, footnote, assistant, customer, agent)
    footnote.database.close()


def sign_in(agent: Observer, footnote: StaffedFootnote, address: str) -> None:
    now = datetime.now(UTC)
    new_agent(footnote.database, "ada", "Ada", now)
    with agent.page(login_url(footnote.database, "", "ada", now)) as page:
        page.get_by_role("button", name="Open the console").click()
        page.wait_for_url("**/console/password")
    assert agent.drain() == []


def conversation_of(page: Page) -> str:
    kept = page.evaluate(f"localStorage.getItem('footnote:{SITE}:conversation')")
    return cast(str, json.loads(kept)["id"])


def require_shown(sent: Sequence[str], shown: Sequence[str]) -> None:
    """What was sent stands there as it was written; where a secret was masked, something does."""
    wanted = [one_line(text) for text in sent]
    missing = [text for text in wanted if text not in {one_line(each) for each in shown}]
    assert len(shown) == len(sent) and len(missing) <= len(sent) // 5, (len(shown), missing[:3])


def open_cards(seen: Observer, page: Page, least: int) -> None:
    seen.look(page)
    opened = page.evaluate(OPEN_EVERY_CARD)
    assert opened >= least, (opened, least)
    seen.look(page)
