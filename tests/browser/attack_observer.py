"""What text that was meant to attack has done in a browser: scripts that ran, requests that left, and what stands in
the page that no text may put there, whether or not a policy stopped it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Frame, Page

from tests.browser.embedded import MILLISECONDS

REPORTER = "reportAttack"
BEFORE_ANY_SCRIPT = """
(() => {
  const report = window.reportAttack;
  const tell = (what, ...values) => report(`${what} ${values.map(String).join(" ").slice(0, 80)}`);
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    window[name] = (...values) => void tell("script:", name, ...values);
  }
  for (const name of ["write", "writeln"]) {
    Document.prototype[name] = (...values) => void tell("script:", name, ...values);
  }
  console.log = (...values) => tell("script:", "log", ...values);
  document.addEventListener("securitypolicyviolation", (event) => {
    tell("policy:", event.violatedDirective, event.blockedURI, event.sample);
  });
})();
"""
INVENTORY = """
() => {
  const words = (...lines) => new Set(lines.join(" ").split(" "));
  const TAGS = words(
    "a article aside bdi blockquote body br button code dd details div dl dt em footer form h1 h2 h3 h4 h5 h6 head",
    "header hr html input label li link main mark meta meter nav noscript ol p pre script section small span strong",
    "summary sup table tbody td template textarea th thead time title tr ul",
  );
  const GUARDED = words("form img input link meta meter noscript script template textarea title");
  const ADDRESSES = words("action background cite data formaction href ping poster src srcdoc srcset xlink:href");
  const OWN = [
    "head > meta:is([charset], [name=viewport], [name=color-scheme], [name=robots])",
    "head > link:is([rel=icon], [rel=stylesheet], [rel=modulepreload]):is([href^='/static/'], [href^='/widget/v1/'])",
    "head > script[type=module]:empty:is([src^='/static/'], [src^='/widget/v1/assets/'])",
    "head > title",
    ".brand > img[src='/static/icon.svg']",
    "button > svg[aria-hidden=true], button > svg[aria-hidden=true] > path",
    "header svg[aria-hidden=true], header svg[aria-hidden=true] > *",
    "form[role=search][action='/help/']",
    "form.search input:is(#q, [name=q], [type=hidden])",
    "#panel form:not([action])",
    "#panel form :is(input, textarea):not([name])",
    "body > noscript, main > noscript:last-child",
    ".row > form.row-action, header form[action='/console/sign-out']",
    ".actions form[data-act], .actions form[data-act] > input[type=hidden][name=seen]",
    "form[data-reply], form[data-reply] > :is(textarea#reply, input[name=client_message_id])",
    "template[data-row], .trace meter",
  ].join(", ");
  const found = [];
  const shown = (node) => (node.outerHTML ?? node.data ?? "").slice(0, 160);
  const look = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.ELEMENT_NODE) element(node);
      else if (![Node.TEXT_NODE, Node.DOCUMENT_TYPE_NODE].includes(node.nodeType)) found.push(`node: <!${shown(node)}`);
    }
  };
  const element = (node) => {
    const name = node.localName;
    if ((!TAGS.has(name) || GUARDED.has(name)) && !node.matches(OWN)) found.push(`element: ${shown(node)}`);
    for (const { name: key, value } of node.attributes) attribute(node, key.toLowerCase(), value);
    if (node.content instanceof DocumentFragment) look(node.content);
    if (node.shadowRoot) look(node.shadowRoot);
  };
  const attribute = (node, key, value) => {
    const isOwnStyle = node.matches(":root, #panel, #panel textarea#question");
    const isBad = key.startsWith("on") || key === "autofocus" || (key === "style" && !isOwnStyle);
    if (isBad) found.push(`attribute: ${key} of ${shown(node)}`);
    if (!ADDRESSES.has(key)) return;
    const url = URL.canParse(value, location.href) ? new URL(value, location.href) : null;
    const isLink = node.localName === "a" && key === "href";
    const isGood = isLink ? ["http:", "https:", "mailto:"].includes(url?.protocol) : url?.origin === location.origin;
    if (!isGood) found.push(`address: ${key} of ${shown(node)}`);
  };
  look(document);
  return found;
}
"""
SETTLED = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)));
})"""
"""What markup begins by itself has begun: it was laid out and painted, and its requests have been made."""


class Observer:
    """A browser in which every page is watched. `problems` says what was seen, each line with its kind: script, policy,
    dialog, request, page, frame, uncaught, node, element, attribute, address."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context = context
        self.problems: list[str] = []
        self._origin = origin
        self._opened: list[Page] = []
        context.expose_binding(REPORTER, lambda _, what: self.problems.append(what))
        context.add_init_script(BEFORE_ANY_SCRIPT)
        context.on("request", lambda request: self._require_own("request", request.url))
        context.on("page", self._hear)

    @contextmanager
    def page(self, path: str = "") -> Iterator[Page]:
        """A page of the server's, opened by the test itself; nothing of it is remembered afterwards."""
        page = self.context.new_page()
        self._opened.append(page)
        page.set_default_timeout(60_000)
        try:
            if path:
                page.goto(self._origin + path)
            yield page
        finally:
            if page.url.startswith(self._origin):
                page.evaluate("localStorage.clear()")
            page.close()

    def drain(self) -> list[str]:
        """What was seen since this was called last; pages that have opened meanwhile are closed."""
        for page in self.context.pages:
            page.close()
        seen, self.problems = self.problems, []
        return seen

    def look(self, page: Page) -> None:
        """Notes what stands in the page that no text may put there, and that there is no other page or frame."""
        page.evaluate(SETTLED)
        self.problems += page.evaluate(INVENTORY)
        self.problems += [f"frame: {frame.url[:80]}" for frame in page.frames[1:]]
        self.problems += [f"page: {each.url[:80]}" for each in self.context.pages if each not in self._opened]

    def _hear(self, page: Page) -> None:
        page.on("dialog", self._dismiss)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("websocket", lambda socket: self.problems.append(f"request: {socket.url}"))
        page.on("framenavigated", self._follow)

    def _follow(self, frame: Frame) -> None:
        if frame.url != "about:blank" or frame.parent_frame:
            self._require_own("frame", frame.url)

    def _dismiss(self, dialog: Any) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _require_own(self, kind: str, url: str) -> None:
        if not url.startswith(f"{self._origin}/"):
            self.problems.append(f"{kind}: {url[:80]}")


@contextmanager
def observed(browser: Browser, origin: str, policy: bool = False, **options: Any) -> Iterator[Observer]:
    """A fresh browser over the server at `origin`. Without its policy nothing but the page itself holds a script
    back."""
    context = browser.new_context(bypass_csp=not policy, **options)
    try:
        yield Observer(context, origin)
    finally:
        context.close()


def until(page: Page, true: str) -> None:
    """Waits for an expression to be true, also under a policy that forbids the page to evaluate one itself."""
    deadline = time.monotonic() + MILLISECONDS / 1000
    while not page.evaluate(true):
        assert time.monotonic() < deadline, f"{true} is not so at {page.url}"
        page.wait_for_timeout(50)


Attempt = Callable[[Sequence[str]], list[str]]
"""Puts strings somewhere, looks, and says what was seen."""


def require_harmless(attempt: Attempt, strings: Sequence[str], at_once: int) -> None:
    """Nothing is seen, whichever strings are put there together; else the first string that does it alone is named."""
    for start in range(0, len(strings), at_once):
        batch = strings[start : start + at_once]
        if problems := attempt(batch):
            alone, its_problems = blamed(attempt, batch, problems)
            raise AssertionError(f"{len(alone)} string(s) {[*alone]!r}: {its_problems[:8]}")


def blamed(attempt: Attempt, batch: Sequence[str], problems: list[str]) -> tuple[Sequence[str], list[str]]:
    """The smallest part of a batch that is found by halving and still does something, and what that is."""
    while len(batch) > 1:
        halves = (batch[: len(batch) // 2], batch[len(batch) // 2 :])
        bad = next(((half, seen) for half in halves if (seen := attempt(half))), None)
        if bad is None:
            break
        batch, problems = bad
    return batch, problems
