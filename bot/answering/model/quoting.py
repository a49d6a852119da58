"""Which units of an article a statement rests on: the few that support it together, as exact spans. Pure."""

from collections.abc import Callable, Iterable, Sequence

from bot.answering.pages import page_of
from embeddings.terms import terms
from knowledge.models import Article, Passage
from knowledge.structure import BlockKind
from knowledge.units import Unit, table_head, units_of

MOST_QUOTES = 3


def units_in(article: Article, passages: Iterable[Passage]) -> tuple[Unit, ...]:
    """The units of the article that stand in any of the passages, in order."""
    spans = [(passage.start, passage.end) for passage in passages]
    return tuple(
        unit
        for block in page_of(article.body).blocks
        for unit in units_of(block, article.body)
        if any(unit.start < end and start < unit.end for start, end in spans)
    )


def quoted_units(
    statement: str, units: Sequence[Unit], article: Article, supports: Callable[[str], bool]
) -> tuple[Unit, ...]:
    """The units that a statement rests on, in order: one that supports it by itself, else up to three that together
    have most of its terms, the fewest that support it. Empty when it has no term in common with any.

    `supports` says whether a piece of Markdown (of one or more units) supports the statement.
    """
    texts = {unit: _markdown(unit, article) for unit in units}
    known = {unit: frozenset(terms(text)) for unit, text in texts.items()}
    wanted = frozenset(terms(statement))
    shared = {unit: len(known[unit] & wanted) for unit in units}
    near = sorted((unit for unit in units if shared[unit]), key=lambda unit: (-shared[unit], len(known[unit])))
    for unit in near[:MOST_QUOTES]:
        if supports(texts[unit]):
            return (unit,)
    chosen: list[Unit] = []
    missing = wanted
    while near and len(chosen) < MOST_QUOTES:
        best = max(near, key=lambda unit: (len(known[unit] & missing), -len(known[unit])))
        if chosen and not known[best] & missing:
            break
        chosen = sorted([*chosen, best], key=lambda unit: unit.start)
        near.remove(best)
        missing -= known[best]
        if len(chosen) > 1 and supports("\n\n".join(texts[unit] for unit in chosen)):
            break
    return tuple(chosen)


def leaves_out_a_step(quoted: Iterable[Unit], article: Article) -> bool:
    """Whether a step list is quoted with a gap: a step, a later one, but not all between.

    Lists for web and app share steps, so a quote counts for every list that has its text: the lists that have most of
    what is quoted are looked at first, and others only for what is left.
    """
    lists: dict[int, list[str]] = {}
    for block in page_of(article.body).blocks:
        if block.kind is BlockKind.STEP:
            lists.setdefault(block.group, []).extend(_text(unit, article) for unit in units_of(block, article.body))
    texts = {_text(unit, article) for unit in quoted if unit.block.kind is BlockKind.STEP}
    left = set(texts)
    while left:
        steps = max(lists.values(), key=lambda steps: len(left.intersection(steps)))
        told = [step in texts for step in steps]
        first, last = told.index(True), len(told) - told[::-1].index(True)
        if not all(told[first:last]):
            return True
        left.difference_update(steps)
    return False


def _text(unit: Unit, article: Article) -> str:
    return article.body[unit.start : unit.end]


def _markdown(unit: Unit, article: Article) -> str:
    """A unit as it stands, a table row with its head."""
    quote = article.body[unit.start : unit.end]
    if unit.block.kind is not BlockKind.TABLE_ROW:
        return quote
    return f"{table_head(unit.block, article.body, page_of(article.body).blocks)}\n{quote}"
