"""The text of an article, in which the places that a reply cites can be lit up. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.answering.pages import Page, page_of
from bot.web.console.marked_answer import Place
from knowledge.models import Article
from knowledge.structure import BlockKind

CELLS_APART = " | "
_ROWS = (BlockKind.TABLE_HEAD.value, BlockKind.TABLE_ROW.value)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of a block; `places` are the keys of those that it belongs to, `begins` of those that begin with it."""

    text: str
    places: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LitBlock:
    """A block as a browser shows it. `kind` is a BlockKind; `in_passage` whether the winning passage holds it."""

    kind: str
    pieces: tuple[Piece, ...]
    in_passage: bool


@dataclass(frozen=True, slots=True)
class LitArticle:
    """An article of a reply. Without blocks it is not what it was, and `problem` says so; `quotes` are then shown."""

    id: str
    title: str
    blocks: tuple[LitBlock, ...]
    quotes: tuple[Place, ...] = ()
    problem: str = ""


Span = tuple[int, int]
"""Offsets into an article's body."""


def lit_article(article: Article, places: Iterable[Place], passages: Sequence[Span]) -> LitArticle:
    """The article with its places; a place that cannot be told within its blocks lights them up whole."""
    page = page_of(article.body)
    lit = _lit(page, [place for place in places if place.article_id == article.id])
    begun: set[int] = set()
    blocks: list[LitBlock] = []
    row = None
    for number, block in enumerate(page.shown):
        pieces = tuple(_pieces(block.text, lit.get(number, ()), begun))
        kind = _kind(page, block.start)
        if row == (block.start, block.end) and kind in _ROWS:
            blocks[-1] = replace(blocks[-1], pieces=(*blocks[-1].pieces, Piece(CELLS_APART), *pieces))
            continue
        inside = any(start < block.end and block.start < end for start, end in passages)
        blocks.append(LitBlock(kind, pieces, inside))
        row = (block.start, block.end)
    return LitArticle(article.id, article.title, tuple(blocks))


def quoted_only(article_id: str, title: str, places: Iterable[Place], problem: str) -> LitArticle:
    """In place of an article that is gone or has changed: what was quoted, as it was."""
    own = tuple(place for place in places if place.article_id == article_id)
    return LitArticle(article_id, title, (), own, problem)


def _lit(page: Page, places: Sequence[Place]) -> dict[int, list[tuple[int, int, int]]]:
    """By block: from which to which character which place is."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for place in places:
        spots = page.spots(place.start, place.end)
        if spots is None:
            whole = [at for at, one in enumerate(page.shown) if one.start < place.end and place.start < one.end]
            for at in whole:
                found.setdefault(at, []).append((0, len(page.shown[at].text), place.key))
            continue
        first, last = spots
        for at in range(first.block, last.block + 1):
            begin = first.character if at == first.block else 0
            end = last.character if at == last.block else len(page.shown[at].text)
            found.setdefault(at, []).append((begin, end, place.key))
    return found


def _pieces(text: str, lit: Sequence[tuple[int, int, int]], begun: set[int]) -> Iterable[Piece]:
    cuts = sorted({0, len(text), *(cut for begin, end, _ in lit for cut in (begin, end))})
    for start, stop in pairwise(cuts):
        here = tuple(key for begin, end, key in lit if begin <= start and stop <= end)
        yield Piece(text[start:stop], here, tuple(key for key in here if key not in begun))
        begun.update(here)


def _kind(page: Page, offset: int) -> str:
    kind = next((block.kind for block in reversed(page.blocks) if block.start <= offset), BlockKind.PARAGRAPH)
    return kind.value
