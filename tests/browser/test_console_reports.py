"""Reports and knowledge in a real browser: read by everybody, the index read again and rolled back, all by keyboard."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.indexing.active import ActiveGeneration
from bot.indexing.progress import SilentProgress
from bot.signing_in import login_url, new_agent
from bot.updating import update_index
from bot.web.app import create_app
from tests.bot.web.stage import ScriptedAssistant, open_stage, served
from tests.browser.accessibility import require_accessible
from tests.browser.screenshots import keep
from tests.seeded_store import seeded_turns, store

pytestmark = pytest.mark.browser

ARTICLES = 12
SOON = 20_000


@pytest.fixture(scope="module")
def help_center(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("center") / "help"
    folder.mkdir()
    for number in range(ARTICLES):
        text = f"---\ntitle: Subject {number}\n---\nHow it works.\n\n## More\n\nAnd more of {number}."
        (folder / f"subject-{number}.md").write_text(text, encoding="utf-8")
    (folder / "broken.md").write_text("---\naudience: everybody\n---\nText.", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def console(help_center: Path) -> Iterator[tuple[str, str]]:
    """Where the console of a store with 600 answered questions runs, and a login to it."""
    stage = open_stage(help_center.parent, ScriptedAssistant())
    index = ActiveGeneration(stage.database, stage.settings.index_folder, stage.encoder.identity, 0.0)
    stage = replace(stage, index=index)
    update_index(stage, [str(help_center)], SilentProgress())
    now = datetime.now(UTC)
    store(stage.database, seeded_turns(600, now, [f"subject-{number}" for number in range(ARTICLES)]))
    new_agent(stage.database, "ada", "Ada L.", now)
    with served(create_app(stage.settings, stage)) as (address, _):
        yield address, login_url(stage.database, address, "ada", now)
    stage.database.close()


@pytest.fixture(scope="module")
def page(browser: Browser, console: tuple[str, str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    context.set_default_timeout(SOON)
    page = context.new_page()
    page.goto(console[1])
    page.get_by_role("button", name="Open the console").click()
    page.wait_for_url("**/console/password")
    yield page
    context.close()


@pytest.fixture
def problems(page: Page) -> Iterator[list[str]]:
    """What the browser complains of meanwhile: nothing, at the end."""
    found: list[str] = []

    def hear(message: Any) -> None:
        if message.type in ("error", "warning"):
            found.append(message.text)

    page.on("console", hear)
    yield found
    page.remove_listener("console", hear)
    assert found == []


def fits(page: Page) -> None:
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= seen, page.url


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 320)])
def test_pages_can_be_read(page: Page, console: tuple[str, str], problems: list[str], scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/reports", "/reports?from=2020-01-01&to=2020-01-02", "/knowledge", "/knowledge/subject-3"):
        page.goto(f"{console[0]}/console{path}")
        for summary in page.locator("summary").all():
            summary.click()
        require_accessible(page, f"{path} {scheme} {width}")
        fits(page)
        keep(page, f"console-{scheme}", "-".join([*re.findall(r"\w+", path), str(width)]))
    page.goto(f"{console[0]}/console/knowledge/subject-3")
    assert page.locator(".passages > li").count() >= 1
    assert problems == []
    page.set_viewport_size({"width": 1100, "height": 900})


def test_a_report_is_narrowed_by_keyboard_and_charts_have_words(
    page: Page, console: tuple[str, str], problems: list[str]
) -> None:
    page.goto(f"{console[0]}/console/reports")
    page.get_by_label("Platform", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("platform=web"))
    rows = page.locator("section[aria-labelledby=by-platform] tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Web")
    expect(page.get_by_role("img", name=re.compile("Answered questions by day: .* in all"))).to_be_visible()
    page.get_by_text("The days as a table").click()
    shown = page.locator("section[aria-labelledby=day] tbody [data-figure$='/answered']").all_inner_texts()
    total = page.locator("[data-figure='total/all/answered']").inner_text()
    assert sum(int(text) for text in shown) == int(total)
    assert problems == []


def test_the_sources_are_read_again_and_the_index_rolled_back(
    page: Page, console: tuple[str, str], help_center: Path, problems: list[str]
) -> None:
    page.goto(f"{console[0]}/console/knowledge")
    expect(page.get_by_text("1 could not become an article")).to_be_visible()
    (help_center / "new.md").write_text("---\ntitle: Brand new\n---\nIt is new.", encoding="utf-8")
    page.get_by_role("button", name="Read them now").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-words]")).to_contain_text("1 added, 0 changed", timeout=SOON)
    expect(page.get_by_role("button", name="Read them now")).to_be_visible()
    page.reload()
    page.get_by_label("Words").fill("brand new")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Brand new")).to_be_visible()
    held = page.get_by_role("link", name="Brand new").get_attribute("href")
    page.get_by_role("button", name="Let generation 1 serve").click()
    page.wait_for_url(re.compile("#generations"))
    expect(page.get_by_role("row", name=re.compile("^1 serves"))).to_be_visible()
    assert problems == []
    page.goto(f"{console[0]}{held}")
    expect(page.get_by_text("is not in the index that serves now.")).to_be_visible()
    require_accessible(page, "an article that is not there")
    assert all("404" in problem for problem in problems)
    problems.clear()
