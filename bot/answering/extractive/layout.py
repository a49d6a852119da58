"""An answer's text: CommonMark with tables, every quote followed by its footnote number. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.pages import page_of
from knowledge.models import Article
from knowledge.structure import Block, BlockKind
from knowledge.units import Unit, table_head

_PARAGRAPH_END = re.compile(r"\n(?=[ \t>]*(?:\n|\Z|[-*+][ \t]|\d{1,9}[.)][ \t]|`{3}|~{3}|\||#{1,6}[ \t]))")
"""The line end after which a block is nested in an item or callout, or a blank line stands."""
_MARKS, _ESCAPED = re.compile(r"([\\`*_{}\[\]<>#|~&])"), r"\\\1"


@dataclass(frozen=True, slots=True)
class Part:
    """Units of one article that are shown together. `lead` is a line above them and `rest` one below, both CommonMark,
    neither a sentence of the article: they carry no footnote."""

    article: Article
    units: tuple[Unit, ...]
    lead: str = ""
    rest: str = ""


def lay_out(parts: Sequence[Part], numbers: Sequence[int]) -> str:
    """The parts under each other; `numbers` has the footnote number of each part's article."""
    shown = []
    for part, number in zip(parts, numbers, strict=True):
        shown += [part.lead, lay_out_units(part.article, part.units, number), part.rest]
    return "\n\n".join(filter(None, shown))


def lay_out_units(article: Article, units: Sequence[Unit], footnote: int) -> str:
    """The units in the order given, blocks as they stand in the article."""
    text: list[str] = []
    previous: Unit | None = None
    number = 0
    for unit in units:
        block, quote = unit.block, article.body[unit.start : unit.end]
        joined = previous is not None and previous.block.group == block.group and previous.start < unit.start
        match block.kind:
            case BlockKind.STEP:
                number = number + 1 if joined and number else (block.number or 1)
                marker = f"{number}. "
                nested = _indented(quote, len(marker) - (unit.start - block.start))
                text.append(("\n" if joined else "\n\n") + marker + footnoted(nested, footnote))
            case BlockKind.BULLET:
                text.append(("\n" if joined else "\n\n") + "- " + footnoted(quote, footnote))
            case BlockKind.TABLE_ROW:
                head = "" if joined else "\n\n" + _head(block, article) + "\n"
                text.append((head or "\n") + footnoted_row(quote, footnote))
            case BlockKind.CALLOUT:
                text.append("\n\n> " + footnoted(quote, footnote))
            case BlockKind.CODE:
                text.append(f"\n\n{quote}\n\n[{footnote}]")
            case _:
                text.append((" " if joined else "\n\n") + footnoted(quote, footnote))
        previous = unit
    return "".join(text).strip()


def footnoted(quote: str, number: int) -> str:
    """The quote with its number at the end of its first paragraph, so that nested lists stay lists."""
    found = _PARAGRAPH_END.search(quote)
    end = found.start() if found else len(quote)
    return f"{quote[:end]} [{number}]{quote[end:]}"


def footnoted_row(row: str, number: int) -> str:
    """A table row with its number in the last cell."""
    return f"{row.rstrip().removesuffix('|').rstrip()} [{number}] |"


def lead(heading: str) -> str:
    """A heading (plain text) as a line that leads to what stands below it in the article."""
    return f"**{_MARKS.sub(_ESCAPED, heading)}{'' if heading.endswith(('?', '!', ':', '.')) else ':'}**"


def _head(row: Block, article: Article) -> str:
    return table_head(row, article.body, page_of(article.body).blocks)


def _indented(quote: str, by: int) -> str:
    """The quote with what is nested in it moved right, where its new marker is wider than the one in the article."""
    return re.sub(r"\n(?=[^\n])", "\n" + " " * by, quote) if by > 0 else quote
