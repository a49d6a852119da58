"""What pages and devices do to the widget, and it to them: pages that move, phones, shut storage, no answer."""

import pytest

from tests.browser.conftest import Embed
from tests.browser.hosting import Host

pytestmark = pytest.mark.browser


def test_a_page_that_moves_without_loading_tells_where_it_is(embed: Embed) -> None:
    visitor = embed()
    visitor.bubble.click()
    visitor.heard("hello")
    move = "(where) => history.pushState({}, '', where)"
    visitor.page.evaluate(move, "/orders/7?token=secret#top")
    assert visitor.heard("update")[0]["context"]["page_url"] == f"{visitor.host.origin}/orders/7"
    visitor.page.evaluate(move, "/orders/7?token=other#/refund?code=1")
    assert visitor.heard("update", 2)[1]["context"]["page_url"] == f"{visitor.host.origin}/orders/7#/refund"
    visitor.page.evaluate(move, "/orders/7?token=third#/refund")
    visitor.page.evaluate("history.back()")
    visitor.page.evaluate("Footnote('ask', 'last')")
    visitor.heard("ask")
    assert len(visitor.heard("update")) == 2
    assert len(visitor.heard("hello")) == 1


def test_a_body_that_is_replaced_keeps_the_widget(embed: Embed) -> None:
    visitor = embed()
    visitor.bubble.click()
    visitor.heard("open")
    visitor.page.evaluate("document.documentElement.replaceChild(document.createElement('body'), document.body)")
    assert visitor.heard("open") == [{"type": "open", "focus": False}]
    visitor.page.evaluate("document.body.replaceChildren()")
    assert visitor.heard("open") == [{"type": "open", "focus": False}]
    assert visitor.page.locator("dialog").is_visible()


def test_a_phone_shows_nothing_but_the_panel(embed: Embed) -> None:
    visitor = embed(width=390, height=700, has_touch=True, is_mobile=True)
    visitor.page.evaluate("document.documentElement.style.overflowY = 'scroll'; scrollTo(0, 100)")
    visitor.bubble.tap()
    visitor.heard("open")
    assert visitor.page.locator("dialog").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 700}
    overflow = "getComputedStyle(document.documentElement).overflowY"
    assert visitor.page.evaluate(f"[{overflow}, scrollY]") == ["hidden", 100]
    visitor.page.evaluate("document.getElementById('own').focus()")
    assert visitor.page.evaluate("document.activeElement.id") == ""
    visitor.page.set_viewport_size({"width": 700, "height": 800})
    visitor.until(f"{overflow} === 'scroll'")
    visitor.page.set_viewport_size({"width": 390, "height": 700})
    visitor.until(f"{overflow} === 'hidden'")
    visitor.say("'closed'")
    visitor.until(f"{overflow} === 'scroll'")
    assert visitor.page.evaluate("scrollY") == 100
    assert visitor.bubble.is_visible()


def test_before_the_frame_answers_the_panel_can_be_closed(embed: Embed) -> None:
    visitor = embed(None, width=390, height=700)
    visitor.page.clock.install()
    visitor.page.route("**/widget/v1/frame?*", lambda route: route.fulfill(status=503, body="away"))
    visitor.open()
    visitor.bubble.click()
    away = visitor.page.locator("dialog .away")
    assert away.get_attribute("aria-label") == "Close chat"
    visitor.page.clock.fast_forward(16_000)
    away.click()
    assert not visitor.page.locator("dialog").is_visible()
    visitor.until("document.activeElement.shadowRoot?.activeElement?.className === 'bubble'")
    visitor.wait_for_problem("no answer")
    visitor.problems.clear()


def test_an_open_panel_is_open_on_the_next_page_and_takes_no_focus(embed: Embed, host: Host) -> None:
    host.pages["/next"] = host.pages["/"]
    visitor = embed()
    visitor.bubble.click()
    visitor.heard("open")
    visitor.open("/next")
    assert visitor.heard("open") == [{"type": "open", "focus": False}]
    assert visitor.page.evaluate("document.activeElement === document.body")
    visitor.bubble.click()
    visitor.say("'event', { name: 'message' }")
    visitor.open()
    assert visitor.heard("hello")
    assert not visitor.page.locator("dialog").is_visible()


def test_shut_storage_harms_nothing(embed: Embed) -> None:
    visitor = embed(None)
    shut = "Object.defineProperty(window, '{}', {{ get() {{ throw new DOMException('no', 'SecurityError'); }} }});"
    visitor.page.add_init_script(shut.format("localStorage") + shut.format("sessionStorage"))
    visitor.open()
    visitor.bubble.click()
    visitor.say("'event', { name: 'message' }")
    visitor.say("'closed'")
    visitor.page.locator("dialog").wait_for(state="hidden")


def test_destroy_leaves_nothing_and_the_script_brings_it_back(embed: Embed, widget_address: str) -> None:
    visitor = embed()
    before = visitor.page.evaluate("Object.keys(window)")
    visitor.bubble.click()
    visitor.heard("hello")
    visitor.page.evaluate("Footnote('destroy')")
    assert visitor.page.locator("body > div, iframe").count() == 0
    visitor.page.evaluate("history.pushState({}, '', '/moved'); document.documentElement.lang = 'es'; Footnote('show')")
    visitor.page.evaluate(
        """(source) => {
          const script = document.createElement("script");
          script.dataset.site = "site_demo";
          script.src = self.trustedTypes
            ? trustedTypes.createPolicy("own", { createScriptURL: (url) => url }).createScriptURL(source) : source;
          document.body.append(script);
        }""",
        f"{widget_address}/widget/v1/loader.js",
    )
    visitor.bubble.wait_for()
    assert visitor.bubble.get_attribute("aria-label") == "Abrir el chat"
    assert set(visitor.page.evaluate("Object.keys(window)")) - set(before) == set()


def test_nothing_shifts_and_nothing_takes_long(embed: Embed) -> None:
    visitor = embed()
    visitor.bubble.hover()
    visitor.bubble.click()
    visitor.heard("open")
    visitor.say("'unread', { count: 1 }")
    visitor.say("'closed'")
    visitor.page.locator("dialog").wait_for(state="hidden")
    assert visitor.page.evaluate("shifts") == []
    ours = [each for each in visitor.page.evaluate("long") if "/widget/" in each["source"]]
    assert sum(each["milliseconds"] for each in ours) < 50, ours
