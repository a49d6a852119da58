"""The panel in a real Chromium, over the real application with a scripted assistant."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Route, expect

from bot.assembly import Footnote
from bot.models import Answer, Clarify, Handoff, HandoffReason
from bot.web.app import create_app
from bot.web.server import Server
from tests.bot.web.stage import ANSWER, SITE, ScriptedAssistant, open_stage, served
from tests.browser.watched import Watched
from tests.site import Site

FRAME = f"/widget/v1/frame?site={SITE}"
CLARIFY = Clarify(text="Which one do you use?", options=("The app", "The website"), confidence=0.4)
CALLED = Handoff(text="A person replies here.", reason=HandoffReason.LOW_CONFIDENCE, confidence=0.1)
SOON = 3000
"""Milliseconds: a second, and what a busy machine is late besides."""
GONE = ("ERR_FAILED", "ERR_CONNECTION", "ERR_INTERNET", "ERR_INCOMPLETE", "ERR_EMPTY", "Failed to load", "ERR_NETWORK")
SEED = "legal winner thank year wave sausage worth useful legal winner thank yellow"


@dataclass
class Panel:
    """A browser with the panel open, and everything that went wrong in it."""

    page: Page
    watched: Watched
    sent: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of the messages that it has sent, each time that it did."""

    def __post_init__(self) -> None:
        self.page.on("request", self._note)

    @property
    def field(self) -> Locator:
        return self.page.locator("#question")

    @property
    def replies(self) -> Locator:
        return self.page.locator(".message.bot:not(.greeting):not(.draft)")

    def ask(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def require_replies(self, count: int) -> None:
        expect(self.replies).to_have_count(count)
        expect(self.page.locator(".message.draft")).to_have_count(0)

    def require_owner(self, owner: str) -> None:
        expect(self.page.locator("#panel")).to_have_attribute("data-owner", owner)

    def require_said(self, text: str) -> None:
        """A screen reader is told this."""
        expect(self.page.locator("#panel > .unseen[role=status]")).to_contain_text(text)

    def paste(self, text: str) -> None:
        """As from the clipboard: Chromium makes the input event that a paste makes."""
        self.field.focus()
        self.page.evaluate(
            "text => { const data = new DataTransfer(); data.setData('text/plain', text);"
            " const field = document.querySelector('#question');"
            " field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');"
            " field.dispatchEvent(new InputEvent('input', {inputType: 'insertFromPaste', bubbles: true})); }",
            text,
        )

    def kept(self, name: str) -> Any:
        text = self.page.evaluate(f"localStorage.getItem('footnote:{SITE}:{name}')")
        return None if text is None else json.loads(text)

    def forgive(self, *texts: str) -> None:
        """What the browser itself reports of a request that failed on purpose; nothing else may be wrong."""
        rest = [problem for problem in self.watched.problems if not any(text in problem for text in texts)]
        assert rest == []
        self.watched.problems.clear()

    def _note(self, request: Any) -> None:
        if request.method == "POST" and request.url.endswith("/messages"):
            self.sent.append(request.post_data_json)


@dataclass
class Stage:
    """The application that the panels of a test talk to."""

    address: str
    server: Server
    footnote: Footnote
    assistant: ScriptedAssistant
    open: Callable[..., Panel] = field(init=False)

    @property
    def answer(self) -> Answer:
        """The scripted answer, with links to where it is served."""
        url = f"{self.address}/help/change-email#h-on-the-app"
        return replace(ANSWER, citations=tuple(replace(each, url=url) for each in ANSWER.citations))

    def claim(self, panel: Panel, agent: str = "ada") -> None:
        self.footnote.switchboard.claim(panel.kept("conversation")["id"], agent)

    def say(self, panel: Panel, text: str, agent: str = "ada") -> None:
        self.footnote.switchboard.say(panel.kept("conversation")["id"], agent, text, text)


def with_attributes(page: Page, **attributes: str) -> None:
    """Serves the frame with other attributes of #panel than the settings give it."""

    def changed(route: Route) -> None:
        answer = route.fetch()
        more = "".join(f' data-{name}="{escape(value)}"' for name, value in attributes.items())
        route.fulfill(response=answer, body=answer.text().replace('id="panel"', f'id="panel"{more}'))

    page.route("**/widget/v1/frame?*", changed)


@contextmanager
def staged(browser: Browser, folder: Path) -> Iterator[Stage]:
    """Opens panels on a small Footnote; at the end of the test none may have had a problem."""
    assistant = ScriptedAssistant()
    footnote = open_stage(folder, assistant)
    with served(create_app(footnote.settings, footnote)) as (address, server), ExitStack() as stack:
        made = Stage(address, server, footnote, assistant)
        opened: list[Panel] = []

        def fresh(
            path: str = FRAME,
            *,
            context: Any = None,
            attributes: dict[str, str] | None = None,
            script: str = "",
            prepare: Callable[[Page], None] = lambda _: None,
            **options: Any,
        ) -> Panel:
            if context is None:
                context = browser.new_context(**{"viewport": {"width": 380, "height": 640}, **options})
                stack.callback(context.close)
            watched = Watched(context.new_page(), Site(address, footnote))
            panel = Panel(watched.page, watched)
            prepare(panel.page)
            if script:
                panel.page.add_init_script(script)
            if attributes:
                with_attributes(panel.page, **attributes)
            opened.append(panel)
            watched.open(path)
            expect(panel.page.locator("#panel header, iframe").first).to_be_visible()
            return panel

        made.open = fresh
        yield made
        for each in opened:
            if not each.page.is_closed():
                each.watched.require_no_problem()
    footnote.database.close()
