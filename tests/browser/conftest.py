"""A real Chromium over a real server with the sample help center. No page may have an error or reach another host."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.web.app import create_app
from embeddings.encoders import Encoder
from tests.bot.web.stage import SITE, ScriptedAssistant, open_stage, served
from tests.browser.embedded import EXAMPLE, Visitor, documented, page_with
from tests.browser.hosting import Host, hosting
from tests.browser.panel import Stage, staged
from tests.browser.watched import Watched
from tests.site import Site, serving
from tests.system_programs import required

EMAIL = "How do I change the email on my account?"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


Visit = Callable[..., Watched]
Embed = Callable[..., Visitor]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for one file of tests. Playwright's event loop counts as running as long as it is open, and tests of
    other files begin loops of their own."""
    chromium = required("chromium", "drive the pages")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def site(sample_center: Path, real_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample help center, served."""
    copy = shutil.copytree(sample_center, tmp_path_factory.mktemp("browsed") / "data")
    with serving(copy, real_encoder) as site:
        yield site


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Opens fresh pages, each a browser of its own; at the end of the test none may have had a problem."""
    with ExitStack() as stack:
        opened: list[Watched] = []

        def fresh(path: str = "/", width: int = 1100, height: int = 800, **options: Any) -> Watched:
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            stack.callback(context.close)
            watched = Watched(context.new_page(), site)
            opened.append(watched)
            watched.open(path)
            return watched

        yield fresh
        for each in opened:
            each.require_no_problem()


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture(scope="session")
def widget_address(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose only site is the host's."""
    stage = open_stage(tmp_path_factory.mktemp("widget"), ScriptedAssistant())
    settings = stage.settings.model_copy(update={"site_origins": host.origin})
    with served(create_app(settings, stage)) as (address, _):
        yield address
    stage.database.close()


@pytest.fixture
def embed(browser: Browser, host: Host, widget_address: str) -> Iterator[Embed]:
    """Opens the host's page in a fresh browser; at the end of the test nothing may have gone wrong."""
    policy = documented("http").partition(": ")[2].strip().replace(EXAMPLE, widget_address)
    strict = {"Content-Security-Policy": policy + "; require-trusted-types-for 'script'"}
    isolated = {"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Opener-Policy": "same-origin"}
    host.headers = {**strict, **isolated}
    snippet = documented("html").replace(EXAMPLE, widget_address).replace("YOUR_SITE_KEY", SITE)
    host.pages = {"/": page_with(snippet), "/stub.js": documented("js")}
    with ExitStack() as stack:
        opened: list[Visitor] = []

        def fresh(path: str | None = "/", width: int = 1100, height: int = 800, **options: Any) -> Visitor:
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            stack.callback(context.close)
            visitor = Visitor(context.new_page(), host, widget_address)
            opened.append(visitor)
            if path is not None:
                visitor.open(path)
            return visitor

        yield fresh
        for each in opened:
            assert each.problems == []
            assert each.page.evaluate("violations") == []


@pytest.fixture
def stage(browser: Browser, tmp_path: Path) -> Iterator[Stage]:
    """The application behind the panel, its assistant scripted."""
    with staged(browser, tmp_path) as made:
        yield made
