"""The demo page as a customer has it: with a mouse, with the keyboard only, when the server fails, under attack."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import EMAIL, MORTGAGE, Visit
from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.encoder]

STEP = "In the Email row, select Change."

REMEMBER_DRAFTS = """
window.drafts = [];
new MutationObserver(() => drafts.push(document.querySelector("[data-pending]").textContent.length))
  .observe(document.querySelector("[data-pending]"), { childList: true, subtree: true, characterData: true });
"""
IN_SIGHT = """(text) => {
  const items = [...document.querySelectorAll("article li, article p, article td")];
  const boxes = items.filter((node) => node.textContent.includes(text)).map((node) => node.getBoundingClientRect());
  return boxes.some((box) => box.top >= 0 && box.bottom <= innerHeight);
}"""
FOCUSED = """() => {
  const node = document.activeElement;
  const style = getComputedStyle(node);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return { name: node.textContent.trim() || node.id, tag: node.tagName, ring };
}"""
ATTACKS = (
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><iframe srcdoc="<script>parent.alert(1)</script>">',
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "<a href='https://evil.example'>[1]</a>",
    "</textarea><style>* { display: none }</style>",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} <% alert(1) %>",
    "&lt;script&gt;alert(1)&lt;/script&gt; \\u003cscript\\u003e",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "\u202e<b>reset password</b>\u202c \u200b**[1]**",
    "event: done\ndata: {}\n\n<body onload=alert(1)>",
)


def last_reply(page: Page) -> Any:
    return page.locator("[data-log] .message:not(.customer)").last


def test_an_answer_streams_in_with_citations_that_are_links(visit: Visit, site: Site) -> None:
    watched = visit()
    page = watched.page
    page.evaluate(REMEMBER_DRAFTS)
    watched.ask(EMAIL)
    drafts = [length for length in page.evaluate("drafts") if length]
    assert len(set(drafts)) > 2
    assert drafts == sorted(drafts)
    reply = last_reply(page)
    assert "answer" in (reply.get_attribute("class") or "").split()
    assert reply.locator("ol > li").count() >= 3
    marks = reply.locator("a.mark")
    assert marks.count() >= 3
    assert all(mark.get_attribute("href").startswith(f"{site.address}/help/") for mark in marks.all())
    assert all("noopener" in mark.get_attribute("rel") for mark in marks.all())
    sources = reply.locator(".sources li")
    assert sources.count() >= 1
    assert "How do I change my email?" in sources.first.inner_text()
    assert page.locator("[data-status]").inner_text() == ""
    assert page.locator("[data-starters]").is_hidden()


def test_a_citation_opens_the_article_at_the_passage(visit: Visit) -> None:
    watched = visit(height=600)
    watched.ask(EMAIL)
    item = last_reply(watched.page).locator("li", has_text=STEP)
    with watched.page.context.expect_page() as opening:
        item.locator("a.mark").click()
    article = opening.value
    article.wait_for_load_state()
    article.wait_for_function("() => scrollY > 0")
    assert article.locator("h1").inner_text() == "How do I change my email?"
    article.wait_for_function(IN_SIGHT, arg=STEP)


def test_every_citation_of_an_answer_opens_in_sight(visit: Visit) -> None:
    watched = visit(height=600)
    watched.ask(EMAIL)
    reply = last_reply(watched.page)
    places = [
        (link.get_attribute("href"), link.evaluate("node => node.parentElement.innerText"))
        for link in reply.locator("li a.mark").all()
    ]
    assert len(places) >= 3
    for address, text in places:
        sentence = text.split(" [")[0].strip()
        place = visit(address.removeprefix(watched.site.address), height=600).page
        place.wait_for_function(IN_SIGHT, arg=sentence)


def test_what_it_does_not_know_looks_like_a_handoff(visit: Visit) -> None:
    watched = visit()
    watched.ask(MORTGAGE)
    reply = last_reply(watched.page)
    assert "handoff" in (reply.get_attribute("class") or "").split()
    assert reply.locator(".author").inner_text() == "Passed to a person"
    assert "person" in reply.locator(".prose").inner_text()
    assert reply.locator("a, .sources, button").count() == 0
    assert reply.evaluate("node => getComputedStyle(node).borderInlineStartWidth") == "5px"


def test_what_people_write_and_who_has_the_conversation_comes_by_itself(visit: Visit, site: Site) -> None:
    watched = visit()
    page, switchboard = watched.page, site.footnote.switchboard
    with page.expect_response(re.compile(r"/conversations$")) as opening:
        watched.ask("I want to talk to a human")
    id_ = opening.value.json()["conversation_id"]
    assert page.locator(".message.notice, .line").count() == 0, "the transfer is spoken of once"

    switchboard.claim(id_, "ada")
    expect(page.locator(".line")).to_have_text(
        ["A person has joined the conversation. The assistant is silent for now."]
    )
    switchboard.say(id_, "ada", "Hello, see **this**: [the page](https://example.com/a) <b>x</b>", "a1")
    said = page.locator(".message.agent")
    expect(said.locator("strong")).to_have_text("this")
    assert said.locator("a").get_attribute("href") == "https://example.com/a"
    assert "<b>x</b>" in said.inner_text()

    page.fill("#question", EMAIL)
    page.press("#question", "Enter")
    expect(page.locator("[data-status]")).to_have_text("Sent. A person reads this and replies here.")
    switchboard.release(id_, "ada")
    expect(page.locator(".line").nth(1)).to_have_text("You wait for a person again.")
    switchboard.give_back(id_, "ada")
    expect(page.locator(".line").nth(2)).to_have_text("The assistant answers again.")
    expect(last_reply(page)).to_contain_text(STEP)
    watched.ask("thanks", answers=4)
    expect(page.locator(".message.notice")).to_have_count(1)
    switchboard.claim(id_, "ada")
    switchboard.close(id_, "ada", 10_000)
    expect(page.locator(".line").last).to_have_text("The conversation was closed. It opens again when you write.")


def test_what_was_said_while_the_connection_was_lost_comes_once(visit: Visit, site: Site) -> None:
    watched = visit()
    switchboard = site.footnote.switchboard
    asked: list[int] = []
    numbers: list[int] = []

    def lost_twice(route: Route) -> None:
        id_, after = re.findall(r"conversations/(\w+)/events\?after=(\d+)", route.request.url)[0]
        asked.append(int(after))
        match len(asked):
            case 1:
                switchboard.claim(id_, "ada")
                said = [switchboard.say(id_, "ada", text, text) for text in ("First.", "Second.")]
                numbers.extend(happening.entries[0].number for happening in said)
                told = {"number": numbers[0], "author": "agent", "name": "Ada", "text": "First."}
                body = f'event: message\ndata: {json.dumps(told)}\n\nevent: message\ndata: {{"number"'
                route.fulfill(content_type="text/event-stream", body=body)
            case 2:
                route.abort()
            case _:
                route.continue_()

    watched.page.route("**/events?*", lost_twice)
    watched.ask(EMAIL)
    expect(watched.page.locator(".message.agent .prose")).to_have_text(["First.", "Second."], timeout=15_000)
    assert asked == [0, numbers[0], numbers[0]]
    assert all("ERR_FAILED" in problem for problem in watched.problems)
    watched.problems.clear()


def test_a_starter_is_asked_with_one_click(visit: Visit) -> None:
    watched = visit()
    watched.page.get_by_role("button", name=EMAIL).click()
    watched.wait_for_replies(1)
    assert watched.page.locator(".message.customer .words").inner_text() == EMAIL
    assert watched.page.evaluate("document.activeElement.id") == "question"


def test_after_an_error_the_same_message_can_be_sent_again(visit: Visit) -> None:
    watched = visit()
    page = watched.page
    sent: list[dict[str, Any]] = []
    failures = iter(("refused", "cut off", "gone"))

    def sometimes(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        match next(failures, None):
            case "refused":
                body = {"error": {"code": "index_unavailable", "message": "The help center is being prepared."}}
                route.fulfill(status=503, content_type="application/json", body=json.dumps(body))
            case "cut off":
                route.fulfill(
                    content_type="text/event-stream", body='event: meta\ndata: {}\n\nevent: token\ndata: {"t":"Half'
                )
            case "gone":
                route.abort()
            case None:
                route.continue_()

    page.route("**/messages", sometimes)
    watched.ask(EMAIL)
    for sentence in ("The help center is being prepared.", "The connection was lost", "The server cannot be reached"):
        failure = page.locator(".message.failure")
        assert sentence in failure.inner_text()
        failure.get_by_role("button", name="Try again").click()
        page.wait_for_function(
            "old => !document.querySelector('.message.failure')?.textContent.includes(old)", arg=sentence
        )
        watched.wait_for_replies(1)
    assert "answer" in (last_reply(page).get_attribute("class") or "").split()
    assert page.locator(".message.customer").count() == 1
    assert page.locator(".message.failure").count() == 0
    assert len({body["client_message_id"] for body in sent}) == 1
    assert len(sent) == 4
    # The browser itself reports what was refused and what was cut; nothing else may be wrong.
    assert all(problem.startswith("console error: Failed to load resource") for problem in watched.problems)
    watched.problems.clear()


def test_a_refusal_that_will_not_change_is_not_offered_again(visit: Visit) -> None:
    watched = visit()
    watched.ask("why " * 3000)
    failure = watched.page.locator(".message.failure")
    assert "12,000 characters" in failure.inner_text()
    assert failure.locator("button").count() == 0
    watched.ask(EMAIL, answers=2)
    assert "answer" in (last_reply(watched.page).get_attribute("class") or "").split()
    assert all("413" in problem for problem in watched.problems)
    watched.problems.clear()


def test_the_keyboard_is_enough(visit: Visit) -> None:
    watched = visit()
    page = watched.page
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        assert stop["ring"], stop
        stops.append(stop["name"])
        if stop["name"] == "question":
            break
    assert stops[0] == "Skip to the content"
    assert EMAIL in stops
    assert stops[-1] == "question"
    page.keyboard.type(EMAIL)
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("On the web, please.")
    assert page.locator(".message").count() == 0
    page.keyboard.press("Enter")
    watched.wait_for_replies(1)
    assert page.locator(".message.customer .words").inner_text() == f"{EMAIL}\nOn the web, please."
    assert page.evaluate("document.activeElement.id") == "question"
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        stop = page.evaluate(FOCUSED)
        assert stop["ring"], stop
        if stop["tag"] == "A" and stop["name"] == "[1]":
            break
    else:
        raise AssertionError("No mark was reached")
    with page.context.expect_page() as opening:
        page.keyboard.press("Enter")
    opening.value.wait_for_load_state()
    assert opening.value.locator("h1").inner_text() == "How do I change my email?"


def test_attacks_appear_as_text_and_do_nothing(visit: Visit) -> None:
    watched = visit()
    page = watched.page
    title = page.title()
    for number, attack in enumerate(ATTACKS, start=1):
        watched.ask(attack, answers=number)
        assert page.locator(".message.customer .words").last.evaluate("node => node.textContent") == attack
    assert page.locator(".log :is(script, img, svg, iframe, style, math, object, embed, form)").count() == 0
    assert page.locator('.log a[href*="evil.example"], .log a[href^="javascript:"]').count() == 0
    assert page.title() == title


def test_an_answer_from_a_hostile_server_is_text_too(visit: Visit) -> None:
    """The page trusts no reply: what an article's text smuggles in stays text."""
    watched = visit()
    text = " ".join(ATTACKS[:6]) + '\n\n<https://evil.example/"onclick=alert(1)>\n\n```\n<script>alert(1)</script>\n```'
    citation = {
        "number": 1,
        "article_id": "a",
        "title": ATTACKS[1],
        "heading": ATTACKS[2],
        "url": "javascript:alert(1)",
    }
    citation |= {"quote": "q", "start": 0, "end": 1, "updated_at": "2026-01-01<img src=x>"}
    reply = {"kind": "answer", "text": text, "citations": [citation], "actions": [], "confidence": 1, "reason": None}
    reply |= {"options": [ATTACKS[0]], "actions": [{"label": ATTACKS[1], "url": "data:text/html,x", "article_id": "a"}]}
    done = {"message_id": "m", "owner": "bot", "reply": reply}
    body = f"event: token\ndata: {json.dumps({'t': text})}\n\nevent: done\ndata: {json.dumps(done)}\n\n"
    watched.page.route("**/messages", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    watched.ask("hello")
    shown = last_reply(watched.page)
    assert "<img src=x onerror=alert(1)>" in shown.inner_text()
    assert shown.locator(":is(script, img, svg, iframe, style, math, object, embed, form)").count() == 0
    assert shown.locator('a[href^="javascript:"], a[href^="data:"], [onclick], [onerror]').count() == 0
