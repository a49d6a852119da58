"""The playground and the comparison as agents have them, in a real browser over the sample help center."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import require_accessible
from tests.browser.conftest import EMAIL
from tests.browser.screenshots import keep
from tests.browser.test_console import agent  # noqa: F401 - a fixture
from tests.browser.test_look import require_contrast

pytestmark = [pytest.mark.browser, pytest.mark.encoder]

PLAYGROUND, COMPARE = "/console/playground", "/console/compare"
READ = "body, h1, h2, h3, p, a, label, dt, dd, th, td, li, summary, figcaption, .pill, .button, .chip"


def ask(page: Page, text: str = EMAIL) -> None:
    page.get_by_label("Question", exact=True).fill(text)
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url(re.compile(rf"{PLAYGROUND}/[0-9a-f]{{32}}$"))


def tab_to(page: Page, reached: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(reached):
            return
    raise AssertionError(f"Not reached by Tab: {reached}")


def alight(page: Page, within: str) -> list[str]:
    return page.locator(f"{within} .alight").all_inner_texts()


def require_fit(page: Page) -> None:
    page.wait_for_load_state("load")
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= seen, page.url


def test_a_question_is_tried_and_a_passage_says_why_it_lost(agent: Any) -> None:  # noqa: F811
    watched = agent()
    page: Page = watched.open(PLAYGROUND)
    require_accessible(page, "empty")
    ask(page)
    expect(page.get_by_role("heading", name="Answered")).to_be_visible()
    require_accessible(page, "answered")
    keep(page, "console", "playground")

    first = page.locator(".seen .said").first
    first.hover()
    lit = alight(page, "[data-article]")
    assert lit and lit[0] in first.inner_text()
    expect(page.locator("[data-article] .alight").first).to_be_in_viewport()
    page.mouse.move(0, 0)
    assert alight(page, "[data-article]") == []

    loser = page.locator(".candidates-table tbody tr").nth(1)
    expect(loser.locator(".why")).to_have_text(re.compile(r"^0\.\d{3} behind"))
    assert loser.locator("meter").count() == page.locator(".candidates-table thead th").count() - 3
    expect(page.locator(".chart svg")).to_have_attribute("aria-label", re.compile("The confidence .* the threshold"))

    loser.scroll_into_view_if_needed()
    keep(page, "console", "playground-why-it-lost")

    permalink = page.url
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url("**?against=*")
    expect(page.get_by_text("letter by letter")).to_be_visible()
    require_accessible(page, "run again")
    watched.open(permalink.removeprefix(watched.site.address))
    expect(page.get_by_label("Question", exact=True)).to_have_value(EMAIL)


def test_the_keyboard_is_enough(agent: Any) -> None:  # noqa: F811
    page: Page = agent().open(PLAYGROUND)
    tab_to(page, "document.activeElement.id === 'text'")
    page.keyboard.type(EMAIL)
    tab_to(page, "document.activeElement.textContent === 'Ask'")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"{PLAYGROUND}/[0-9a-f]{{32}}$"))
    tab_to(page, "document.activeElement.classList.contains('chip')")
    said = page.evaluate("document.activeElement.parentElement.textContent")
    lit = alight(page, "[data-article]")
    assert lit and lit[0] in said
    page.keyboard.press("Enter")
    assert alight(page, "[data-article]") == lit
    tab_to(page, "document.activeElement.hasAttribute('data-article')")
    tab_to(page, "document.activeElement.getAttribute('aria-labelledby') === 'candidates'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_screen_and_can_be_read(agent: Any, scheme: str) -> None:  # noqa: F811
    watched = agent(width=320, height=640, color_scheme=scheme)
    page: Page = watched.open(PLAYGROUND)
    ask(page)
    require_fit(page)
    require_contrast(page, READ)
    require_accessible(page, f"playground, narrow, {scheme}")
    keep(page, f"console-{scheme}", "playground-narrow")
    page.locator(".chip").first.focus()
    require_contrast(page, ".alight")
    watched.open(COMPARE)
    page.get_by_label("Questions, one a line").fill(EMAIL)
    page.get_by_role("group", name="Right").get_by_label("Threshold").fill("0.9999")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name=re.compile("Otherwise: answer → handoff"))).to_be_visible()
    require_fit(page)
    require_contrast(page, READ)
    require_accessible(page, f"compare, narrow, {scheme}")


def test_a_list_is_compared_while_one_looks(agent: Any) -> None:  # noqa: F811
    watched = agent()
    page: Page = watched.open(COMPARE)
    require_accessible(page, "compare, empty")
    page.get_by_label("Questions, one a line").fill("\n".join([EMAIL, "=1+1", "hello"] * 8))
    page.get_by_role("group", name="Right").get_by_label("Threshold").fill("0.9999")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="24 questions")).to_be_visible()
    expect(page.locator("[data-progress]")).to_have_count(0, timeout=20_000)
    expect(page.get_by_text("8 of 24 are otherwise.")).to_be_visible()
    require_accessible(page, "compared")
    keep(page, "console", "compared")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "'=1+1" in download.value.path().read_text()
    page.get_by_role("link", name="Only what is otherwise").click()
    expect(page.locator(".lines-table tbody tr")).to_have_count(8)


def test_it_works_without_a_script(agent: Any) -> None:  # noqa: F811
    page: Page = agent(java_script_enabled=False).open(PLAYGROUND)
    ask(page)
    page.locator(".chip").nth(1).click()
    expect(page).to_have_url(re.compile(r"#place-1$"))
    expect(page.locator("#place-1")).to_be_in_viewport()
