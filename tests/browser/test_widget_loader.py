"""The widget on a page with a strict policy of another origin: its look, its calls, its events."""

import re

import pytest

from tests.bot.web.stage import SITE
from tests.browser.conftest import Embed
from tests.browser.embedded import page_with, script
from tests.browser.hosting import Host

pytestmark = pytest.mark.browser


def test_the_documented_snippet_works_under_the_documented_policy(embed: Embed) -> None:
    visitor = embed()
    assert visitor.bubble.get_attribute("aria-label") == "Open chat"
    assert visitor.page.locator("iframe").count() == 0
    visitor.bubble.click()
    assert visitor.heard("open") == [{"type": "open", "focus": True}]
    (hello,) = visitor.heard("hello")
    assert hello == {
        "type": "hello",
        "locale": "en",
        "context": {"locale": "en", "page_url": visitor.host.origin + "/"},
    }
    assert visitor.bubble.get_attribute("aria-expanded") == "true"
    box = visitor.page.locator("dialog").bounding_box()
    assert box and (round(box["width"]), round(box["x"] + box["width"])) == (400, 1080)
    assert visitor.page.locator("iframe").get_attribute("title") == "Chat"


def test_focus_goes_in_and_comes_back(embed: Embed) -> None:
    visitor = embed()
    visitor.bubble.press("Enter")
    visitor.until("document.activeElement.shadowRoot?.activeElement?.tagName === 'IFRAME'")
    visitor.say("'closed'")
    visitor.until("document.activeElement.shadowRoot?.activeElement?.className === 'bubble'")
    assert not visitor.page.locator("dialog").is_visible()
    assert visitor.heard("close")
    visitor.page.focus("#own")
    visitor.page.evaluate("Footnote('open')")
    visitor.until("document.activeElement.shadowRoot?.activeElement?.tagName === 'IFRAME'")
    visitor.page.evaluate("Footnote('toggle')")
    assert visitor.page.evaluate("document.activeElement.id") == "own"
    visitor.bubble.press("Enter")
    visitor.bubble.focus()
    visitor.bubble.press("Escape")
    assert visitor.bubble.get_attribute("aria-expanded") == "false"


def test_calls_before_the_script_are_kept_in_order(embed: Embed, host: Host, widget_address: str) -> None:
    calls = "Footnote('identify', 'a.b.c'); Footnote('on', 'open', (event) => { window.told = event.detail; });"
    calls += " Footnote('on', 'ready', () => { window.readies = (window.readies ?? 0) + 1; });"
    host.pages["/calls.js"] = f"{host.pages['/stub.js']}\n{calls} Footnote('ask', 'Is it safe?');"
    host.pages["/early"] = page_with("<script src=/calls.js></script>", script(widget_address))
    visitor = embed("/early")
    assert visitor.heard("ask") == [{"type": "ask", "text": "Is it safe?"}]
    kinds = [each["type"] for each in visitor.frame.evaluate("heard")]
    assert kinds[0] == "hello"
    assert kinds.index("identify") < kinds.index("ask")
    assert visitor.page.evaluate("told") == {"site": SITE}
    assert visitor.page.evaluate("readies") == 1
    assert visitor.page.locator("dialog").is_visible()


def test_calls_and_events(embed: Embed) -> None:
    visitor = embed()
    page = visitor.page
    visitor.until("!!window.Footnote?.add")
    page.evaluate("""() => {
      window.events = [];
      for (const name of ["open", "close", "unread", "handoff"])
        document.addEventListener(`footnote:${name}`, (event) => events.push([event.type, event.detail]));
      window.listener = (event) => events.push(["on", event.type]);
      Footnote("on", "ready", listener);
      Footnote("on", "close", listener);
      Footnote("open");
      Footnote("open");
    }""")
    visitor.heard("hello")
    page.evaluate("Footnote('hide'); Footnote('off', 'close', listener); Footnote('show'); Footnote('toggle')")
    visitor.say("'unread', { count: 3 }")
    visitor.say("'unread', { count: 'many' }")
    visitor.say("'unread', { count: -1 }")
    visitor.say("'event', { name: 'handoff' }")
    visitor.say("'event', { name: 'Not:A Name' }")
    visitor.until("events.length === 7")
    page.evaluate("Footnote('close')")
    detail = {"site": SITE}
    assert page.evaluate("events") == [
        ["on", "ready"],
        ["footnote:open", detail],
        ["on", "close"],
        ["footnote:close", detail],
        ["footnote:open", detail],
        ["footnote:unread", {"site": SITE, "count": 3}],
        ["footnote:handoff", detail],
        ["footnote:close", detail],
    ]
    assert visitor.bubble.get_attribute("aria-label") == "Open chat (3)"
    assert page.locator("[role=status]").text_content() == "Chat (3)"
    page.evaluate("Footnote('update', { platform: 'app', locale: 'es', card: 4111 }); Footnote('reset')")
    assert visitor.heard("update")[-1]["context"]["platform"] == "app"
    assert "card" not in visitor.heard("update")[-1]["context"]
    assert visitor.heard("locale") == [{"type": "locale", "locale": "es"}]
    assert visitor.heard("reset")
    assert visitor.bubble.get_attribute("aria-label") == "Abrir el chat"


def test_a_wrong_call_or_a_script_without_a_site_harms_nothing(embed: Embed, host: Host, widget_address: str) -> None:
    host.pages["/wrong"] = page_with(
        f'<script async src="{widget_address}/widget/v1/loader.js"></script>', script(widget_address)
    )
    visitor = embed("/wrong")
    assert visitor.bubble.count() == 1
    visitor.page.evaluate("Footnote('explode'); Footnote(); Footnote('on', 'open'); Footnote('none.open')")
    visitor.page.evaluate("Footnote({ toString() { return 'open' } })")
    assert [bool(re.search("data-site|no call", each)) for each in visitor.problems] == [True] * len(visitor.problems)
    assert len(visitor.problems) == 3
    visitor.problems.clear()


def test_the_same_script_twice_is_one_widget(embed: Embed, host: Host, widget_address: str) -> None:
    host.pages["/twice"] = page_with(script(widget_address), script(widget_address))
    visitor = embed("/twice")
    visitor.bubble.wait_for()
    visitor.page.wait_for_load_state()
    assert visitor.bubble.count() == 1
    visitor.bubble.click()
    assert len(visitor.heard("hello")) == 1


def test_two_sites_on_one_page(embed: Embed, host: Host, widget_address: str) -> None:
    host.pages["/two"] = page_with(script(widget_address), script(widget_address, site="site_other"))
    visitor = embed("/two")
    visitor.until("document.querySelectorAll('body > div').length === 2")
    first, second = (each.bounding_box() for each in visitor.bubble.all())
    assert first and second and abs(first["y"] - second["y"]) >= 60
    key = visitor.page.evaluate(
        "() => { Footnote('site_demo.open'); return document.activeElement.shadowRoot != null; }"
    )
    assert key
    assert visitor.heard("open")
    assert visitor.page.locator("dialog[open]").count() == 1


def test_the_language_of_the_page_is_picked_up(embed: Embed, host: Host, widget_address: str) -> None:
    host.pages["/ar"] = page_with(script(widget_address), lang="ar", dir="rtl")
    visitor = embed("/ar")
    assert visitor.bubble.get_attribute("aria-label") == "فتح المحادثة"
    box = visitor.bubble.bounding_box()
    assert box and box["x"] == 20
    visitor.bubble.click()
    assert visitor.heard("hello")[0]["locale"] == "ar"
    panel = visitor.page.locator("dialog").bounding_box()
    assert panel and panel["x"] == 20
    visitor.page.evaluate("document.documentElement.lang = 'zh-Hans'")
    assert visitor.heard("locale") == [{"type": "locale", "locale": "zh-Hans"}]
    assert visitor.page.locator("iframe").get_attribute("title") == "聊天"


@pytest.mark.parametrize(("position", "dir", "left"), [("left", "ltr", 20), ("right", "rtl", 1024), ("", "ltr", 1024)])
def test_the_bubble_stands_where_it_is_told(
    embed: Embed, host: Host, widget_address: str, position: str, dir: str, left: int
) -> None:
    more = f'data-position="{position}" data-color="#ffee00" data-locale="es-MX"'
    host.pages["/placed"] = page_with(script(widget_address, more), dir=dir)
    visitor = embed("/placed")
    box = visitor.bubble.bounding_box()
    assert box and (box["x"], box["width"], box["height"]) == (left, 56, 56)
    style = visitor.bubble.evaluate("(node) => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]")
    assert style == ["rgb(0, 0, 0)", "rgb(255, 238, 0)"]
    assert visitor.bubble.get_attribute("aria-label") == "Abrir el chat"


def test_the_bubble_is_there_soon_after_its_script(embed: Embed, capsys: pytest.CaptureFixture[str]) -> None:
    visitor = embed(None)
    visitor.page.add_init_script(
        "document.addEventListener('footnote:ready', () => { window.readyAt = performance.now(); });"
    )
    visitor.open()
    visitor.until("window.readyAt > 0")
    arrived = visitor.page.evaluate(
        "performance.getEntriesByType('resource').find((one) => one.name.endsWith('loader.js')).responseEnd"
    )
    took = visitor.page.evaluate("readyAt") - arrived
    with capsys.disabled():
        print(f"\nbubble interactive {took:.1f} ms after its script")  # noqa: T201
    assert took < 1000
