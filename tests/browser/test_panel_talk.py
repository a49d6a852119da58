"""The panel's conversation: answers, citations, choices, thumbs, people."""

import re

import pytest
from playwright.sync_api import expect

from bot.handoff.switchboard import Switchboard
from bot.models import Notice, Owner
from tests.browser.panel import CALLED, CLARIFY, SEED, Stage

pytestmark = pytest.mark.browser


def test_it_says_what_it_is_and_offers_questions(stage: Stage) -> None:
    panel = stage.open()
    page = panel.page
    expect(page.locator(".greeting")).to_contain_text("I am an AI assistant, not a person.")
    expect(page.locator(".state")).to_have_text("AI assistant, not a person")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_visible()
    page.get_by_role("group", name="Suggested questions").get_by_role(
        "button", name="How do I change my email?"
    ).dblclick()
    panel.require_replies(1)
    assert [each["text"] for each in panel.sent] == ["How do I change my email?"]
    expect(page.get_by_role("group", name="Suggested questions")).to_be_hidden()
    assert page.evaluate("Object.keys(localStorage).every(key => key.startsWith('footnote:'))")


def test_a_citation_opens_the_article_at_the_passage(stage: Stage) -> None:
    panel = stage.open()
    page = panel.page
    stage.assistant.enqueue(stage.answer)
    panel.ask("How do I change my email?")
    panel.require_replies(1)
    chip = page.get_by_role("button", name="Source 1: How do I change my email?").first
    expect(chip).to_have_attribute("aria-expanded", "false")
    chip.click()
    card = page.get_by_role("group", name="Source 1: How do I change my email?")
    expect(card).to_be_focused()
    for text in ("On the app", "Select Change email address.", "Updated on February 9, 2026"):
        expect(card).to_contain_text(text)
    link = card.get_by_role("link", name="Read it in the article (opens in a new tab)")
    expect(link).to_have_attribute("rel", "noopener")
    with page.context.expect_page() as opened:
        link.click()
    article = opened.value
    article.wait_for_load_state()
    assert article.url.endswith("/help/change-email#h-on-the-app")
    assert article.evaluate("window.opener") is None
    page.bring_to_front()
    card.get_by_role("button", name="Close the source").focus()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(chip).to_be_focused()
    expect(page.locator(".sources li")).to_have_count(1)


def test_a_chosen_option_is_the_next_question_once(stage: Stage) -> None:
    panel = stage.open()
    stage.assistant.enqueue(CLARIFY)
    panel.page.get_by_role("button", name="How do I change my email?").click()
    panel.require_replies(1)
    expect(panel.field).to_be_focused()
    panel.require_said("Which one do you use? Choose one The app; The website")
    panel.page.get_by_role("button", name="The app").dblclick()
    panel.require_replies(2)
    assert [each["text"] for each in panel.sent] == ["How do I change my email?", "The app"]


def test_thumbs_and_why(stage: Stage) -> None:
    panel = stage.open()
    page = panel.page
    panel.ask("How?")
    panel.require_replies(1)
    with page.expect_response("**/feedback"):
        page.get_by_role("button", name="Helpful", exact=True).dblclick()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/feedback") as first:
        page.get_by_role("button", name="Not helpful").click()
    assert first.value.status == 200
    with page.expect_response("**/feedback") as second:
        page.get_by_role("button", name="Not what I asked").click()
    assert second.value.request.post_data_json == {"rating": "down", "comment": "Not what I asked"}
    expect(page.get_by_role("button", name="Not helpful")).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")


def test_a_person_is_called_comes_and_gives_it_back(stage: Stage) -> None:
    panel = stage.open()
    page = panel.page
    page.get_by_role("button", name="Talk to a person").dblclick()
    panel.require_owner("queued")
    expect(page.locator(".message.notice")).to_contain_text("A person has been called")
    expect(page.locator(".message.notice")).to_have_count(1)
    panel.ask("Hello?")
    stage.claim(panel)
    panel.require_owner("human")
    stage.say(panel, "I am **here**.")
    expect(page.locator(".message.agent strong")).to_have_text("here")
    panel.require_said("I am here.")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_hidden()
    panel.ask("Thanks")
    expect(page.locator(".message.customer.sent")).to_have_count(2)
    stage.footnote.switchboard.give_back(panel.kept("conversation")["id"], "ada")
    panel.require_owner("returned")
    expect(page.locator(".line").last).to_have_text("The AI assistant answers again.")
    replies = panel.replies.count()
    panel.ask("And now?")
    panel.require_replies(replies + 1)


def test_both_see_the_other_type(stage: Stage) -> None:
    panel = stage.open()
    panel.page.get_by_role("button", name="Talk to a person").click()
    panel.require_owner("queued")
    stage.claim(panel)
    panel.require_owner("human")
    with panel.page.expect_request("**/typing") as told:
        panel.field.press_sequentially("Hi")
    assert told.value.post_data_json == {"on": True}
    with panel.page.expect_request("**/typing") as stopped:
        panel.field.fill("")
    assert stopped.value.post_data_json == {"on": False}


def test_a_contact_is_left_and_a_wrong_one_refused(stage: Stage) -> None:
    panel = stage.open()
    page = panel.page
    page.get_by_role("button", name="Talk to a person").click()
    panel.require_owner("queued")
    page.get_by_role("button", name="Leave an e-mail address").click()
    address = page.get_by_label("Your e-mail address")
    expect(address).to_be_focused()
    address.fill("nobody")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not an e-mail address.")
    address.fill("eve@example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Change the e-mail address")).to_be_visible()
    panel.forgive("status of 422")


def test_where_nobody_is_there_the_address_is_asked_for_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Switchboard, "asks_contact", lambda _self, _id, owner: owner is Owner.QUEUED)
    panel = stage.open()
    address = panel.page.get_by_label("Your e-mail address")
    expect(address).to_be_hidden()
    panel.page.get_by_role("button", name="Talk to a person").click()
    expect(address).to_be_visible()
    expect(address).not_to_be_focused()
    panel.page.reload()
    expect(address).to_be_visible()
    stage.claim(panel)
    expect(address).to_be_hidden()


def test_a_secret_never_leaves_the_browser(stage: Stage) -> None:
    panel = stage.open()
    bodies: list[str] = []
    panel.page.on("request", lambda request: bodies.append(request.post_data or ""))
    panel.paste(f"my words are {SEED}")
    expect(panel.page.get_by_role("alert")).to_contain_text("Your message held a seed phrase.")
    expect(panel.field).to_have_value("my words are [seed phrase removed]")
    panel.field.press("Enter")
    panel.require_replies(1)
    expect(panel.page.locator(".message.customer .words")).to_have_text("my words are [seed phrase removed]")
    panel.field.press_sequentially("card 4111 1111 1111 1111")
    expect(panel.page.get_by_role("alert")).to_contain_text("This looks like a card number.")
    panel.page.wait_for_timeout(500)
    assert panel.kept("draft") == "card [card number removed]"
    panel.field.press("Enter")
    panel.require_replies(2)
    assert [each["text"] for each in panel.sent] == ["my words are [seed phrase removed]", "card [card number removed]"]
    assert not any("sausage" in body or "4111" in body for body in bodies)


def test_history_and_draft_survive_a_reload(stage: Stage) -> None:
    panel = stage.open()
    panel.ask("How do I change my email?")
    panel.require_replies(1)
    panel.field.fill("Half a sent")
    panel.page.reload()
    panel.require_replies(1)
    expect(panel.page.locator(".message.customer .words")).to_have_text("How do I change my email?")
    expect(panel.field).to_have_value("Half a sent")
    assert panel.page.locator("#panel > .unseen[role=status]").inner_text() == "", "old news is not told again"


def test_a_long_paste_is_counted_and_refused_before_it_is_sent(stage: Stage) -> None:
    panel = stage.open()
    panel.paste("x" * 10_000)
    expect(panel.page.locator("#question-count")).to_have_text(
        "10,000 characters: at most 8,000 can be sent. Please shorten it."
    )
    expect(panel.field).to_have_attribute("aria-invalid", "true")
    panel.field.press("Enter")
    panel.page.get_by_role("button", name="Send").click(force=True)
    assert panel.sent == []
    expect(panel.field).to_have_value("x" * 10_000)
    panel.field.fill("😀" * 8000)
    expect(panel.page.locator("#question-count")).to_have_text("8,000 of 8,000 characters")
    panel.field.press("Enter")
    panel.require_replies(1)


def test_nothing_is_sent_of_nothing_nor_while_a_word_is_composed(stage: Stage) -> None:
    panel = stage.open()
    panel.ask("   ")
    panel.field.fill("ni")
    panel.page.evaluate(
        "document.querySelector('#question').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    assert panel.sent == []
    panel.field.press("Shift+Enter")
    expect(panel.field).to_have_value("ni\n")


def test_a_notice_and_a_handoff_have_no_thumbs(stage: Stage) -> None:
    panel = stage.open()
    stage.assistant.enqueue(Notice(text="You are welcome.", confidence=0.0), CALLED)
    panel.ask("Thanks")
    panel.require_replies(1)
    panel.ask("Can I get a mortgage?")
    panel.require_replies(2)
    panel.require_owner("queued")
    assert panel.page.locator(".feedback").count() == 0
    expect(panel.page.locator(".message.handoff")).to_have_class(re.compile("bot"))
