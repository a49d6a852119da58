"""Pictures of what people see, for people to look at; CI keeps the folder."""

from pathlib import Path

from playwright.sync_api import Page

FOLDER = Path(__file__).parents[2] / "runs" / "screenshots"
"""Not tracked; every run writes its pictures over those of the run before."""


def keep(page: Page, shape: str, state: str) -> None:
    """Writes `<shape>/<state>.png`: what is seen of the page now, one pixel for each of CSS."""
    page.screenshot(path=FOLDER / shape / f"{state}.png", scale="css", animations="disabled")
