"""A page of the console whose agent has signed in."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page


@contextmanager
def signed_in(browser: Browser, login: str, milliseconds: float) -> Iterator[Page]:
    """A browser of its own, past the one-time login; what is waited for, is waited for so long."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    context.set_default_timeout(milliseconds)
    page = context.new_page()
    page.goto(login)
    page.get_by_role("button", name="Open the console").click()
    page.wait_for_url("**/console/password")
    yield page
    context.close()
