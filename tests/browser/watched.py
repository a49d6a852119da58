"""A page of the site, with an ear for everything that goes wrong in it."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.browser.embedded import BEFORE_ANY_SCRIPT, MILLISECONDS
from tests.site import Site


@dataclass
class Watched:
    """A page and everything that went wrong in it."""

    page: Page
    site: Site
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(MILLISECONDS)
        self.page.add_init_script(BEFORE_ANY_SCRIPT)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", self._follow)

    def open(self, path: str) -> Page:
        self.page.goto(self.site.address + path)
        return self.page

    def require_no_problem(self) -> None:
        assert self.problems == []
        assert self.page.evaluate("violations") == []

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console {message.type}: {message.text}")

    def _dismiss(self, dialog: Any) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _follow(self, request: Any) -> None:
        if not request.url.startswith((self.site.address + "/", "data:", "blob:")):
            self.problems.append(f"request: {request.url}")
