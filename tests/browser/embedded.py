"""Somebody on another site's page that embeds the widget: what the frame hears there, and what goes wrong."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

from tests.bot.web.stage import SITE
from tests.browser.hosting import Host

MILLISECONDS = 20_000
BEFORE_ANY_SCRIPT = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  violations.push(event.violatedDirective + " " + event.blockedURI);
});
"""
DOCS = Path(__file__).parents[2] / "docs" / "widget.md"
EXAMPLE = "https://footnote.example"
PANEL = """
import { connect } from "./protocol.js";
const main = document.getElementById("panel");
window.heard = [];
window.page = connect(main.dataset.origins.split(" ").filter(Boolean), (message) => heard.push(message));
main.append(Object.assign(document.createElement("button"), { id: "field", textContent: "Ask" }));
"""
MEASURES = """
window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((one) => one.value)))
  .observe({ type: "layout-shift", buffered: true });
window.long = [];
new PerformanceObserver((list) => {
  for (const frame of list.getEntries()) {
    long.push(...frame.scripts.map((one) => ({ source: one.sourceURL, milliseconds: one.duration })));
  }
}).observe({ type: "long-animation-frame", buffered: true });
"""
FILLING = "<h1>Shop</h1><p>" + "Words and words. " * 400 + "</p>"
HEARD = "(type) => heard.filter((each) => each.type === type)"


@dataclass
class Visitor:
    """Somebody on a page of the host, and everything that went wrong there."""

    page: Page
    host: Host
    footnote: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(MILLISECONDS)
        self.page.add_init_script(BEFORE_ANY_SCRIPT + MEASURES)
        self.page.route("**/widget/panel.js", lambda route: route.fulfill(content_type="text/javascript", body=PANEL))
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.problems.append(said.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    @property
    def frame(self) -> Frame:
        found = self.page.wait_for_selector("dialog iframe", state="attached").content_frame()
        assert found
        found.wait_for_url("**/widget/v1/frame?*")
        return found

    @property
    def bubble(self) -> Any:
        return self.page.locator(".bubble")

    def open(self, path: str = "/", origin: str | None = None) -> Page:
        self.page.goto((origin or self.host.origin) + path)
        return self.page

    def heard(self, type_: str, count: int = 1) -> list[Any]:
        """What the frame has heard of a type, once it is that many."""
        self.frame.wait_for_function("window.heard !== undefined")
        self.frame.wait_for_function(f"([type, count]) => ({HEARD})(type).length >= count", arg=[type_, count])
        found: list[Any] = self.frame.evaluate(HEARD, type_)
        return found

    def until(self, expression: str) -> None:
        self.page.wait_for_function(f"() => {expression}")

    def wait_for_problem(self, part: str) -> None:
        """Wait until the browser has complained of this, and not longer than a few seconds."""
        for _ in range(100):
            if any(part in each for each in self.problems):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{part!r} is not in {self.problems}")

    def say(self, call: str) -> None:
        """A message of the frame to the page around it."""
        self.heard("hello")
        self.frame.evaluate(f"page.send({call})")


def documented(language: str) -> str:
    """The first block of a language in docs/widget.md."""
    found = re.search(rf"^```{language}\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found, language
    return found.group(1)


def page_with(*scripts: str, lang: str = "en", dir: str = "ltr") -> str:
    return (
        f"<!doctype html><html lang={lang} dir={dir}><meta charset=utf-8>"
        f"<meta name=viewport content='width=device-width'><title>Shop</title><body>{FILLING}"
        f"<button id=own>Own button</button>{''.join(scripts)}"
    )


def script(footnote: str, more: str = "", site: str = SITE) -> str:
    return f'<script async src="{footnote}/widget/v1/loader.js" data-site="{site}" {more}></script>'
