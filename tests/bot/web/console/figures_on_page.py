"""The figures that a page shows, as a machine reads them: each by its name, with its value and its words."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class FiguresOnPage(HTMLParser):
    """Collects what stands in `<data data-figure>`."""

    values: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    _open: str | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "data" and (name := given.get("data-figure")):
            assert name not in self.values, f"{name} stands twice on the page"
            self._open, self.values[name] = name, given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "data":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.words[self._open] = data


def figures_on(page: str) -> FiguresOnPage:
    """The figures of a page."""
    found = FiguresOnPage()
    found.feed(page)
    return found
