"""Fifty citation links in a real Chromium: each scrolls to the sentence that it quotes and highlights it, only it."""

import io
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from bot.answering.citations import article_link
from bot.answering.pages import page_of
from knowledge.models import Article, Audience
from knowledge.structure import BlockKind
from knowledge.units import Unit, units_of
from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.encoder]

LINKS = 50
MARK = (0xFF, 0xF0, 0xB8)
"""The colour that site.css gives to `::target-text` by day."""
LEADING = 2
HEIGHT = 700
PATIENCE_SECONDS = 10

LINES_OF = """([first, start, last, end]) => {
  const leaves = [...document.querySelectorAll(".prose :is(h1, h2, h3, h4, h5, h6, p, li, th, td, pre)")];
  const owns = (node) => [...node.childNodes].some((each) => (each.nodeType === 3 || !each.matches(
    "ul, ol, p, blockquote, pre, table, h1, h2, h3, h4, h5, h6, hr")) && each.textContent.trim());
  const blocks = leaves.filter(owns);
  const characters = (block) => {
    const found = [];
    const walk = (node) => {
      for (const each of node.childNodes) {
        if (each.nodeType !== 3) {
          if (each.nodeName === "BR") found.push(null);
          else if (each.nodeName === "CODE" || !blocks.includes(each)) walk(each);
          continue;
        }
        [...each.data].reduce((at, character) => {
          const space = " \\t\\n\\r\\f".includes(character) && block.nodeName !== "PRE";
          const before = found.at(-1);
          if (!space || (before && !before.space)) found.push({ node: each, at, size: character.length, space });
          return at + character.length;
        }, 0);
      }
    };
    walk(block);
    return found;
  };
  const place = (number, character) => characters(blocks[number])[character];
  const range = document.createRange();
  const begin = place(first, start), final = place(last, end - 1);
  range.setStart(begin.node, begin.at);
  range.setEnd(final.node, final.at + final.size);
  const lines = [];
  const nodes = document.createNodeIterator(range.commonAncestorContainer, NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    if (!range.intersectsNode(node) || !node.data.trim()) continue;
    const part = document.createRange();
    part.setStart(node, node === begin.node ? begin.at : 0);
    part.setEnd(node, node === final.node ? final.at + final.size : node.data.length);
    for (const box of part.getClientRects()) if (box.width > 3) lines.push([box.left, box.top, box.right, box.bottom]);
  }
  return { text: range.toString(), lines };
}"""
SETTLED = """() => new Promise((settled) => {
  let before = -1, same = 0;
  const look = () => {
    same = scrollY === before ? same + 1 : 0;
    before = scrollY;
    if (same > 4) settled(scrollY); else requestAnimationFrame(look);
  };
  look();
})"""


def sampled(articles: Sequence[Article]) -> list[tuple[Article, Unit]]:
    """Fifty units over all articles, the kinds of blocks in turn, repeated sentences first."""
    by_kind: dict[str, list[tuple[Article, Unit]]] = {}
    for article in sorted(articles, key=lambda each: each.id):
        page = page_of(article.body)
        for unit in (unit for block in page.blocks for unit in units_of(block, article.body)):
            again = article.body.count(article.body[unit.start : unit.end]) > 1
            by_kind.setdefault("repeated" if again else unit.block.kind.value, []).append((article, unit))
    assert {"repeated", BlockKind.TABLE_ROW, BlockKind.STEP, BlockKind.CALLOUT, BlockKind.PARAGRAPH} <= by_kind.keys()
    share = -(-LINKS // len(by_kind))
    found = [unit for units in by_kind.values() for unit in units[:: max(1, len(units) // share)][:share]]
    return found[:LINKS] if len(found) >= LINKS else found + by_kind["paragraph"][-(LINKS - len(found)) :]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1000, "height": HEIGHT}, reduced_motion="reduce")
    yield context
    context.close()


def marked(picture: bytes) -> NDArray[np.bool_]:
    """Which pixels have the colour of the highlight, (height, width)."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))
    return (np.abs(pixels.astype(int) - MARK) <= 2).all(axis=2)


def require_highlight(shown: Any, picture: bytes, url: str) -> None:
    """Every line of the quote in sight is highlighted, and nothing else is."""
    highlighted = marked(picture)
    height, width = highlighted.shape
    inside = np.zeros_like(highlighted)
    for left, top, right, bottom in shown["lines"]:
        rows = slice(max(0, int(top) - LEADING), max(0, int(bottom) + LEADING))
        inside[rows, max(0, int(left) - LEADING) : int(right) + LEADING + 1] = True
        if top >= 0 and bottom <= height and right <= width:
            share = highlighted[int(top) + 1 : int(bottom), int(left) + 1 : int(right)].mean()
            assert share > 0.3, f"{share:.0%} of a line at {top:.0f} is highlighted: {url}"
    assert highlighted.any(), url
    assert not (highlighted & ~inside).any(), f"More than the quote is highlighted: {url}"


def opened(page: Page, article: Article, unit: Unit) -> tuple[Any, bytes]:
    """Where the quote's lines are and the picture of the screen, once the browser has followed the fragment."""
    spots = page_of(article.body).spots(unit.start, unit.end)
    assert spots is not None
    first, after = spots
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        page.evaluate(SETTLED)
        shown = page.evaluate(LINES_OF, [first.block, first.character, after.block, after.character])
        picture = page.screenshot()
        in_sight = 0 <= shown["lines"][0][1] <= HEIGHT - 40
        if (in_sight and marked(picture).any()) or time.monotonic() > deadline:
            return shown, picture


def test_links_scroll_to_the_sentence_and_highlight_it(context: BrowserContext, site: Site) -> None:
    public = [each for each in site.footnote.index.current().articles.values() if each.audience is Audience.PUBLIC]
    units = sampled(public)
    assert len(units) == LINKS
    assert len({article.id for article, _ in units}) >= 25
    scrolled = 0
    for article, unit in units:
        url = article_link(article, unit.start, unit.end, site.address)
        assert "#:~:text=" in url
        page = context.new_page()  # a text fragment is followed once, where the page is opened
        page.goto(url)
        shown, picture = opened(page, article, unit)
        top = shown["lines"][0][1]
        assert 0 <= top <= HEIGHT - 40, f"The quote begins {top:.0f} pixels from the top: {url}"
        require_highlight(shown, picture, url)
        scrolled += page.evaluate("scrollY > 0")
        page.close()
    assert scrolled > LINKS // 4


@pytest.mark.parametrize("fragment", ["", "#:~:text=There%20is%20no%20such%20sentence%20here."])
def test_without_a_fragment_that_fits_nothing_is_highlighted(
    context: BrowserContext, site: Site, fragment: str
) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/help/change-email{fragment}")
    page.wait_for_timeout(500)
    assert page.evaluate(SETTLED) == 0
    assert not marked(page.screenshot()).any()
