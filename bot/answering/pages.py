"""What is known of an article's page, worked out once: its blocks, the text a browser shows, its heading anchors."""

from dataclasses import dataclass
from functools import lru_cache

from knowledge.rendering import heading_anchors, plain_text
from knowledge.structure import Block, outline

PAGES_KEPT = 1024


@dataclass(frozen=True, slots=True)
class Page:
    """An article's body as blocks, as shown text on one line, and as anchors with the offsets of their headings."""

    blocks: tuple[Block, ...]
    text: str
    anchors: tuple[tuple[int, str], ...]

    def headings_above(self, offset: int) -> tuple[str, ...]:
        """The path of headings above an offset of the body."""
        return next((block.headings for block in reversed(self.blocks) if block.start <= offset), ())

    def anchor_above(self, offset: int) -> str | None:
        """The anchor of the nearest heading above an offset of the body."""
        return next((anchor for start, anchor in reversed(self.anchors) if start <= offset), None)


@lru_cache(maxsize=PAGES_KEPT)
def page_of(body: str) -> Page:
    """The page of an article's body."""
    return Page(outline(body), one_line(plain_text(body)), heading_anchors(body))


def one_line(text: str) -> str:
    """`text` with every run of white space as one space, as a browser's text search sees it."""
    return " ".join(text.split())
