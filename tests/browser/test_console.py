"""The console as agents have it: in real browsers, beside a customer who comes through the HTTP interface."""

import json
import re
import secrets
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.models import Owner
from bot.signing_in import login_url, new_agent
from bot.storage.queue import queue_entries
from bot.web.console.views import waited
from tests.browser.conftest import EMAIL, Visit
from tests.browser.test_look import require_contrast
from tests.browser.watched import Watched
from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.encoder]

SOON = 3000
"""Milliseconds: a second, and what a busy machine is late besides."""


@dataclass
class Customer:
    """A customer who talks to the HTTP interface."""

    site: Site
    id: str
    token: str

    def send(self, text: str) -> dict[str, Any]:
        body = {"text": text, "client_message_id": secrets.token_hex(8)}
        return call(self.site, f"/{self.id}/messages", body, self.token)

    def ask_for_person(self) -> None:
        assert self.send("I want to talk to a human")["owner"] == "queued"

    def transcript(self) -> list[str]:
        told = call(self.site, f"/{self.id}", None, self.token)
        return [entry["text"] for entry in told["entries"] if entry["type"] == "message" and entry["author"] == "agent"]


def call(site: Site, path: str, body: dict[str, Any] | None, token: str = "") -> dict[str, Any]:
    request = urllib.request.Request(
        f"{site.address}/api/v1/conversations{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json", "authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


@pytest.fixture
def customer(site: Site) -> Callable[[], Customer]:
    def open_conversation() -> Customer:
        opened = call(site, "", {"site_key": site.footnote.settings.site_key, "context": {"platform": "web"}})
        return Customer(site, opened["conversation_id"], opened["token"])

    return open_conversation


@pytest.fixture(autouse=True)
def empty_queue(site: Site) -> Iterator[None]:
    """No test finds what another has left in the queue."""
    yield
    for entry in queue_entries(site.footnote.database):
        agent = entry.agent if entry.owner is Owner.HUMAN else "nobody"
        site.footnote.switchboard.close(entry.conversation_id, agent, entry.last_number)


@pytest.fixture
def agent(visit: Visit, site: Site) -> Callable[..., Watched]:
    """A browser in which a new agent has signed in by a one-time login."""

    def signed_in(display_name: str = "Ada L.", **options: Any) -> Watched:
        now = datetime.now(UTC)
        name = f"agent-{secrets.token_hex(4)}"
        new_agent(site.footnote.database, name, display_name, now)
        link = login_url(site.footnote.database, site.address, name, now)
        watched = visit(link.removeprefix(site.address), **options)
        watched.page.get_by_role("button", name="Open the console").click()
        watched.page.wait_for_url("**/console/password")
        watched.open("/console")
        return watched

    return signed_in


def row(page: Page, section: str, text: str) -> Any:
    return page.locator(f'[data-rows="{section}"] .row', has_text=text)


def forgive(watched: Watched, status: int) -> None:
    """The browser itself reports a refused request; nothing else may be wrong."""
    assert all(f"status of {status}" in problem for problem in watched.problems), watched.problems
    watched.problems.clear()


def test_a_conversation_from_the_queue_to_its_end(agent, customer) -> None:
    watched, eve = agent(), customer()
    page: Page = watched.page
    expect(page.get_by_text("Nobody waits.")).to_be_visible()
    eve.send(EMAIL)
    eve.ask_for_person()
    expect(row(page, "waiting", EMAIL)).to_be_visible(timeout=SOON)
    expect(row(page, "waiting", EMAIL)).to_have_class(re.compile("fresh"))
    expect(page).to_have_title("(1) Queue · Footnote console")
    assert page.locator("link[rel=icon]").get_attribute("href") == "/static/icon-waiting.svg"
    assert "The customer asked for a person." in row(page, "waiting", EMAIL).inner_text()

    page.get_by_role("button", name=re.compile("Claim")).click()
    page.wait_for_url(f"**/console/conversations/{eve.id}")
    reply = page.get_by_label("Reply to the customer")
    expect(reply).to_be_visible()
    reply.fill("Hello, I am **here**.")
    reply.press("Control+Enter")
    expect(page.locator(".entry.agent strong", has_text="here")).to_be_visible(timeout=SOON)
    expect(reply).to_have_value("")
    assert eve.transcript() == ["Hello, I am **here**."]

    eve.send("And how do I change my password?")
    expect(page.locator(".entry.customer", has_text="change my password")).to_be_visible(timeout=SOON)

    page.get_by_role("button", name="Insert suggestion").click()
    expect(reply).to_have_value(re.compile(r"- \[1\] \["))
    expect(page.locator("[data-about]")).to_contain_text("Composed now")
    assert reply.evaluate("field => field.scrollTop") == 0, "it is read from its beginning"
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".entry.agent .words a").first).to_be_visible()
    assert len(eve.transcript()) == 2

    page.get_by_role("button", name="Return to the bot").click()
    expect(page.get_by_text("The bot has the conversation again.")).to_be_visible(timeout=SOON)
    assert eve.send(EMAIL)["reply"]["kind"] == "answer"
    page.get_by_role("button", name="Take over").click()
    expect(reply).to_be_focused()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("The conversation is closed. It opens again")).to_be_visible()


def test_the_second_claim_is_refused_with_the_sentence(agent, customer) -> None:
    ada, bo, eve = agent(), agent("Bo K."), customer()
    eve.ask_for_person()
    for watched in (ada, bo):
        watched.open(f"/console/conversations/{eve.id}")
    # The second one has not heard of it yet when both press the button.
    bo.page.route("**/events?*", lambda route: route.abort())
    bo.page.reload()
    ada.page.get_by_role("button", name="Claim").click()
    expect(ada.page.get_by_label("Reply to the customer")).to_be_visible()
    bo.page.get_by_role("button", name="Claim").click()
    expect(bo.page.get_by_role("alert")).to_contain_text("has this conversation; only one person speaks at a time.")
    expect(bo.page.get_by_role("button", name="Claim")).to_have_count(0)
    expect(bo.page.get_by_text("Ada L. has this conversation")).to_be_visible()
    bo.problems[:] = [problem for problem in bo.problems if "ERR_FAILED" not in problem]
    forgive(bo, 409)


def test_what_others_take_leaves_the_queue_and_the_focus_stays(agent, customer) -> None:
    ada, bo = agent(), agent("Bo K.")
    first, second = customer(), customer()
    first.send("My deposit has not arrived at all")
    first.ask_for_person()
    second.send("Where do I see my trading fees now")
    second.ask_for_person()
    page: Page = ada.page
    expect(row(page, "waiting", "trading fees")).to_be_visible()
    page.get_by_role("button", name=re.compile("Claim.*Where do I see")).focus()
    bo.open(f"/console/conversations/{first.id}")
    bo.page.get_by_role("button", name="Claim").click()
    expect(row(page, "others", "My deposit")).to_be_visible(timeout=SOON)
    assert "Bo K." in row(page, "others", "My deposit").inner_text()
    expect(page.get_by_role("button", name=re.compile("Claim.*Where do I see"))).to_be_focused()
    expect(page).to_have_title("(1) Queue · Footnote console")
    bo.page.get_by_role("button", name="Put back into the queue").click()
    expect(row(page, "waiting", "My deposit")).to_be_visible(timeout=SOON)
    texts = page.locator('[data-rows="waiting"] .row-question').all_inner_texts()
    assert ["deposit" in text for text in texts] == [True, False], "who was called first comes first again"


def test_a_draft_outlives_the_page_and_a_lost_connection(agent, customer) -> None:
    watched, eve = agent(), customer()
    eve.ask_for_person()
    page: Page = watched.open(f"/console/conversations/{eve.id}")
    page.get_by_role("button", name="Claim").click()
    reply = page.get_by_label("Reply to the customer")
    reply.fill("Half a sent")
    page.reload()
    expect(reply).to_have_value("Half a sent")
    reply.fill("A whole sentence.")
    lost = iter((True,))

    def sometimes(route: Any) -> None:
        if next(lost, False):
            route.fetch()  # it arrives, and the answer does not
            route.abort()
        else:
            route.continue_()

    page.route("**/reply", sometimes)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    expect(reply).to_have_value("A whole sentence.")
    page.get_by_role("button", name="Send").click()
    expect(reply).to_have_value("")
    assert eve.transcript() == ["A whole sentence."]
    assert page.locator(".entry.agent").count() == 1
    assert all("ERR_FAILED" in problem for problem in watched.problems)
    watched.problems.clear()


def test_a_trace_unfolds_with_its_bars(agent, customer) -> None:
    watched, eve = agent(), customer()
    eve.send(EMAIL)
    page: Page = watched.open(f"/console/conversations/{eve.id}")
    page.get_by_text("How this came about").first.click()
    expect(page.locator(".candidates > li").first).to_be_visible()
    assert page.locator(".candidates meter").count() >= 10
    assert "against the threshold" in page.locator(".trace").inner_text()
    assert page.locator('.entry.bot .words a[target="_blank"]').count() >= 1


def test_a_hostile_customer_does_nothing_to_the_agent(agent, customer) -> None:
    watched, eve = agent(), customer()
    attack = "<img src=x onerror=alert(1)><script>alert(1)</script> [x](javascript:alert(1)) **b**"
    eve.send(attack)
    eve.ask_for_person()
    page: Page = watched.page
    expect(row(page, "waiting", "<img src=x")).to_be_visible()
    watched.open(f"/console/conversations/{eve.id}")
    assert attack in page.locator(".entry.customer .words").first.inner_text()
    eve.send(attack)
    expect(page.locator(".entry.customer")).to_have_count(3, timeout=SOON)
    assert page.locator("main :is(img, svg, iframe, script)").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_screen_and_can_be_read(agent, customer, scheme) -> None:
    watched, eve = agent(width=320, height=640, color_scheme=scheme), customer()
    eve.send(EMAIL)
    eve.send("x" * 300)
    eve.ask_for_person()
    page: Page = watched.page
    expect(page.locator('[data-rows="waiting"] .row')).to_have_count(1)
    paths = ("/console", "/console/conversations", f"/console/conversations/{eve.id}")
    for path in paths:
        watched.open(path)
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen == 320, path
        require_contrast(page, "body, h1, h2, p, a, .pill, .button, dt, dd, time, summary")
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_label("Reply to the customer")).to_be_visible()
    require_contrast(page, "label, textarea, .hint, .button, .pill")


def test_the_keyboard_is_enough(agent, customer) -> None:
    watched, eve = agent(), customer()
    page: Page = watched.page
    eve.ask_for_person()
    expect(page.locator('[data-rows="waiting"] .row')).to_have_count(1)
    for _ in range(30):
        page.keyboard.press("Tab")
        if "Claim" in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/conversations/{eve.id}")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "reply":
            break
    page.keyboard.type("Hello")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".entry.agent", has_text="Hello")).to_be_visible()
    assert eve.transcript() == ["Hello"]


def test_waits_have_the_same_words_in_the_page_and_from_the_server(agent) -> None:
    now = datetime.now(UTC)
    seconds = (0, 59, 60, 3599, 3600, 86399, 86400, 172800)
    words = agent().page.evaluate(
        "async (seconds) => seconds.map((await import('/static/console_time.js')).waited)", list(seconds)
    )
    assert words == [waited(now, now + timedelta(seconds=each)) for each in seconds]


def test_what_was_said_last_stays_in_sight_when_the_text_area_comes(agent, customer) -> None:
    eve = customer()
    for question in (EMAIL, EMAIL, EMAIL):
        eve.send(question)
    eve.ask_for_person()
    page: Page = agent().open(f"/console/conversations/{eve.id}")
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_label("Reply to the customer")).to_be_visible()
    page.wait_for_timeout(300)
    beyond = "log => log.scrollHeight - log.scrollTop - log.clientHeight"
    assert page.locator('[data-part="log"]').evaluate(beyond) < 2
    page.get_by_role("button", name="Return to the bot").click()
    expect(page.get_by_role("button", name="Take over")).to_be_visible()
    page.wait_for_timeout(300)
    assert page.locator('[data-part="log"]').evaluate(beyond) < 2
    expect(page.locator("[data-jump]")).to_be_hidden()


def test_it_works_without_a_script(agent, customer) -> None:
    eve = customer()
    eve.send(EMAIL)
    eve.ask_for_person()
    watched = agent(java_script_enabled=False)
    page: Page = watched.page
    page.get_by_role("button", name=re.compile("Claim")).click()
    page.get_by_role("button", name="Insert suggestion").click()
    expect(page.get_by_label("Reply to the customer")).to_have_value(re.compile("User center"))
    page.get_by_label("Reply to the customer").fill("By hand.")
    page.get_by_role("button", name="Send").click()
    assert eve.transcript() == ["By hand."]
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("The conversation is closed.").first).to_be_visible()
