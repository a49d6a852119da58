"""An answer out of an article's own sentences and steps, in the article's order, each an exact quote by offset.

A unit is what can be quoted by itself: a sentence, a whole step, a bullet or a table row. The composer looks at one
section of one article (the one of the best passage), keeps a step list whole with the warnings around it, and otherwise
keeps the sentences that come nearest to the question.
"""

import re
from collections.abc import Callable, Sequence

from bot.answering.citations import cite
from bot.answering.pages import page_of
from bot.answering.sections import Section, asks_how_to, choose_section, sections_of
from bot.models import Answer, Citation, Hit
from knowledge.models import Article
from knowledge.rendering import plain_text
from knowledge.structure import Block, BlockKind
from knowledge.units import Unit, table_head, unit_text, units_of

MOST_SENTENCES = 4
MOST_ROWS = 12
KEPT_SHARE = 0.72
"""A sentence is kept when its relevance is at least this share of the best one's."""

Relevance = Callable[[Sequence[str]], Sequence[float]]
"""How well each text answers the question, higher is better; same length as the texts."""

PROSE_BEATS_STEPS = 1.25
"""Asked how to do something, prose is quoted instead of a step list when its best sentence is this many times as
relevant."""

_PARAGRAPH_END = re.compile(r"\n(?=[ \t>]*(?:\n|\Z|[-*+][ \t]|\d{1,9}[.)][ \t]|`{3}|~{3}|\||#{1,6}[ \t]))")
"""The line end after which a block is nested in an item or callout, or a blank line stands."""
_WARNING = re.compile(r">\s*\*\*Warning", re.IGNORECASE)
_LISTED = (BlockKind.BULLET, BlockKind.TABLE_ROW, BlockKind.STEP)


def compose(
    hits: Sequence[Hit],
    article: Article,
    question: str,
    relevance: Relevance,
    *,
    confidence: float,
    links_start_with: str,
) -> Answer | None:
    """The answer that the best section of `article` gives, or None when it has nothing to quote. `hits` are best
    first."""
    own = [hit for hit in hits if hit.passage.article_id == article.id]
    sections = sections_of(page_of(article.body).blocks)
    section = choose_section(sections, own, question)
    if section is None:
        return None
    units = step_list(section, sections, article, relevance, asks_how_to(question)) or relevant_units(
        section, article, relevance
    )
    if not units:
        return None
    citations = tuple(cite(article, unit.start, unit.end, 1, links_start_with) for unit in units)
    return Answer(
        text=lay_out(article, units, citations),
        citations=citations,
        actions=tuple((action, article.id) for action in article.actions),
        confidence=confidence,
    )


def step_list(
    section: Section, sections: Sequence[Section], article: Article, relevance: Relevance, how_to: bool
) -> tuple[Unit, ...]:
    """The step list of the section, whole, with the callouts around it and the warnings before it; empty when prose
    answers better."""
    lists: dict[int, list[Block]] = {}
    for block in section.blocks:
        if block.kind is BlockKind.STEP:
            lists.setdefault(block.group, []).append(block)
    if not lists:
        return ()
    prose = [
        unit for block in section.blocks if block.kind is BlockKind.PARAGRAPH for unit in _quotable(block, article)
    ]
    texts = [" ".join(plain_text(article.body[step.start : step.end]) for step in steps) for steps in lists.values()]
    scores = relevance([*texts, *(_plain(unit, article) for unit in prose)])
    list_scores, prose_scores = scores[: len(lists)], scores[len(lists) :]
    if prose_scores and max(prose_scores) > max(list_scores) * (PROSE_BEATS_STEPS if how_to else 1.0):
        return ()
    steps = list(lists.values())[max(range(len(lists)), key=lambda i: list_scores[i])]
    callouts = [block for block in section.blocks if block.kind is BlockKind.CALLOUT]
    warnings = [
        block
        for other in sections
        if not other.has_steps
        for block in other.blocks
        if block.kind is BlockKind.CALLOUT
        and block.end <= steps[0].start
        and _WARNING.search(article.body[block.start : block.end])
    ]
    blocks = sorted([*warnings, *callouts, *steps], key=lambda block: block.start)
    return tuple(unit for block in blocks for unit in _quotable(block, article))


def relevant_units(section: Section, article: Article, relevance: Relevance) -> tuple[Unit, ...]:
    """A short section as a whole; of a longer one the units nearest to the question, in the article's order, lists and
    tables whole."""
    units = [unit for block in section.blocks for unit in _quotable(block, article)]
    if len(units) <= MOST_SENTENCES:
        return tuple(units)
    scores = relevance([_plain(unit, article) for unit in units])
    best = max(scores)
    ranked = sorted(range(len(units)), key=lambda i: -scores[i])
    kept = [i for i in ranked if scores[i] >= best * KEPT_SHARE][:MOST_SENTENCES]
    groups = {units[i].block.group for i in kept if units[i].block.kind in _LISTED}
    whole = [i for i, unit in enumerate(units) if unit.block.group in groups][:MOST_ROWS]
    return tuple(units[i] for i in sorted({*kept, *whole}))


def lay_out(article: Article, units: Sequence[Unit], citations: Sequence[Citation]) -> str:
    """CommonMark (with tables): every quote followed by its footnote number, blocks as they stand in the article."""
    parts: list[str] = []
    previous: Block | None = None
    number = 0
    for unit, citation in zip(units, citations, strict=True):
        block, quote = unit.block, article.body[unit.start : unit.end]
        joined = previous is not None and previous.group == block.group
        match block.kind:
            case BlockKind.STEP:
                number = number + 1 if joined and number else (block.number or 1)
                marker = f"{number}. "
                nested = _indented(quote, len(marker) - (unit.start - block.start))
                parts.append(("\n" if joined else "\n\n") + marker + footnoted(nested, citation.number))
            case BlockKind.BULLET:
                parts.append(("\n" if joined else "\n\n") + "- " + footnoted(quote, citation.number))
            case BlockKind.TABLE_ROW:
                head = "" if joined else "\n\n" + table_head(block, article.body, page_of(article.body).blocks) + "\n"
                parts.append((head or "\n") + footnoted_row(quote, citation.number))
            case BlockKind.CALLOUT:
                parts.append("\n\n> " + footnoted(quote, citation.number))
            case BlockKind.CODE:
                parts.append(f"\n\n{quote}\n\n[{citation.number}]")
            case _:
                parts.append((" " if joined else "\n\n") + footnoted(quote, citation.number))
        previous = block
    return "".join(parts).strip()


def footnoted(quote: str, number: int) -> str:
    """The quote with its number at the end of its first paragraph, so that nested lists stay lists."""
    found = _PARAGRAPH_END.search(quote)
    end = found.start() if found else len(quote)
    return f"{quote[:end]} [{number}]{quote[end:]}"


def footnoted_row(row: str, number: int) -> str:
    """A table row with its number in the last cell."""
    return f"{row.rstrip().removesuffix('|').rstrip()} [{number}] |"


def _indented(quote: str, by: int) -> str:
    """The quote with what is nested in it moved right, where its new marker is wider than the one in the article."""
    return re.sub(r"\n(?=[^\n])", "\n" + " " * by, quote) if by > 0 else quote


def _quotable(block: Block, article: Article) -> list[Unit]:
    return [unit for unit in units_of(block, article.body) if not unit.announces]


def _plain(unit: Unit, article: Article) -> str:
    return unit_text(unit, article.body, page_of(article.body).blocks)
