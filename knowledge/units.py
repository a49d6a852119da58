"""The units of a body, what is searched and quoted by itself: a sentence of prose, or a whole step, bullet, table row,
callout or piece of code."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.rendering import plain_text
from knowledge.sentences import sentence_spans
from knowledge.structure import Block, BlockKind

UNITS_IDENTITY = "units-1"
"""The texts of a passage are equal under one identity: change it with whatever changes them."""

_MARKER = re.compile(r"\s*(?:\d{1,9}[.)]|[-*+]|>)\s+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A span of a body, its list marker left out, and the block that it is part of.

    One that `announces` is a sentence that ends in a colon: it says nothing without what comes next.
    """

    start: int
    end: int
    block: Block
    announces: bool = False


def units_of(block: Block, body: str) -> tuple[Unit, ...]:
    """The units of a block of `body`: none of headings and table heads."""
    if block.kind in (BlockKind.HEADING, BlockKind.TABLE_HEAD):
        return ()
    text = body[block.start : block.end]
    if block.kind is BlockKind.PARAGRAPH:
        return tuple(
            Unit(block.start + start, block.start + end, block, text[start:end].endswith(":"))
            for start, end in sentence_spans(text)
        )
    marker = _MARKER.match(text)
    return (Unit(block.start + (marker.end() if marker else 0), block.end, block),)


def unit_text(unit: Unit, body: str, blocks: Sequence[Block]) -> str:
    """What a unit says by itself, as a browser shows it: a table row comes with the head that says what its cells
    are. `blocks` are those of the body."""
    quote = body[unit.start : unit.end]
    return plain_text(f"{table_head(unit.block, body, blocks)}\n{quote}" if _is_row(unit) else quote)


def table_head(row: Block, body: str, blocks: Sequence[Block]) -> str:
    """The header and delimiter lines of the table a row belongs to; empty when it has none."""
    place = bisect_left(blocks, row.group, key=lambda block: block.group)
    head = blocks[place] if place < len(blocks) else row
    is_head = head.kind is BlockKind.TABLE_HEAD and head.group == row.group
    return body[head.start : head.end] if is_head else ""


def texts_between(start: int, end: int, body: str, blocks: Sequence[Block], units: Sequence[Unit]) -> tuple[str, ...]:
    """The texts of the units in `body[start:end]`, in order; of a unit that goes beyond, the part inside.

    `blocks` and `units` are all those of the body, made once for all its passages.
    """
    first = bisect_right(units, start, key=lambda unit: unit.end)
    after = bisect_left(units, end, key=lambda unit: unit.start)
    found = []
    for unit in units[first:after]:
        if start <= unit.start and unit.end <= end:
            found.append(unit_text(unit, body, blocks))
        else:
            found.append(plain_text(body[max(start, unit.start) : min(end, unit.end)]))
    return tuple(text for text in found if text.strip())


def within_limit(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """`text` in pieces that fit, cut at the white space nearest to the middle, else in the middle."""
    if fits(text) or len(text) < 2:
        yield text
        return
    middle = len(text) // 2
    spaces = [found.start() for found in re.finditer(r"\s", text)]
    cut = min(spaces, key=lambda place: abs(place - middle), default=middle)
    cut = cut if 0 < cut < len(text) - 1 else middle
    for piece in (text[:cut].strip(), text[cut:].strip()):
        if piece:
            yield from within_limit(piece, fits)


def _is_row(unit: Unit) -> bool:
    return unit.block.kind is BlockKind.TABLE_ROW
