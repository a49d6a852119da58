"""The panel through breaks: restarts, lost connections, expired tokens, blocked storage, wrong clocks, other tabs."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.bot.web.stage import SITE
from tests.browser.panel import GONE, SOON, Panel, Stage

pytestmark = pytest.mark.browser


def test_an_answer_is_finished_after_a_restart_in_its_middle(stage: Stage) -> None:
    panel = stage.open()
    cut = iter((True,))

    def broken(route: Route) -> None:
        if not next(cut, False):
            route.continue_()
            return
        body = 'event: meta\ndata: {}\n\nevent: token\ndata: {"t":"Half an"}\n\n'
        route.fulfill(body=body, content_type="text/event-stream")

    panel.page.route("**/messages", broken)
    panel.ask("How do I change my email?")
    panel.require_replies(1)
    assert len(panel.sent) == 2
    assert panel.sent[0] == panel.sent[1], "the same id again"
    assert len(stage.assistant.history) == 1
    expect(panel.page.locator(".message.customer")).to_have_count(1)


def test_a_reply_that_the_events_brought_first_is_not_drafted_after_it(stage: Stage) -> None:
    panel = stage.open()
    panel.ask("First")
    panel.require_replies(1)
    panel.page.evaluate(
        "() => { window.doubled = 0; new MutationObserver(() => {"
        " const replies = document.querySelectorAll('.message.bot:not(.greeting):not(.draft)').length;"
        " if (replies === 2 && document.querySelector('.message.draft')) doubled += 1;"
        " }).observe(document.querySelector('.log'), { childList: true, subtree: true }); }"
    )

    def late(route: Route) -> None:
        answer = route.fetch()
        expect(panel.replies).to_have_count(2)
        route.fulfill(response=answer)

    panel.page.route("**/messages", late)
    panel.ask("Second")
    expect(panel.page.locator(".message.customer.sent")).to_have_count(2)
    panel.require_replies(2)
    assert panel.page.evaluate("doubled") == 0


def test_offline_it_waits_and_then_sends(stage: Stage) -> None:
    panel = stage.open()
    panel.ask("First")
    panel.require_replies(1)
    panel.page.context.set_offline(True)
    panel.ask("Second")
    expect(panel.page.locator(".banner.offline")).to_contain_text("No connection.", timeout=2 * SOON)
    expect(panel.page.locator(".message.customer.sending")).to_have_count(1)
    panel.page.context.set_offline(False)
    panel.require_replies(2)
    expect(panel.page.locator(".banner.offline")).to_have_count(0)
    panel.forgive(*GONE)


def test_what_was_on_its_way_at_a_reload_is_answered_once(stage: Stage) -> None:
    panel = stage.open()
    panel.ask("First")
    panel.require_replies(1)
    stage.assistant.gate = threading.Event()
    panel.ask("Second")
    stage.assistant.waiting.acquire(timeout=10)
    panel.page.reload()
    expect(panel.page.locator(".message.customer")).to_have_count(2)
    stage.assistant.gate.set()
    panel.require_replies(2)
    expect(panel.page.locator(".message.customer.sent")).to_have_count(2)
    assert [text for text, _ in stage.assistant.history] == ["First", "Second"]
    assert panel.kept("pending") is None
    panel.forgive(*GONE)


def test_an_expired_token_begins_a_new_conversation_with_a_sentence(stage: Stage) -> None:
    panel = stage.open()
    panel.ask("First")
    panel.require_replies(1)
    old = panel.kept("conversation")["id"]
    panel.page.evaluate(
        f"localStorage.setItem('footnote:{SITE}:conversation', JSON.stringify({{id: '{old}', token: 'x', who: ''}}))"
    )
    panel.page.reload()
    expect(panel.page.locator(".banner.lost")).to_contain_text("has expired. A new one begins here.")
    panel.ask("Again")
    panel.require_replies(1)
    assert panel.kept("conversation")["id"] != old
    panel.forgive("status of 401")


def test_a_message_into_an_expired_conversation_is_not_lost(stage: Stage) -> None:
    panel = stage.open()
    panel.ask("First")
    panel.require_replies(1)
    refused = iter((True,))
    panel.page.route(
        "**/messages",
        lambda route: (
            route.fulfill(status=401, json={"error": {"code": "not_authorised", "message": "No."}})
            if next(refused, False)
            else route.continue_()
        ),
    )
    panel.ask("Second")
    expect(panel.page.locator(".banner.lost")).to_be_visible()
    panel.require_replies(1)
    expect(panel.page.locator(".message.customer .words")).to_have_text("Second")
    panel.forgive("status of 401")


def test_two_tabs_show_one_conversation(stage: Stage) -> None:
    one = stage.open()
    other = stage.open(context=one.page.context)
    one.ask("From the first")
    one.require_replies(1)
    other.require_replies(1)
    other.ask("From the second")
    other.require_replies(2)
    one.require_replies(2)
    assert one.kept("conversation") == other.kept("conversation")
    for panel in (one, other):
        expect(panel.page.locator(".message.customer .words")).to_have_text(["From the first", "From the second"])


def test_two_tabs_that_begin_at_once_share_a_conversation(stage: Stage) -> None:
    one = stage.open()
    other = stage.open(context=one.page.context)
    for panel in (one, other):
        panel.field.fill("Hello")
    for panel in (one, other):
        panel.page.evaluate("document.querySelector('.composer').requestSubmit()")
    for panel in (one, other):
        panel.require_replies(2)


def test_blocked_storage_costs_only_the_memory(stage: Stage) -> None:
    blocked = (
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});"
    )
    panel = stage.open(script=blocked)
    panel.ask("First")
    panel.ask("Second")
    panel.require_replies(2)
    assert len({each["client_message_id"] for each in panel.sent}) == 2


@pytest.mark.parametrize("hours", [-1, 1, 24 * 400])
def test_a_wrong_clock_changes_nothing(stage: Stage, hours: int) -> None:
    wrong = f"const now = Date.now; Date.now = () => now() + {hours * 3600_000};"
    panel = stage.open(script=wrong)
    panel.ask("First")
    panel.require_replies(1)
    panel.page.reload()
    panel.require_replies(1)


def test_a_refusal_is_told_and_can_be_tried_again(stage: Stage) -> None:
    panel = stage.open()
    answers: Iterator[dict[str, Any]] = iter(
        [{"status": 422, "json": {"error": {"code": "invalid_request", "message": "The text is not right."}}}]
    )

    def refused(route: Route) -> None:
        answer = next(answers, None)
        route.continue_() if answer is None else route.fulfill(**answer)

    panel.page.route("**/messages", refused)
    panel.ask("First")
    expect(panel.page.locator(".message.failed .failure")).to_have_text("The text is not right.")
    assert panel.page.get_by_role("button", name="Try again").count() == 0
    panel.ask("Second")
    panel.require_replies(1)
    panel.forgive("status of 422")


def test_a_removed_conversation_in_another_tab_is_noticed(stage: Stage) -> None:
    one: Panel = stage.open()
    one.ask("First")
    one.require_replies(1)
    other = stage.open(context=one.page.context)
    other.require_replies(1)
    other.page.evaluate("localStorage.clear()")
    one.require_replies(0)
    one.ask("Anew")
    one.require_replies(1)
