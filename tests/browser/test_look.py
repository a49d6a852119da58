"""How the pages look: on a narrow screen, by day and at night."""

import pytest
from playwright.sync_api import Page

from knowledge.models import Audience
from tests.browser.conftest import Visit
from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.encoder]

EXCHANGE = "body, h1, h2, .lead, .meta, .markets th, .markets td, .cards p, .cards a, .button, .bottom p"
LUMINANCES = """(selector) => {
  const shade = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number)
    .map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const solid = (node) => {
    const color = getComputedStyle(node).backgroundColor;
    return color === "rgba(0, 0, 0, 0)" && node.parentElement ? solid(node.parentElement) : color;
  };
  const measured = (node) => [shade(getComputedStyle(node).color), shade(solid(node)), node.outerHTML.slice(0, 80)];
  return [...document.querySelectorAll(selector)].map(measured);
}"""


def require_contrast(page: Page, selector: str, least: float = 4.5) -> None:
    """WCAG 2.2, success criterion 1.4.3: text against what is behind it, once the page's style sheets are there."""
    page.wait_for_load_state("load")
    shown = page.evaluate(LUMINANCES, selector)
    assert shown
    for one, other, where in shown:
        assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= least, where


def test_a_screen_of_320_pixels_never_scrolls_sideways(visit: Visit, site: Site) -> None:
    watched = visit(width=320, height=640)
    page = watched.page

    def require_fit(where: str) -> None:
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen == 320, where

    require_fit("/")
    articles = [each for each in site.footnote.index.current().articles.values() if each.audience is Audience.PUBLIC]
    widest = sorted(articles, key=lambda each: -max(map(len, each.body.split())))
    tables = [each for each in widest if "| --- |" in each.body]
    for path in ("/help/", "/docs", *(f"/help/{each.id}" for each in (*tables[:6], *widest[:4]))):
        watched.open(path)
        require_fit(path)


def test_at_night_it_is_dark_and_legible(visit: Visit) -> None:
    watched = visit(color_scheme="dark")
    page = watched.page
    require_contrast(page, EXCHANGE)
    assert page.evaluate(LUMINANCES, "body")[0][1] < 0.05
    for path in ("/help/", "/help/change-email", "/docs"):
        watched.open(path)
        require_contrast(page, "body, h1, h2, p, li, td, th, a, .meta, .tag, .count")
        assert page.evaluate(LUMINANCES, "body")[0][1] < 0.05


def test_by_day_it_is_legible(visit: Visit) -> None:
    watched = visit()
    require_contrast(watched.page, EXCHANGE)
    for path in ("/help/", "/help/trading-fees", "/help/trading-fees-2024", "/docs"):
        watched.open(path)
        require_contrast(watched.page, "body, h1, h2, p, li, td, th, a, .meta, .tag, .count")
