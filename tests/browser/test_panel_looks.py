"""The panel for everybody: screen readers, keyboards, small and dark screens, right to left, forced colours."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.models import Answer
from tests.browser.accessibility import require_accessible
from tests.browser.panel import CLARIFY, FRAME, SEED, Panel, Stage

pytestmark = pytest.mark.browser


RICH = (
    "> **Warning:** never share it.\n\n1. Open the app. [1]\n2. Select **Security**.\n\n"
    "| Code | Valid for a long time |\n| --- | --- |\n| Email | 10 min [1] |\n\n`" + "x" * 200 + "`"
)
SMALL_TARGETS = """() => [...document.querySelectorAll("button, a, input, textarea, [tabindex='0']")]
  .filter(node => node.getClientRects().length)
  .filter(node => { const box = node.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
  .map(node => node.outerHTML.slice(0, 120))"""


def rich(stage: Stage) -> Answer:
    return Answer(text=RICH, citations=stage.answer.citations, actions=stage.answer.actions, confidence=0.9)


def through_every_state(stage: Stage, panel: Panel, look: Any) -> None:
    """Walks through what a customer may see, and looks at each state."""
    page = panel.page
    look("opening")
    stage.assistant.enqueue(rich(stage), CLARIFY)
    panel.ask("How do I change my email?")
    panel.require_replies(1)
    look("answer")
    page.locator(".chip").first.click()
    look("citation")
    page.locator(".chip").last.click()
    page.locator(".thumb.down").click()
    expect(page.locator(".reasons")).to_be_visible()
    look("reasons")
    panel.ask("Which one?")
    panel.require_replies(2)
    look("choices")
    panel.paste(SEED)
    expect(page.locator(".banner.secret")).to_be_visible()
    look("secret")
    panel.field.fill("y" * 9000)
    look("too long")
    panel.field.fill("")
    page.locator(".person").click()
    panel.require_owner("queued")
    page.locator(".queue .button").first.click()
    look("contact")
    stage.claim(panel)
    panel.require_owner("human")
    stage.say(panel, "Hello, **I am here**: https://www.corvane.example")
    expect(page.locator(".message.agent")).to_be_visible()
    look("person")
    stage.footnote.switchboard.close(panel.kept("conversation")["id"], "ada", 10_000)
    panel.require_owner("closed")
    look("closed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_no_rule_of_accessibility_is_broken_in_any_state(stage: Stage, scheme: str, locale: str) -> None:
    panel = stage.open(f"{FRAME}&locale={locale}", color_scheme=scheme)
    through_every_state(stage, panel, lambda state: require_accessible(panel.page, f"{state}, {scheme}, {locale}"))


@pytest.mark.parametrize(("locale", "width"), [("en", 320), ("es", 320), ("zh", 320), ("ar", 320), ("ar", 1280)])
def test_it_fits_and_everything_can_be_touched(stage: Stage, locale: str, width: int, tmp_path: Path) -> None:
    panel = stage.open(f"{FRAME}&locale={locale}", viewport={"width": width, "height": 560})
    page = panel.page

    def look(state: str) -> None:
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen == width, state
        sideways = "document.querySelector('.log').scrollWidth - document.querySelector('.log').clientWidth"
        assert page.evaluate(sideways) <= 0, state
        assert page.evaluate(SMALL_TARGETS) == [], state
        expect(panel.field).to_be_in_viewport()

    through_every_state(stage, panel, look)


def test_right_to_left_by_the_language(stage: Stage) -> None:
    panel = stage.open(f"{FRAME}&locale=ar-EG")
    root = panel.page.locator("html")
    expect(root).to_have_attribute("dir", "rtl")
    expect(root).to_have_attribute("lang", "ar")
    panel.ask("How?")
    panel.require_replies(1)
    box = panel.page.locator(".message.customer").bounding_box()
    assert box is not None
    assert box["x"] < 40, "what the customer says stands on the left"
    assert panel.page.locator(".message.bot .prose").last.evaluate("node => getComputedStyle(node).direction") == "ltr"


@pytest.mark.parametrize("tag, language", [("es-MX", "es"), ("zh_Hant", "zh"), ("fr", "en"), ("xx-yy", "en")])
def test_the_language_is_the_one_asked_for_or_english(stage: Stage, tag: str, language: str) -> None:
    expect(stage.open(f"{FRAME}&locale={tag}").page.locator("html")).to_have_attribute("lang", language)


def test_the_keyboard_is_enough(stage: Stage) -> None:
    panel = stage.open()
    page = panel.page

    def tab_to(what: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("what => document.activeElement.matches(what)", what):
                return
        raise AssertionError(f"The Tab key never came to {what}.")

    stage.assistant.enqueue(stage.answer, CLARIFY)
    tab_to("#question")
    page.keyboard.type("How do I change my email?")
    page.keyboard.press("Enter")
    panel.require_replies(1)
    tab_to(".chip")
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_be_focused()
    tab_to(".card .article")
    page.keyboard.press("Escape")
    expect(page.locator(".chip").first).to_be_focused()
    tab_to(".thumb.up")
    page.keyboard.press("Space")
    expect(page.locator(".thumb.up")).to_have_attribute("aria-pressed", "true")
    tab_to("#question")
    page.keyboard.type("Which one?")
    page.keyboard.press("Enter")
    panel.require_replies(2)
    page.keyboard.press("Shift+Tab")
    tab_to(".choices .button:not([aria-disabled])") if not page.locator(".choices:focus-within").count() else None
    tab_to(".person")
    page.keyboard.press("Enter")
    panel.require_owner("queued")


def test_a_finished_answer_is_told_once_and_never_in_pieces(stage: Stage) -> None:
    panel = stage.open()
    panel.page.evaluate(
        "window.told = []; new MutationObserver(() => told.push("
        "document.querySelector('#panel > .unseen[role=status]').textContent))"
        ".observe(document.querySelector('#panel > .unseen[role=status]'), {childList: true, subtree: true})"
    )
    panel.ask("How do I change my email?")
    panel.require_replies(1)
    panel.page.wait_for_timeout(1500)
    assert panel.page.evaluate("told.filter(Boolean)") == [
        "AI assistant: Select Change email address. Only that. Really?"
    ]
    expect(panel.page.locator(".log")).to_have_attribute("aria-live", "off")


@pytest.mark.parametrize("colour", ["#ffff66", "#000000", "#ffffff", "#7f7f7f", "#e11d48"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_colour_of_a_site_is_made_legible(stage: Stage, colour: str, scheme: str) -> None:
    panel = stage.open(attributes={"colour": colour}, color_scheme=scheme)
    panel.ask("How?")
    panel.require_replies(1)
    require_accessible(panel.page, f"{colour}, {scheme}")


def test_forced_colours_and_no_motion(stage: Stage) -> None:
    panel = stage.open(forced_colors="active", reduced_motion="reduce")
    panel.ask("How?")
    panel.require_replies(1)
    assert panel.page.locator(".message.bot").last.evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"
    assert panel.page.evaluate("document.getAnimations().length") == 0
    require_accessible(panel.page, "forced colours")


def test_a_phones_keyboard_leaves_the_field_in_sight(stage: Stage) -> None:
    panel = stage.open(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    page: Page = panel.page
    panel.field.tap()
    page.evaluate(
        "Object.defineProperty(visualViewport, 'height', {value: 380, configurable: true});"
        "visualViewport.dispatchEvent(new Event('resize'))"
    )
    box = panel.field.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 380
    assert float(panel.field.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")) >= 16, "or iOS zooms in"
