"""What is known of an article's page, worked out once: its blocks, the text a browser shows, its heading anchors."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it.token import Token

from knowledge.rendering import heading_anchors
from knowledge.structure import Block, Lines, inline_text, markdown_parser, outline

PAGES_KEPT = 1024

_COLLAPSED = re.compile(r"[ \t\n\r\f]+")


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block of text as a browser shows it, `\\n` where a line is broken on purpose.

    It comes from `body[start:end]` (whole lines). `source` is its inline Markdown without what marks the lines of
    lists and quotes; None of a heading, a table cell and code, which are never quoted in part.
    """

    text: str
    start: int
    end: int
    source: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in what is shown: a character of a block."""

    block: int
    character: int


@dataclass(frozen=True, slots=True)
class Page:
    """An article's body as blocks, as shown text on one line, as the blocks of that text, and as anchors with the
    offsets of their headings."""

    body: str
    blocks: tuple[Block, ...]
    text: str
    shown: tuple[ShownBlock, ...]
    anchors: tuple[tuple[int, str], ...]
    references: Mapping[str, Any]
    """What the parser knows of the targets of reference links."""

    def headings_above(self, offset: int) -> tuple[str, ...]:
        """The path of headings above an offset of the body."""
        return next((block.headings for block in reversed(self.blocks) if block.start <= offset), ())

    def anchor_above(self, offset: int) -> str | None:
        """The anchor of the nearest heading above an offset of the body."""
        return next((anchor for start, anchor in reversed(self.anchors) if start <= offset), None)

    def spots(self, start: int, end: int) -> tuple[Spot, Spot] | None:
        """The first shown character of `body[start:end]` and the place after its last; None when nothing of it is
        shown, or Markdown means something else by it than it does in its block."""
        touched = [at for at, block in enumerate(self.shown) if block.start < end and block.end > start]
        quoted = [(at, part) for at in touched if (part := self._quoted(self.shown[at], start, end)) != (0, 0)]
        if not quoted or any(part is None for _, part in quoted):
            return None
        (first, begin), (last, stop) = quoted[0], quoted[-1]
        return (Spot(first, begin[0]), Spot(last, stop[1])) if begin and stop else None

    def _quoted(self, block: ShownBlock, start: int, end: int) -> tuple[int, int] | None:
        """The part of a block's text that stands in `body[start:end]`; empty when its characters there are marks only,
        None when it is not found."""
        if block.source is None or (start <= block.start and end >= block.end):
            return 0, len(block.text)
        left = _source_offset(self.body, block, start)
        right = _source_offset(self.body, block, end)
        if left == 0 and right == len(block.source):
            return 0, len(block.text)
        breaks_off = block.source[left:right].endswith("\\") and block.source[right : right + 1] == "\n"
        quote = self._inline(block.source[left : right - breaks_off])
        if not quote:
            return 0, 0
        expected = len(self._inline(block.source[:left]))
        found = (match.start() for match in re.finditer(f"(?={re.escape(quote)})", block.text))
        nearest = min(found, key=lambda place: abs(place - expected), default=None)
        return None if nearest is None else (nearest, nearest + len(quote))

    def _inline(self, source: str) -> str:
        return _shown(inline_text(markdown_parser().parseInline(source, dict(self.references))[0].children))


@lru_cache(maxsize=PAGES_KEPT)
def page_of(body: str) -> Page:
    """The page of an article's body."""
    references: dict[str, Any] = {}
    shown = tuple(_shown_blocks(markdown_parser().parse(body, references), Lines(body)))
    text = one_line(" ".join(block.text for block in shown))
    return Page(body, outline(body), text, shown, heading_anchors(body), references)


def one_line(text: str) -> str:
    """`text` with every run of white space as one space, as a browser's text search sees it."""
    return " ".join(text.split())


def _shown_blocks(tokens: list[Token], lines: Lines) -> Iterator[ShownBlock]:
    parent = ""
    for token in tokens:
        if token.type in ("inline", "fence", "code_block") and token.map:
            is_code = token.type != "inline"
            text = token.content.rstrip() if is_code else _shown(inline_text(token.children))
            span = lines.span(*token.map)
            if text.strip() and span:
                source = token.content if parent == "paragraph_open" and not is_code else None
                yield ShownBlock(text, *span, source)
        parent = token.type


def _shown(text: str) -> str:
    """White space as a browser collapses it: a no-break space stays, and so does the end of a line broken on
    purpose."""
    lines = (_COLLAPSED.sub(" ", line).strip(" ") for line in text.split("\n"))
    return "\n".join(lines).strip("\n")


def _source_offset(body: str, block: ShownBlock, offset: int) -> int:
    """The place in the block's inline source that stands for an offset of the body: its lines stand there in order,
    each behind its marks."""
    at, place = 0, block.start
    for line in (block.source or "").split("\n"):
        found = body.find(line, place, block.end)
        if found < 0 or offset <= found:
            return at
        if offset <= found + len(line):
            return at + offset - found
        at, place = at + len(line) + 1, found + len(line)
    return len(block.source or "")
