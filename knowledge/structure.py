"""The blocks of a Markdown body, with exact offsets.

CommonMark with GitHub's pipe tables, parsed by markdown-it-py, whose tokens carry line ranges; those become character
offsets.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_LINE_END = re.compile(r"\r\n?|\n")


class BlockKind(StrEnum):
    """What a block is. A step is an item of an ordered list, a bullet of a bulleted one, a callout a block quote."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    STEP = "step"
    BULLET = "bullet"
    TABLE_HEAD = "table_head"
    TABLE_ROW = "table_row"
    CALLOUT = "callout"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A leaf of a body's structure: `body[start:end]` is its Markdown from the beginning of its first line (list marker
    included) to the end of its last (the line end left out).

    `headings` are the headings above it as plain text, outermost first, its own text left out; empty ones do not count.
    `level` is 1–6 for a heading and 0 otherwise. Items of one list, and head and rows of one table, share a `group`;
    every other block has a group of its own. `number` is a step's number as written.
    """

    kind: BlockKind
    start: int
    end: int
    headings: tuple[str, ...]
    group: int
    level: int = 0
    number: int | None = None


_LEAVES = {
    "heading_open": BlockKind.HEADING,
    "paragraph_open": BlockKind.PARAGRAPH,
    "blockquote_open": BlockKind.CALLOUT,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
}
_ITEMS = {"ordered_list_open": BlockKind.STEP, "bullet_list_open": BlockKind.BULLET}


def outline(body: str) -> tuple[Block, ...]:
    """The blocks of `body` in order, never overlapping. Takes any string.

    A list item at the top level is one block with everything nested in it; the `|---|` line belongs to the head of its
    table. Blank lines, thematic breaks and reference definitions belong to no block.
    """
    lines = Lines(body)
    above: list[tuple[int, str]] = []
    blocks = []
    for group, run in enumerate(_top_level(body)):
        level = int(run[0].tag[1:]) if run[0].type == "heading_open" else 0
        if level:
            above = [(rank, text) for rank, text in above if rank < level]
        headings = tuple(text for _, text in above if text)
        for kind, first, end, number in _ranges(run):
            span = lines.span(first, end)
            if span is not None:
                start, stop = span
                blocks.append(
                    Block(kind=kind, start=start, end=stop, headings=headings, group=group, level=level, number=number)
                )
        if level:
            above.append((level, heading_text(run)))
    return tuple(blocks)


def inline_text(children: Sequence[Token] | None) -> str:
    """What a browser shows for an inline token's children: a picture as its description, a hard break as a line end."""
    shown = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(
        shown.get(token.type, inline_text(token.children) if token.type == "image" else token.content)
        for token in children or ()
    )


def heading_text(tokens: Sequence[Token]) -> str:
    """The plain text of a heading on one line; `tokens` begin with its `heading_open`."""
    return " ".join(inline_text(tokens[1].children).split())


@cache
def markdown_parser() -> MarkdownIt:
    """The one dialect of Footnote: CommonMark and pipe tables, without HTML."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def _block_parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["inline", "text_join"])


class Lines:
    """Line numbers to character offsets, with lines counted as markdown-it counts them."""

    def __init__(self, body: str) -> None:
        ends = list(_LINE_END.finditer(body))
        self._body = body
        self._starts = [0, *(end.end() for end in ends)]
        self._ends = [*(end.start() for end in ends), len(body)]

    def start(self, line: int) -> int:
        """Offset of the first character of a line."""
        return self._starts[line]

    def span(self, first: int, end: int) -> tuple[int, int] | None:
        """Offsets of the lines from `first` up to `end`, without blank ones at either side; None when all are blank."""
        while first < end and not self._body[self._starts[first] : self._ends[first]].strip():
            first += 1
        while first < end and not self._body[self._starts[end - 1] : self._ends[end - 1]].strip():
            end -= 1
        return (self._starts[first], self._ends[end - 1]) if first < end else None


def _top_level(body: str) -> Iterator[list[Token]]:
    """Runs of tokens, each a whole block of the top level; only those of headings have their inline tokens."""
    env: dict[str, object] = {}
    run: list[Token] = []
    for token in _block_parser().parse(body, env):
        run.append(token)
        if token.level == 0 and token.nesting <= 0:
            if run[0].type == "heading_open":
                run[1].children = markdown_parser().parseInline(run[1].content, env)[0].children
            yield run
            run = []


def _ranges(run: list[Token]) -> Iterator[tuple[BlockKind, int, int, int | None]]:
    """Kind, first line, line after the last, and number of each block in a run of the top level."""
    opening = run[0].type
    if opening in _LEAVES:
        yield _LEAVES[opening], *_map(run[0]), None
    elif opening in _ITEMS:
        for token in run:
            if token.type == "list_item_open" and token.level == 1:
                yield _ITEMS[opening], *_map(token), int(token.info) if token.info else None
    elif opening == "table_open":
        first, _ = _map(run[0])
        yield BlockKind.TABLE_HEAD, first, first + 2, None
        for token in run:
            if token.type == "tr_open" and _map(token)[0] > first:
                yield BlockKind.TABLE_ROW, *_map(token), None


def _map(token: Token) -> tuple[int, int]:
    if token.map is None:
        raise ValueError(f"The Markdown parser gave no lines for a token {token.type!r}; use another version of it.")
    return token.map[0], token.map[1]
