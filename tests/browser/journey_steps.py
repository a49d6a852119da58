"""What a conversation goes through, step by step, each looked at."""

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.conftest import EMAIL
from tests.browser.journey import AT_REST, Agent, Customer
from tests.browser.panel import SEED
from tests.browser.test_text_fragments import SETTLED, marked

UNCLEAR = "How do I buy?"
ORDER = "How do I cancel an open order?"
BLOCK = """quote => {
  const letters = text => text.replace(/\\s+/g, "");
  const blocks = [...document.querySelectorAll(".prose :is(p, li, td)")];
  const box = blocks.findLast(each => letters(each.textContent).includes(letters(quote))).getBoundingClientRect();
  return [box.left, box.top, box.right, box.bottom];
}"""


def an_answer_and_its_source(customer: Customer) -> None:
    customer.watch_drafts()
    answer = customer.ask(EMAIL)
    assert len(customer.frame.evaluate("[...drafts]")) >= 2, "it came in pieces"
    require_beginning(customer)
    customer.look_at_panel("03-answer")
    customer.press(answer.locator(".chip").first)
    card = customer.frame.locator(".card")
    expect(card).to_be_focused()
    customer.look_at_panel("04-source")
    quote = card.locator("blockquote").inner_text()
    with customer.context.expect_page() as opened:
        customer.press(card.get_by_role("link"))
    require_landing(opened.value, quote)
    customer.look("05-article", at=opened.value)
    opened.value.close()
    customer.press(card.get_by_role("button"))
    expect(card).to_have_count(0)


def require_beginning(customer: Customer) -> None:
    """What was said last is in sight, as a whole or from its beginning, once the log has come to rest."""
    customer.frame.wait_for_function(AT_REST, polling=100)
    said, log = customer.replies.last.bounding_box(), customer.frame.locator(".log").bounding_box()
    assert said and log
    assert said["y"] >= log["y"] - 1, (said, log)
    assert said["y"] < log["y"] + 20 or said["y"] + said["height"] <= log["y"] + log["height"], (said, log)


def require_landing(article: Page, quote: str) -> None:
    """The quote is in sight and highlighted, and nothing else is."""
    article.wait_for_load_state()
    article.emulate_media(color_scheme="light")
    article.evaluate(SETTLED)
    left, top, right, bottom = article.evaluate(BLOCK, quote)
    pixels = marked(article.screenshot(scale="css"))
    assert top >= 0 and bottom <= pixels.shape[0], "it is in sight as a whole"
    inside = np.zeros_like(pixels)
    inside[int(top) - 2 : int(bottom) + 2, int(left) - 2 : int(right) + 2] = True
    assert (pixels & inside).sum() > 500, "it is highlighted"
    assert not (pixels & ~inside).any(), "and only it"


def choices(customer: Customer) -> None:
    asked = customer.ask(UNCLEAR)
    options = asked.locator(".choices .button")
    expect(options.first).to_be_in_viewport(ratio=1)
    require_beginning(customer)
    customer.look_at_panel("06-choices")
    chosen, before = options.first.inner_text(), customer.replies.count()
    customer.press(options.first)
    answer = customer.reply(before + 1)
    expect(customer.frame.locator(".message.customer .words").last).to_have_text(chosen)
    expect(answer.locator(".chip")).not_to_have_count(0)
    require_beginning(customer)
    customer.look_at_panel("07-chosen")


def thumbs(customer: Customer) -> None:
    customer.press(customer.button("not_helpful"))
    reason = customer.button("reason_incomplete")
    expect(reason).to_be_visible()
    reason.scroll_into_view_if_needed()
    customer.look_at_panel("08-reasons")
    customer.press(reason)
    expect(reason).to_have_count(0)
    expect(customer.button("not_helpful")).to_have_attribute("aria-pressed", "true")


def a_secret(customer: Customer) -> None:
    """It is masked before it is sent, and the bot calls a person because of it."""
    customer.paste(f"I cannot log in, my words are {SEED}")
    expect(customer.frame.locator(".banner.secret")).to_be_visible()
    assert "sausage" not in customer.field.input_value()
    customer.look_at_panel("09-secret")
    before = customer.replies.count()
    customer.press(customer.button("send"))
    customer.reply(before + 1)
    customer.require_owner("queued")
    customer.look_at_panel("10-masked")
    assert not any("sausage" in body for body in customer.sent)
    customer.press(customer.frame.locator(".banner.secret button"))


def waiting(customer: Customer) -> None:
    customer.press(customer.button("talk_to_person"))
    expect(customer.frame.locator(".banner.person")).to_be_visible()
    customer.forgive("status of 409")
    customer.look_at_panel("11-queue")
    customer.press(customer.button("leave_address"))
    customer.frame.locator("#contact").fill("eve@shop.example")
    customer.look_at_panel("12-contact")
    customer.press(customer.button("send_address"))
    expect(customer.button("address_left")).to_be_focused()


def a_person(customer: Customer, agent: Agent) -> None:
    expect(agent.page.locator('[data-rows="waiting"] .row')).to_have_count(1)
    agent.look("13-console-queue")
    agent.claim("seed phrase")
    customer.require_owner("human")
    expect(customer.frame.locator(".banner")).to_have_count(0)
    expect(customer.field).to_be_focused()
    expect(agent.page.get_by_text("eve@shop.example")).to_have_count(1)
    assert "sausage" not in agent.page.content()
    agent.field.press_sequentially("Hel")
    expect(customer.frame.locator(".doing")).to_contain_text("Ada L.")
    customer.look_at_panel("14-typing")
    agent.say("Hello, I am **Ada**. Your email can be changed at https://www.corvane.example/account.")
    expect(customer.frame.locator(".message.agent strong")).to_have_text("Ada")
    customer.look_at_panel("15-person")
    agent.look("16-console-conversation")


def back_to_the_bot(customer: Customer, agent: Agent) -> None:
    customer.press(customer.button("close"))
    expect(customer.bubble).to_be_focused()
    agent.say("Is there anything else?")
    expect(customer.page.locator(".unread")).to_have_text("1")
    customer.look("17-unread")
    customer.open()
    expect(customer.page.locator(".unread")).to_be_hidden()
    agent.press(agent.page.get_by_role("button", name="Return to the bot"))
    customer.require_owner("returned")
    customer.look_at_panel("18-returned")
    expect(customer.ask(ORDER).locator(".chip")).not_to_have_count(0)


def a_reload(customer: Customer) -> None:
    """A phone shows its page again, a larger screen the panel as it was."""
    said = customer.frame.locator(".log .message:not(.greeting) .prose, .words").all_inner_texts()
    customer.page.reload()
    if customer.shape.width <= 480:
        customer.open()
    expect(customer.frame.locator(".message.agent")).to_have_count(2)
    expect(customer.replies.last.locator(".sources")).to_be_visible()
    assert customer.frame.locator(".log .message:not(.greeting) .prose, .words").all_inner_texts() == said
    customer.look_at_panel("19-reloaded")
