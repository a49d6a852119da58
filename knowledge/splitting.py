"""Articles into passages that fit an encoder, each an exact piece of its article's body."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import groupby

from knowledge.models import HEADINGS_JOINT, Article, Passage, passage_id
from knowledge.sentences import Span, sentence_spans
from knowledge.structure import Block, BlockKind, outline

TokenCounter = Callable[[str], int]
"""Tokens of a text, special ones left out."""

TARGET_TOKENS = 200
"""Tokens of text that a passage is filled to (about 160 English words, which measured best)."""

SMALL_TOKENS = 50
"""What is smaller, at the beginning or the end of a section, joins its neighbour as far as the encoder reads."""

SPECIAL_TOKENS = 2
LEAST_TOKENS = 16
_LONGEST_HEADING = 1000

SPLITTING_IDENTITY = f"sections-1(target={TARGET_TOKENS},small={SMALL_TOKENS})"
"""Passages of one body, counter and limit are equal under one identity: change it with whatever moves a cut."""

_LISTED = (BlockKind.STEP, BlockKind.BULLET, BlockKind.TABLE_HEAD)
_Cutter = Callable[[str], Iterable[Span]]


class _Clings(IntEnum):
    """How a unit holds on to the one after it."""

    NOT = 0
    IF_IT_FITS = 1
    ALWAYS = 2


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece of the body that stays in one passage."""

    start: int
    end: int
    tokens: int
    group: int
    clings: _Clings = _Clings.NOT


@dataclass(frozen=True, slots=True)
class _Context:
    """What the encoder reads in front of a passage's text, and the tokens that leaves for the text."""

    title: str
    heading: str
    room: int


def split(article: Article, count_tokens: TokenCounter, max_tokens: int) -> tuple[Passage, ...]:
    """The passages of an article, in order and apart: `passage.text == article.body[passage.start:passage.end]`.

    `max_tokens` is what the encoder reads, its two special tokens included: no `embedded_text` of a passage is longer.
    Raises ValueError when it is below 16. Every character of every block but white space is in exactly one passage; an
    article without blocks has none. Time is linear in the body. The rules:

    - Blocks below one heading are packed up to `TARGET_TOKENS`; blocks of two sections never share a passage. Heading
      lines are in the passage of the text that follows them, those at the very end in the passage before.
    - A list or a table that fits is kept whole, with the paragraph before it if that ends in a colon; a longer one is
      cut between items or rows.
    - A paragraph that does not fit is cut between sentences. A step, bullet, row, callout or piece of code is one piece
      up to what the encoder reads, however far above the target; only beyond that, where the rest would be lost to the
      encoder, is it cut: at line ends, what is still too long between sentences, then words, then characters.
    - Title and headings take half of the encoder's tokens at most. Where they need more, the title is cut to a quarter,
      and so are the headings, the outermost first. The passage then carries the shortened ones.
    """
    if max_tokens < LEAST_TOKENS:
        raise ValueError(
            f"An encoder that reads {max_tokens} tokens cannot hold a passage; use one of {LEAST_TOKENS} or more."
        )
    return tuple(_Splitter(article, count_tokens, max_tokens - SPECIAL_TOKENS).passages())


class _Splitter:
    """Splits one article; keeps what the rules need together: body, counter and budget (special tokens left out)."""

    def __init__(self, article: Article, count: TokenCounter, budget: int) -> None:
        self._article = article
        self._body = article.body
        self._count = count
        self._budget = budget
        self._title_tokens = count(article.title)
        self._short_title = _shortened(article.title, budget // 4, count)

    def passages(self) -> Iterator[Passage]:
        """The passages in order, equal ones under ids of their own."""
        repeats: Counter[str] = Counter()
        for context, units in self._packs():
            for passage in self._fitting(context, units):
                yield self._passage(context, passage.start, passage.end, repeats[passage.id])
                repeats[passage.id] += 1

    def _packs(self) -> list[tuple[_Context, list[_Unit]]]:
        packs: list[tuple[_Context, list[_Unit]]] = []
        for headings, content in _sections(outline(self._body)):
            context = self._context((content or headings)[0].headings)
            units = self._units([*headings, *content], context.room)
            if not content and packs and _total(packs[-1][1]) + _total(units) <= packs[-1][0].room:
                packs[-1][1].extend(units)
            else:
                packs += [(context, pack) for pack in _packed(units, context.room)]
        return packs

    def _context(self, headings: Sequence[str]) -> _Context:
        parts = [text[:_LONGEST_HEADING] for text in headings]
        title, heading = self._article.title, HEADINGS_JOINT.join(parts)
        tokens = self._title_tokens + self._count(heading)
        if tokens > self._budget // 2:
            quarter = self._budget // 4
            while len(parts) > 1 and self._count(HEADINGS_JOINT.join(parts)) > quarter:
                del parts[0]
            title, heading = self._short_title, _shortened(HEADINGS_JOINT.join(parts), quarter, self._count)
            tokens = self._count(title) + self._count(heading)
        return _Context(title, heading, max(1, self._budget - tokens))

    def _units(self, blocks: Sequence[Block], room: int) -> list[_Unit]:
        """The units of a section; one that clings is joined with the next if both fit."""
        units: list[_Unit] = []
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            cutters = _PROSE if block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING) else _LINES
            pieces = self._cut(block.start, block.end, room, cutters)
            if units and units[-1].clings is _Clings.ALWAYS and 0 < room - units[-1].tokens < pieces[0][2]:
                pieces = self._cut(block.start, block.end, max(room // 2, room - units[-1].tokens), cutters)
            for piece in pieces:
                unit = _Unit(*piece, block.group)
                if units and units[-1].clings and units[-1].tokens + unit.tokens <= room:
                    before = units.pop()
                    unit = replace(unit, start=before.start, tokens=before.tokens + unit.tokens)
                units.append(unit)
            units[-1] = replace(units[-1], clings=_holds(block, following, self._body))
        return units

    def _cut(self, start: int, end: int, limit: int, cutters: Sequence[_Cutter]) -> list[tuple[int, int, int]]:
        """(start, end, tokens) of the pieces of a span, none above the limit unless it is a single character."""
        text = self._body[start:end]
        tokens = self._count(text)
        if tokens <= limit or len(text) == 1:
            return [(start, end, tokens)]
        cutter, *finer = cutters
        return [
            piece
            for left, right in cutter(text)
            for piece in self._cut(start + left, start + right, limit, finer or cutters)
        ]

    def _fitting(self, context: _Context, units: Sequence[_Unit]) -> Iterator[Passage]:
        """Passages that fit as a whole: tokens of units need not add up, nor do they count what is between units."""
        passage = self._passage(context, units[0].start, units[-1].end)
        if self._count(passage.embedded_text) <= self._budget:
            yield passage
        elif len(units) > 1:
            yield from self._fitting(context, units[: len(units) // 2])
            yield from self._fitting(context, units[len(units) // 2 :])
        else:
            pieces = self._cut(passage.start, passage.end, max(1, units[0].tokens // 2), _LINES)
            if len(pieces) == 1:
                yield passage
            else:
                yield from self._fitting(context, [_Unit(*piece, units[0].group) for piece in pieces])

    def _passage(self, context: _Context, start: int, end: int, repeat: int = 0) -> Passage:
        article, text = self._article, self._body[start:end]
        return Passage(
            id=passage_id(article.id, context.title, context.heading, text, repeat),
            article_id=article.id,
            title=context.title,
            heading=context.heading,
            url=article.url,
            text=text,
            start=start,
            end=end,
        )


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[list[Block], list[Block]]]:
    """Headings and the blocks below them; only the last may have no blocks, only the first no headings."""
    headings: list[Block] = []
    content: list[Block] = []
    for block in blocks:
        if block.kind is not BlockKind.HEADING:
            content.append(block)
        elif content:
            yield headings, content
            headings, content = [block], []
        else:
            headings.append(block)
    if headings or content:
        yield headings, content


def _holds(block: Block, following: Block | None, body: str) -> _Clings:
    if block.kind is BlockKind.HEADING:
        return _Clings.ALWAYS
    leads = block.kind is BlockKind.PARAGRAPH and body[block.start : block.end].rstrip(" *_").endswith(":")
    if following and (block.kind is BlockKind.TABLE_HEAD or (leads and following.kind in _LISTED)):
        return _Clings.IF_IT_FITS
    return _Clings.NOT


def _packed(units: Sequence[_Unit], room: int) -> Iterator[list[_Unit]]:
    """Units of a section by passage; those of one group (a list, a table) are kept together where that is possible."""
    chunks: list[list[_Unit]] = []
    for _, same in groupby(units, key=lambda unit: unit.group):
        chunk = list(same)
        chunks += [chunk] if _total(chunk) <= room else [[unit] for unit in chunk]
    filled, rest = 0, _total(units)
    pack: list[_Unit] = []
    for chunk in chunks:
        size = _total(chunk)
        limit = room if min(filled, rest) < SMALL_TOKENS else min(TARGET_TOKENS, room)
        if pack and filled + size > limit:
            yield pack
            pack, filled = [], 0
        pack.extend(chunk)
        filled += size
        rest -= size
    yield pack


def _total(units: Sequence[_Unit]) -> int:
    return sum(unit.tokens for unit in units)


def _shortened(text: str, limit: int, count: TokenCounter) -> str:
    """The longest beginning of a text within a limit of tokens: whole words, or characters of its first word."""
    if count(text) <= limit:
        return text
    words = [found.end() for found in re.finditer(r"\S+", text)]
    for ends in (words, range(words[0] if words else 0)):
        fitting = bisect_right(ends, limit, key=lambda end: count(text[:end]))
        if fitting:
            return text[: ends[fitting - 1]]
    return ""


def _lines(text: str) -> list[Span]:
    return [found.span() for found in re.finditer(r"[^\s](?:[^\r\n]*\S)?", text)]


def _words(text: str) -> list[Span]:
    return [found.span() for found in re.finditer(r"\S+", text)]


def _halves(text: str) -> list[Span]:
    middle = len(text) // 2
    return [(0, middle), (middle, len(text))]


_PROSE: tuple[_Cutter, ...] = (sentence_spans, _words, _halves)
_LINES: tuple[_Cutter, ...] = (_lines, *_PROSE)
