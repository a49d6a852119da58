"""What keeps other origins out of the widget's frame, and the frame's messages between it and its page."""

import re

import pytest

from tests.browser.conftest import Embed
from tests.browser.embedded import page_with, script
from tests.browser.hosting import Host

pytestmark = pytest.mark.browser

FORGERIES = """
window.addEventListener("message", (event) => {
  if (event.data !== "begin") return;
  parent.postMessage({ footnote: 1, type: "unread", count: 9 }, "*");
  parent.postMessage({ footnote: 1, type: "closed" }, "*");
  for (let index = 0; index < parent.frames.length; index += 1) {
    parent.frames[index].postMessage({ footnote: 1, type: "ask", text: "evil" }, "*");
  }
  parent.postMessage("sent", "*");
});
"""


def test_another_origin_cannot_embed(embed: Embed, host: Host) -> None:
    visitor = embed(None)
    visitor.page.clock.install()
    visitor.open(origin=host.foreign_origin)
    visitor.bubble.click()
    visitor.page.locator("dialog iframe").wait_for(state="attached")
    visitor.wait_for_problem("frame-ancestors")
    visitor.page.clock.fast_forward(16_000)
    visitor.wait_for_problem("no answer")
    frame = visitor.page.locator("dialog iframe").element_handle().content_frame()
    assert frame
    frame.wait_for_url(re.compile("^chrome-error://"), wait_until="commit")
    visitor.problems.clear()


def test_a_window_of_another_origin_is_not_heard(embed: Embed, host: Host, widget_address: str) -> None:
    host.headers = {}
    host.pages["/evil.js"] = FORGERIES
    host.pages["/evil"] = "<script src=/evil.js></script>"
    host.pages["/victim"] = page_with(
        script(widget_address), f"<iframe id=evil src={host.foreign_origin}/evil></iframe>"
    )
    visitor = embed("/victim")
    visitor.bubble.click()
    visitor.say("'unread', { count: 2 }")
    visitor.until("document.querySelector('[data-position]').shadowRoot.querySelector('.unread').textContent === '2'")
    visitor.page.evaluate("""() => new Promise((done) => {
      window.addEventListener("message", (event) => event.data === "sent" && done());
      document.getElementById("evil").contentWindow.postMessage("begin", "*");
    })""")
    # What comes from the page itself is not from the frame either.
    visitor.page.evaluate("postMessage({ footnote: 1, type: 'unread', count: 9 }, '*')")
    visitor.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    assert visitor.page.locator(".unread").text_content() == "2"
    assert visitor.page.locator("dialog").is_visible()


def test_the_frame_hears_the_page_alone_and_only_what_it_knows(embed: Embed, host: Host) -> None:
    visitor = embed()
    visitor.bubble.click()
    visitor.heard("open")
    visitor.frame.evaluate(
        """(origin) => {
          const send = (data, origin, source) =>
            window.dispatchEvent(new MessageEvent("message", { data, origin, source }));
          send({ footnote: 1, type: "ask", text: "evil" }, "https://evil.example", parent);
          send({ footnote: 1, type: "ask", text: "evil" }, origin, window);
          send({ footnote: 1, type: "ask", text: ["evil"] }, origin, parent);
          send({ footnote: 1, type: "ask", text: "" }, origin, parent);
          send({ footnote: 1, type: "ask", text: "x".repeat(12001) }, origin, parent);
          send({ footnote: 2, type: "ask", text: "evil" }, origin, parent);
          send({ footnote: 1, type: "locale", locale: "<b>" }, origin, parent);
          send({ footnote: 1, type: "navigate", url: "https://evil.example" }, origin, parent);
          send({ footnote: 1, type: "hello", locale: "en", context: {} }, origin, parent);
          send({ footnote: 1, type: "constructor" }, origin, parent);
          send(null, origin, parent);
        }""",
        host.origin,
    )
    before = len(visitor.frame.evaluate("heard"))
    visitor.page.evaluate("Footnote('ask', 'good')")
    assert visitor.heard("ask") == [{"type": "ask", "text": "good"}]
    assert [each["type"] for each in visitor.frame.evaluate("heard")].count("hello") == 1
    assert len(visitor.frame.evaluate("heard")) == before + 1
    refused = visitor.frame.evaluate("() => { try { page.send('navigate'); } catch (error) { return error.name; } }")
    assert refused == "TypeError"


def test_the_page_around_it_cannot_read(embed: Embed, host: Host, widget_address: str) -> None:
    host.headers = {}
    visitor = embed()
    visitor.bubble.click()
    visitor.heard("open")
    assert visitor.page.evaluate(
        "document.querySelector('[data-position]').shadowRoot.querySelector('iframe').contentDocument === null"
    )
    for path in ("/widget/v1/frame?site=site_demo", "/api/v1/conversations/x", "/widget/v1/loader.js"):
        read = "(url) => fetch(url).then(() => 'read', (error) => error.name)"
        assert visitor.page.evaluate(read, widget_address + path) == "TypeError"
    visitor.problems.clear()


def test_a_foreign_frame_alone_in_a_window_hears_nobody(embed: Embed, widget_address: str) -> None:
    visitor = embed(None)
    visitor.page.goto(f"{widget_address}/widget/v1/frame?site=site_demo")
    visitor.until("window.page?.isEmbedded === false")
    visitor.page.evaluate("postMessage({ footnote: 1, type: 'ask', text: 'evil' }, '*')")
    visitor.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    assert visitor.page.evaluate("heard") == []
