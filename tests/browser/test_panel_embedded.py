"""The panel in somebody's page: what they say to each other, and what hostile texts can do."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Frame, expect

from bot.models import Answer, Notice
from tests.browser.panel import FRAME, Panel, Stage

pytestmark = pytest.mark.browser


HOST = "/host-under-test"
PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title></head><body><h1>Host</h1>
<iframe title="Chat" src="{FRAME}" width="380" height="600"></iframe></body></html>"""
HEAR = "window.heard = []; addEventListener('message', event => heard.push(event.data));"
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&colon;alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](vbscript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "<https://evil.example/><iframe src=//evil.example>",
    "[a]: javascript:alert(1)\n\n[a]",
    "`</code><script>alert(1)</script>`",
    "```\n</pre><img src=//evil.example/x>\n```",
    "| <img src=x onerror=alert(1)> | b |\n| --- | --- |\n| <b onmouseover=alert(1)>x | [c](javascript:1) |",
    "> <style>@import '//evil.example/x.css'</style>",
    "{{constructor.constructor('alert(1)')()}}",
    "\u202ecod.exe <a href='javascript:alert(1)'>x</a>",
    '"><form action=//evil.example><button>x',
)


@pytest.fixture
def embedded(stage: Stage) -> Callable[[], tuple[Panel, Frame]]:
    """A page that embeds the panel, and has said hello."""

    def opened(**hello: Any) -> tuple[Panel, Frame]:
        def script(page: Any) -> None:
            page.route(f"**{HOST}", lambda route: route.fulfill(body=PAGE, content_type="text/html"))

        panel = stage.open(HOST, script=HEAR, attributes={"origins": stage.address}, prepare=script)
        frame = panel.page.frames[1]
        expect(frame.locator("#panel")).to_be_attached()
        frame.wait_for_load_state()
        say(panel, "hello", locale=hello.pop("locale", "en"), context={"page_url": "https://shop.example/a", **hello})
        expect(frame.locator("header")).to_be_visible()
        return panel, frame

    return opened


def say(panel: Panel, type_: str, **fields: Any) -> None:
    panel.page.evaluate(
        "message => frames[0].postMessage({footnote: 1, ...message}, location.origin)", {"type": type_, **fields}
    )


def heard(panel: Panel, type_: str) -> list[dict[str, Any]]:
    return [each for each in panel.page.evaluate("heard") if each.get("type") == type_]


def test_a_page_opens_asks_and_hears(stage: Stage, embedded: Any) -> None:
    panel, frame = embedded()
    assert len(heard(panel, "ready")) == 1
    say(panel, "open")
    expect(frame.locator("#question")).to_be_focused()
    say(panel, "ask", text="How do I change my email?")
    expect(frame.locator(".message.bot:not(.greeting)")).to_have_count(1)
    assert stage.assistant.history[0][1].page_url == "https://shop.example/a"
    assert [each["name"] for each in heard(panel, "event")] == ["message", "answer"]
    assert "email" not in str(panel.page.evaluate("heard")), "the page is not told what was said"
    frame.get_by_role("button", name="Close the chat").click()
    frame.locator("#question").focus()
    panel.page.keyboard.press("Escape")
    panel.page.wait_for_function("heard.filter(each => each.type === 'closed').length === 2")


def test_what_comes_while_it_is_closed_is_counted(stage: Stage, embedded: Any) -> None:
    panel, frame = embedded()
    say(panel, "ask", text="How?")
    expect(frame.locator(".message.bot:not(.greeting)")).to_have_count(1)
    panel.page.wait_for_function("heard.some(each => each.type === 'unread' && each.count === 1)")
    say(panel, "open")
    panel.page.wait_for_function("heard.some(each => each.type === 'unread' && each.count === 0)")


def test_another_language_goes_on_with_the_conversation(stage: Stage, embedded: Any) -> None:
    panel, frame = embedded()
    say(panel, "ask", text="How?")
    expect(frame.locator(".message.bot:not(.greeting)")).to_have_count(1)
    frame.locator("#question").fill("half")
    say(panel, "locale", locale="es")
    expect(frame.locator("html")).to_have_attribute("lang", "es")
    expect(frame.locator(".message.customer .words")).to_have_text("How?")
    expect(frame.locator("#question")).to_have_value("half")
    say(panel, "ask", text="Y ahora")
    expect(frame.locator(".message.bot:not(.greeting)")).to_have_count(2)


def test_a_reset_begins_anew(stage: Stage, embedded: Any) -> None:
    panel, frame = embedded()
    say(panel, "ask", text="How?")
    expect(frame.locator(".message.bot:not(.greeting)")).to_have_count(1)
    say(panel, "reset")
    expect(frame.locator(".message.customer")).to_have_count(0)
    expect(frame.locator(".suggestions")).to_be_visible()
    assert panel.kept("conversation") is None


def test_a_forged_word_does_nothing(stage: Stage, embedded: Any) -> None:
    panel, frame = embedded()
    frame.evaluate("postMessage({footnote: 1, type: 'ask', text: 'forged'}, '*')")
    panel.page.evaluate("frames[0].postMessage({footnote: 2, type: 'ask', text: 'forged'}, '*')")
    panel.page.evaluate("frames[0].postMessage({footnote: 1, type: 'ask', text: 7}, '*')")
    panel.page.wait_for_timeout(300)
    assert frame.locator(".message.customer").count() == 0


def test_a_secret_that_the_page_asks_with_is_masked(stage: Stage, embedded: Any) -> None:
    panel, frame = embedded()
    say(panel, "ask", text="charge 4111 1111 1111 1111")
    expect(frame.locator(".message.customer .words")).to_have_text("charge [card number removed]")


def test_a_customer_who_is_not_whom_the_page_says_gets_no_history(stage: Stage, embedded: Any) -> None:
    panel, frame = embedded()
    say(panel, "identify", token="eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJldmUifQ.forged")
    say(panel, "ask", text="How?")
    panel.page.wait_for_function("heard.some(each => each.name === 'identity-expired')")
    expect(frame.locator(".message.failed")).to_have_count(1)
    assert panel.kept("conversation") is None
    panel.forgive("status of 4")


def test_hostile_texts_stay_texts(stage: Stage) -> None:
    panel = stage.open()
    for count, text in enumerate(HOSTILE, 1):
        answer = Answer(
            text=f"{text} [1]", citations=stage.answer.citations, actions=stage.answer.actions, confidence=0.9
        )
        stage.assistant.enqueue(answer if count % 2 else Notice(text=text, confidence=0.0))
        panel.ask(text)
        panel.require_replies(count)
    page = panel.page
    assert page.locator("#panel :is(script, iframe, img, style, object, embed, base, meta, form[action])").count() == 0
    links = page.locator("#panel a").evaluate_all("all => all.map(each => new URL(each.href).protocol)")
    assert set(links) <= {"http:", "https:"}
    handlers = (
        "all => all.flatMap(each => each.getAttributeNames()).filter(name => name.startsWith('on') || name === 'style')"
    )
    assert set(page.locator("#panel .log *").evaluate_all(handlers)) == set()
    page.reload()
    panel.require_replies(len(HOSTILE))


def test_a_hostile_title_stays_a_text(stage: Stage) -> None:
    panel = stage.open(
        attributes={
            "name": "<img src=x onerror=alert(1)>",
            "logo": "https://evil.example/x.png",
            "colour": "url(//evil.example)",
        }
    )
    expect(panel.page.locator("h1")).to_have_text("<img src=x onerror=alert(1)>")
    assert panel.page.locator("img").count() == 0
