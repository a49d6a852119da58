"""The help center's search in a real browser: while one types, by keyboard, without scripts, with secrets, offline."""

import io
from itertools import pairwise
from urllib.parse import unquote_plus

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.browser.conftest import Visit
from tests.browser.test_look import LUMINANCES, require_contrast
from tests.browser.watched import Watched
from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.encoder]

QUERY = "withdrawal pending"
TITLE = "Why is my withdrawal still pending?"
SEED = "abandon ability able about above absent absorb abstract absurd abuse access accident"
MARK = (0xFF, 0xF0, 0xB8)
ATTACKS = (
    "<script>document.title='taken'</script>",
    '"><img src=x onerror=alert(1)>',
    "</mark><svg/onload=alert(1)>",
    "' autofocus onfocus=alert(1) x='",
    "</title><iframe srcdoc='<script>parent.alert(1)</script>'>",
    "{{constructor.constructor('alert(1)')()}}",
)
IN_SIGHT = """(text) => {
  const nodes = [...document.querySelectorAll(".prose :is(p, li, td)")];
  const boxes = nodes.filter((node) => node.textContent.includes(text)).map((node) => node.getBoundingClientRect());
  return boxes.some((box) => box.bottom > 0 && box.top < innerHeight);
}"""
FITS = "document.documentElement.scrollWidth <= innerWidth"
FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"


def typed(page: Page, words: str) -> None:
    """Type as a person does and wait until the results for the words are there."""
    page.locator("#q").press_sequentially(words, delay=20)
    wait_for_results(page, words)


def wait_for_results(page: Page, words: str) -> None:
    page.wait_for_function(
        "words => document.querySelector('#results bdi')?.textContent === words"
        " && document.querySelector('[data-found]').getAttribute('aria-busy') !== 'true'",
        arg=words,
    )


def searches(watched: Watched) -> list[str]:
    """The addresses that are searched from now on."""
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url) if "?q=" in request.url else None)
    return asked


def test_results_appear_while_one_types(visit: Visit) -> None:
    watched = visit("/help/")
    page, asked = watched.page, searches(watched)
    status = page.locator("[data-status]")
    assert status.get_attribute("role") == "status" and status.inner_text() == ""
    typed(page, QUERY)
    assert page.locator(".results h3").first.inner_text() == TITLE
    assert 1 <= len(asked) < len(QUERY) / 2
    assert page.url == f"{watched.site.address}/help/?q=withdrawal+pending"
    assert page.title().startswith(QUERY)
    assert "articles for" in (status.text_content() or "")
    assert page.evaluate("document.activeElement.id") == "q"
    mark = page.locator(".results mark").first
    assert len(mark.inner_text()) > 20
    page.fill("#q", "")
    page.wait_for_selector("#section-1")
    assert page.url == f"{watched.site.address}/help/"


def test_the_chosen_tabs_are_in_sight_on_a_phone(visit: Visit) -> None:
    page = visit("/help/?section=announcements&platform=app", width=360, height=740).page
    chosen = page.locator(".tabs [aria-current]")
    assert chosen.count() == 2

    def in_sight() -> bool:
        boxes = [one.bounding_box() for one in chosen.all()]
        return all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes)

    assert in_sight()
    assert page.evaluate("scrollY") == 0
    typed(page, QUERY)
    assert chosen.count() == 2 and in_sight()


def test_a_result_opens_the_article_at_its_passage(visit: Visit) -> None:
    watched = visit("/help/", height=500)
    page = watched.page
    typed(page, "error 50011 rate limit")
    first = page.locator(".results li").first
    sentence = first.locator("mark").inner_text()
    assert "#:~:text=" in (first.locator("h3 a").get_attribute("href") or "")
    first.locator("h3 a").click()
    page.wait_for_selector(".prose")
    page.wait_for_function(IN_SIGHT, arg=sentence)
    page.wait_for_timeout(600)
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    assert (np.abs(pixels - MARK) <= 2).all(axis=2).sum() > 500, "The passage is not highlighted."


def test_every_result_of_a_search_opens_in_sight(visit: Visit) -> None:
    watched = visit("/help/?q=freeze", height=500)
    results = watched.page.locator(".results li").all()
    found = [(each.locator("h3 a").get_attribute("href"), each.locator("mark").inner_text()) for each in results]
    assert len(found) >= 5
    for address, sentence in found:
        if " · " not in sentence and not sentence.endswith("…"):
            page = visit(address, height=500).page
            page.wait_for_load_state()
            page.wait_for_function(IN_SIGHT, arg=sentence.removeprefix("Note: "))


def test_the_keyboard_is_enough(visit: Visit) -> None:
    watched = visit("/help/")
    page = watched.page
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == "q":
            break
    page.keyboard.type(QUERY, delay=20)
    wait_for_results(page, QUERY)
    titles = page.locator(".results h3 a").all_inner_texts()
    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUSED) == titles[0]
    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUSED) == titles[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(FOCUSED) == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED) == "q"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".results h3 a").all_inner_texts() == titles
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to the content"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_without_scripts_the_form_searches(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/help/?platform=app")
    page.locator("#q").fill("freeze")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/help/?q=freeze&platform=app")
    assert page.locator(".results h3").count() >= 3
    page.locator("nav[aria-label=Platform] a", has_text="Web and app").click()
    page.wait_for_url("**/help/?q=freeze")
    page.goto(f"{site.address}/help/change-email")
    page.get_by_role("searchbox").fill("kyc")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/help/?q=kyc")
    context.close()


def test_a_secret_is_masked_before_it_is_sent(visit: Visit) -> None:
    watched = visit("/help/")
    page, asked = watched.page, searches(watched)
    page.evaluate("text => { q.focus(); document.execCommand('insertText', false, text); }", f"restore {SEED}")
    page.wait_for_selector("[data-masked]")
    assert page.input_value("#q") == "restore [seed phrase removed]"
    assert asked and not any("ability" in unquote_plus(address) for address in [*asked, page.url])
    assert "ability" not in page.content()


def test_a_secret_that_only_the_server_knows_is_masked_in_the_field_too(visit: Visit) -> None:
    watched = visit("/help/")
    page = watched.page
    page.locator("#q").press_sequentially("my password is Tr0ub4dor&3", delay=5)
    page.wait_for_selector("[data-masked]")
    assert "Tr0ub4dor" not in page.input_value("#q") + page.url + page.content()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_text(visit: Visit, attack: str) -> None:
    watched = visit("/help/")
    page = watched.page
    page.locator("#q").press_sequentially(attack)
    wait_for_results(page, attack)
    for _ in range(2):
        assert page.locator("main :is(script, img, svg, iframe, style)").count() == 0
        assert page.title().startswith(attack)
        assert page.input_value("#q") == attack
        page.reload()


def test_an_old_answer_never_replaces_a_newer_one(visit: Visit) -> None:
    watched = visit("/help/")
    page = watched.page
    held: list[Route] = []
    page.route("**/help/?q=email", lambda route: held.append(route))
    page.fill("#q", "email")
    page.wait_for_timeout(500)
    assert held
    page.fill("#q", "kyc")
    wait_for_results(page, "kyc")
    held[0].continue_()
    page.wait_for_timeout(300)
    assert page.locator("#results bdi").inner_text() == "kyc"


def test_offline_is_said_and_typing_on_tries_again(visit: Visit) -> None:
    watched = visit("/help/")
    page = watched.page
    page.route("**/help/?q=*", lambda route: route.abort())
    page.fill("#q", "email")
    page.wait_for_function("() => document.querySelector('[data-status]').textContent.includes('cannot be reached')")
    assert page.locator("[data-status]").bounding_box()["width"] > 100  # type: ignore[index]
    page.unroute("**/help/?q=*")
    page.fill("#q", "email ")
    wait_for_results(page, "email")
    assert all("Failed to load resource" in problem for problem in watched.problems)
    watched.problems.clear()


def test_too_many_searches_are_said(visit: Visit) -> None:
    watched = visit("/help/")
    page = watched.page
    body = "<!doctype html><h1>Too many searches</h1><p data-problem>Wait a few seconds.</p>"
    page.route("**/help/?q=*", lambda route: route.fulfill(status=429, content_type="text/html", body=body))
    page.fill("#q", "email")
    page.wait_for_function("() => document.querySelector('[data-status]').textContent === 'Wait a few seconds.'")
    assert page.locator("#section-1").is_visible()
    assert all("429" in problem for problem in watched.problems)
    watched.problems.clear()


PAGES = (
    "/help/",
    "/help/?section=faq",
    "/help/?q=withdrawal",
    "/help/?q=mortgage",
    "/help/withdrawal-fees",
    "/help/none",
)


@pytest.mark.parametrize("width", [320, 390, 768])
def test_no_page_scrolls_sideways(visit: Visit, width: int) -> None:
    watched = visit("/help/", width=width, height=700)
    for path in PAGES:
        watched.open(path)
        assert watched.page.evaluate(FITS), path
        small = watched.page.evaluate(
            "[...document.querySelectorAll('.tabs a, .search :is(button, [type=search]), .articles > li > a, h3 a')]"
            ".filter((node) => node.getBoundingClientRect().height < 24).map((node) => node.outerHTML)"
        )
        assert small == [], path
    watched.problems[:] = [each for each in watched.problems if "404" not in each]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_legible_by_day_and_at_night(visit: Visit, scheme: str) -> None:
    watched = visit("/help/", color_scheme=scheme)
    for path in PAGES[:5]:
        watched.open(path)
        require_contrast(watched.page, "body, h1, h2, h3, p, li, a, mark, .meta, .tag, .count, button, input")
        assert (watched.page.evaluate(LUMINANCES, "body")[0][1] < 0.05) == (scheme == "dark")


def test_on_paper_there_is_the_article_alone(visit: Visit) -> None:
    page = visit("/help/withdrawal-fees").page
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible() and page.locator(".prose").is_visible()
    for part in (".top", ".bottom", ".search", ".related", ".more", ".crumbs"):
        assert page.locator(part).count() and page.locator(part).first.is_hidden(), part


def test_a_long_article_has_its_contents_beside_it_and_below_it_on_a_phone(visit: Visit, site: Site) -> None:
    index = site.footnote.index.current()
    long = max((index.articles[id_] for id_ in index.title_keys), key=lambda each: each.body.count("\n## "))
    wide = visit(f"/help/{long.id}", width=1300).page
    toc, prose = (wide.locator(part).bounding_box() for part in (".toc", ".prose"))
    assert toc and prose and toc["x"] >= prose["x"] + prose["width"]
    link = wide.locator(".toc a").last
    target = link.get_attribute("href") or ""
    link.click()
    wide.wait_for_function(
        "(id) => document.getElementById(id).getBoundingClientRect().top < innerHeight", arg=target[1:]
    )
    phone = visit(f"/help/{long.id}", width=390).page
    phone.get_by_role("link", name="Contents", exact=True).click()
    phone.wait_for_function("() => document.getElementById('toc').getBoundingClientRect().top < innerHeight")


def test_landmarks_and_headings(visit: Visit) -> None:
    watched = visit("/help/?q=freeze")
    for path in PAGES[:5]:
        page = watched.open(path)
        for landmark in ("banner", "main", "contentinfo", "search"):
            assert page.get_by_role(landmark).count() == 1, (landmark, path)
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((node) => +node.tagName[1])")
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
        assert len(ids) == len(set(ids)), path
        names = page.evaluate(
            "[...document.querySelectorAll('nav')].map((node) => node.getAttribute('aria-label') ?? '#')"
        )
        assert len(names) == len(set(names)), path
