"""The demo exchange: a page that embeds the widget by the public snippet, with the real panel in its frame."""

import pytest

from tests.bot.web.stage import SITE
from tests.browser.conftest import EMAIL, Visit
from tests.site import Site

IN_SIGHT = """(text) => {
  const items = [...document.querySelectorAll("article li, article p, article td")];
  const boxes = items.filter((node) => node.textContent.includes(text)).map((node) => node.getBoundingClientRect());
  return boxes.some((box) => box.top >= 0 && box.bottom <= innerHeight);
}"""
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


def test_every_citation_of_an_answer_opens_in_sight(visit: Visit, site: Site) -> None:
    api, address = visit("/").page.request, f"{site.address}/api/v1/conversations"
    talk = api.post(address, data={"site_key": SITE, "context": {}}).json()
    answered = api.post(
        f"{address}/{talk['conversation_id']}/messages",
        data={"text": EMAIL, "client_message_id": "m1"},
        headers={"Authorization": f"Bearer {talk['token']}"},
    ).json()
    citations = answered["reply"]["citations"]
    assert len(citations) >= 3
    for each in citations:
        article = visit(each["url"].removeprefix(site.address), height=600).page
        article.wait_for_function(IN_SIGHT, arg=each["quote"].replace("*", "").splitlines()[0])


@pytest.mark.parametrize("width", [320, 1100])
def test_the_page_fits(visit: Visit, width: int) -> None:
    page = visit("/", width=width).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("h1").count() == 1
