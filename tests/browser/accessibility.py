"""axe-core's rules for WCAG 2.2 AA, in a page that is open or in a frame of one."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Literal

from playwright.sync_api import Frame, Page

from tests.system_programs import missing

PACKAGE = "axe_playwright_python"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """async (tags) => (await axe.run(document, {runOnly: {type: "tag", values: tags}, iframes: false,
  resultTypes: ["violations"]})).violations
  .map(each => [each.id, each.help, ...each.nodes.map(node => node.html.slice(0, 160))])"""


@cache
def axe_source() -> str:
    """The script of axe-core, out of the package that brings it along."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        missing(f"The package {PACKAGE} is not installed, and it is needed to look for what shuts people out.")
    return Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def require_accessible(page: Page | Frame, state: str) -> None:
    """No rule is broken in this state of the page, once its style sheets are there."""
    page.wait_for_load_state("load")
    # By the debugger, which no policy of the page's holds back.
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(axe_source() + "\n;0")
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
    found = page.evaluate(RUN, list(TAGS))
    assert found == [], f"{state}: {found}"


def require_readable(page: Page, state: str) -> None:
    """In light and wide, and in dark and narrow, nothing shuts anybody out and nothing is wider than the page."""
    schemes: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1100), ("dark", 320))
    for scheme, width in schemes:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        require_accessible(page, f"{state} {scheme}")
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen, f"{state} {scheme}"
    page.set_viewport_size({"width": 1100, "height": 900})
    page.emulate_media(color_scheme="light")
