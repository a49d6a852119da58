"""A customer on somebody's page and an agent in the console: what both do in the course of one conversation."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Frame, Locator, Page, expect

from bot.signing_in import login_url, new_agent
from bot.web import widget_assets
from tests.browser.accessibility import require_accessible
from tests.browser.embedded import BEFORE_ANY_SCRIPT, EXAMPLE, MILLISECONDS, documented
from tests.browser.hosting import Host
from tests.browser.screenshots import keep
from tests.site import Site

TEXTS = Path(widget_assets.__file__).parent / "static" / "widget" / "texts"
STYLE = """
:root { color-scheme: light dark; font: 100%/1.6 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.5rem 6rem; }
header { display: flex; gap: 1.5rem; align-items: baseline; }
a { color: inherit; }
article { max-width: 40rem; }
"""
WORDS = {
    "en": ("Kestrel Bicycles", "Orders", "A winter bicycle", "It rolls quietly, and its lamp needs no battery. " * 9),
    "ar": ("دراجات كسترل", "الطلبات", "دراجة للشتاء", "تسير بهدوء، ولا يحتاج مصباحها إلى بطارية. " * 9),
}
DRAFTS = """() => {
  window.drafts = new Set();
  new MutationObserver(() => {
    const draft = document.querySelector(".message.draft .prose");
    if (draft) drafts.add(draft.textContent.length);
  }).observe(document.querySelector(".log"), { childList: true, subtree: true, characterData: true });
}"""


AT_REST = """() => {
  const log = document.querySelector(".log"), isStill = log.scrollTop === window.scrolled;
  window.scrolled = log.scrollTop;
  return isStill;
}"""


@dataclass(frozen=True)
class Shape:
    """A kind of browser: its name in the folder of pictures, its language, and what Playwright is to make."""

    name: str
    language: str = "en"
    width: int = 1280
    height: int = 800
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def context(self) -> dict[str, Any]:
        return {"viewport": {"width": self.width, "height": self.height}, **self.options}

    @property
    def touches(self) -> bool:
        return bool(self.options.get("has_touch"))


def shop_page(site: Site, language: str) -> str:
    """A page of somebody's own, in which the widget stands by the snippet of the documentation."""
    name, orders, title, words = WORDS[language]
    key = site.footnote.settings.site_key
    snippet = documented("html").replace(EXAMPLE, site.address).replace("YOUR_SITE_KEY", key)
    return (
        f"<!doctype html><html lang={language} dir={'rtl' if language == 'ar' else 'ltr'}><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'><link rel=icon href='data:,'>"
        f"<title>{name}</title><style>{STYLE}</style></head><body>"
        f"<header><strong>{name}</strong><a href='#orders' id=first>{orders}</a></header>"
        f"<main id=orders><h1>{title}</h1><article><p>{words}</p><p>{words}</p></article></main>{snippet}</body></html>"
    )


def shop_policy(site: Site) -> dict[str, str]:
    """The policy of docs/widget.md, and this page's own style by its hash."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = documented("http").partition(": ")[2].strip().replace(EXAMPLE, site.address)
    return {"Content-Security-Policy": f"{policy}; img-src data:; style-src 'sha256-{digest}'"}


class Seen:
    """A page in a browser of its own, and everything that went wrong there."""

    def __init__(self, context: BrowserContext, shape: Shape) -> None:
        self.context = context
        self.shape = shape
        self.problems: list[str] = []
        context.set_default_timeout(MILLISECONDS)
        context.add_init_script(BEFORE_ANY_SCRIPT)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        self.page: Page = context.new_page()

    def forgive(self, *texts: str) -> None:
        """What the browser itself reports of a request that fails in this test; nothing else may be wrong."""
        self.problems[:] = [each for each in self.problems if not any(text in each for text in texts)]

    def require_no_problem(self) -> None:
        assert not self.problems, self.problems
        assert self.page.evaluate("violations") == []

    def look(self, state: str, *, at: Page | None = None) -> None:
        """No rule of accessibility is broken in what is seen now, which goes into the folder of pictures."""
        page = at or self.page
        keep(page, self.shape.name, state)
        require_accessible(page, f"{state}, {self.shape.name}")

    def press(self, what: Locator) -> None:
        """As people do it with this device."""
        if self.shape.touches:
            what.tap()
        else:
            what.click()

    def _hear(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self.problems.append(said.text)


class Customer(Seen):
    """Somebody on the shop's page, who talks to the widget."""

    def __init__(self, context: BrowserContext, shape: Shape, host: Host) -> None:
        super().__init__(context, shape)
        self.texts: dict[str, str] = json.loads((TEXTS / f"{shape.language}.json").read_text(encoding="utf-8"))
        self.sent: list[str] = []
        context.on("request", lambda request: self.sent.append(request.post_data or ""))
        self.page.goto(host.origin)
        expect(self.bubble).to_be_visible()

    @property
    def bubble(self) -> Locator:
        return self.page.locator("button.bubble")

    @property
    def frame(self) -> Frame:
        found = self.page.wait_for_selector("dialog iframe", state="attached").content_frame()
        assert found
        found.wait_for_selector("#question", state="attached")
        return found

    @property
    def field(self) -> Locator:
        return self.frame.locator("#question")

    @property
    def replies(self) -> Locator:
        return self.frame.locator(".message.bot:not(.greeting, .draft)")

    def open(self) -> None:
        self.press(self.bubble)
        expect(self.field).to_be_focused()

    def ask(self, text: str) -> Locator:
        """Asks, and waits for the reply: the newest message of the bot's."""
        before = self.replies.count()
        self.field.fill(text)
        self.press(self.button("send"))
        return self.reply(before + 1)

    def reply(self, number: int) -> Locator:
        expect(self.replies).to_have_count(number)
        expect(self.frame.locator(".message.draft")).to_have_count(0)
        return self.replies.last

    def button(self, text: str) -> Locator:
        return self.frame.get_by_role("button", name=self.texts[text], exact=True).last

    def require_owner(self, owner: str) -> None:
        expect(self.frame.locator("#panel")).to_have_attribute("data-owner", owner)

    def watch_drafts(self) -> None:
        self.frame.evaluate(DRAFTS)

    def paste(self, text: str) -> None:
        self.field.focus()
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=self.page.url.rstrip("/"))
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.field.focus()
        self.page.keyboard.press("Control+V")

    def look_at_panel(self, state: str) -> None:
        """The panel's state; the page around it is looked at where it changes itself."""
        frame = self.frame
        frame.wait_for_function(AT_REST, polling=100)
        require_accessible(frame, f"{state}, {self.shape.name}")
        wide, seen = frame.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen, f"{state}, {self.shape.name}"
        keep(self.page, self.shape.name, state)


class Agent(Seen):
    """Somebody who answers in the console."""

    def __init__(self, context: BrowserContext, shape: Shape, site: Site) -> None:
        super().__init__(context, shape)
        now, name = datetime.now(UTC), f"agent-{secrets.token_hex(4)}"
        new_agent(site.footnote.database, name, "Ada L.", now)
        self.page.goto(login_url(site.footnote.database, site.address, name, now))
        self.page.get_by_role("button", name="Open the console").click()
        self.page.wait_for_url("**/console/password")
        self.page.goto(f"{site.address}/console")

    @property
    def field(self) -> Locator:
        return self.page.get_by_label("Reply to the customer")

    def claim(self, question: str) -> None:
        row = self.page.locator('[data-rows="waiting"] .row', has_text=question)
        self.press(row.get_by_role("button"))
        self.page.wait_for_url("**/console/conversations/*")
        expect(self.field).to_be_visible()

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.press(self.page.get_by_role("button", name="Send"))
        expect(self.field).to_have_value("")
