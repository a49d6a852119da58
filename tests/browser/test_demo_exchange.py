"""The demo exchange: a page that embeds the widget by the public snippet, with the real panel in its frame."""

import pytest

from tests.browser.conftest import EMAIL, Visit

pytestmark = [pytest.mark.browser, pytest.mark.encoder]


def test_a_question_of_the_page_is_answered_in_the_widget(visit: Visit) -> None:
    watched = visit("/")
    page = watched.page
    page.get_by_role("button", name=EMAIL).click()
    panel = page.frame_locator("dialog iframe")
    panel.locator("#panel").get_by_text("How do I change my email?").first.wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="hidden")
    page.get_by_role("button", name="Ask the assistant").click()
    assert page.locator("dialog").is_visible()


@pytest.mark.parametrize("width", [320, 1100])
def test_the_page_fits(visit: Visit, width: int) -> None:
    page = visit("/", width=width).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("h1").count() == 1
