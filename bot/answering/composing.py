"""An answer out of articles' own sentences and steps, each an exact quote by offset. Pure: the same evidence gives the
same answer.

The article of the best passage answers: with its step list, whole, when that answers best, else with the sentences,
bullets and rows that come nearest to the question, the nearest first. A second article joins only when the question
asks for two things and the first says nothing of one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from bot.answering.citations import cite
from bot.answering.evidence import Composition, Evidence
from bot.answering.extractive.article_reading import ArticleReading, read_article
from bot.answering.extractive.instructions import Instructions, StepList, choose_instructions, steps_answer
from bot.answering.extractive.joining import missing_terms, second_article
from bot.answering.extractive.layout import Part, lay_out, lead
from bot.answering.extractive.prose import Piece, best_prose, choose_prose
from bot.answering.extractive.sections import Quotable, Section, platform_of
from bot.answering.extractive.term_sets import term_set
from bot.answering.verification import intact
from bot.models import Answer
from embeddings.terms import terms
from knowledge.models import Article, Passage, Platform
from knowledge.structure import BlockKind
from knowledge.units import Unit

SHARE_OF_TWO = 0.6
"""What each of two articles may say of what one may."""

Say = Callable[..., str]
"""Renders a template of prompts/ with its variables."""


@dataclass(frozen=True, slots=True)
class ExtractiveComposer:
    """Composes from exact quotes; a sentence of our own comes from a template by `say`."""

    say: Say

    def compose(self, evidence: Evidence) -> Composition | None:
        """The answer; None when the best article has nothing that this customer may be quoted."""
        first = evidence.hits[0].passage.article_id
        parts = self._parts(read_article(evidence.articles[first], evidence))
        if not parts:
            return None
        missing = missing_terms(evidence.question, _said(parts))
        second = second_article(evidence.hits, first, missing) if missing else None
        if second is not None:
            parts = self._both(evidence, {first: frozenset(terms(evidence.question)) - missing, second: missing})
        standing = _standing(parts, evidence)
        return Composition(answer=_answer(standing, evidence), account=_account(standing)) if standing else None

    def _both(self, evidence: Evidence, wanted: Mapping[str, Collection[str]]) -> list[Part]:
        """What each of two articles says of the terms that it is read for."""
        return [
            part
            for id_, for_terms in wanted.items()
            for part in self._parts(read_article(evidence.articles[id_], evidence, for_terms), SHARE_OF_TWO)
        ]

    def _parts(self, reading: ArticleReading, share: float = 1.0) -> list[Part]:
        instructions = choose_instructions(reading)
        if instructions and steps_answer(reading, instructions.score, best_prose(reading)):
            return self._instructions(reading, instructions)
        return _prose(reading, choose_prose(reading, share))

    def _instructions(self, reading: ArticleReading, found: Instructions) -> list[Part]:
        article = reading.article
        lists = [self._steps(article, each, _lead(reading, each.section)) for each in found.lists]
        before = [Part(article, _units(found.opening)), Part(article, _units(found.conditions))]
        return [part for part in (*before, *lists) if part.units]

    def _steps(self, article: Article, found: StepList, above: str) -> Part:
        units = sorted(_units((*found.steps, *found.beside)), key=lambda unit: unit.start)
        rest = self.say("replies/more_steps.txt", count=found.left_out) if found.left_out else ""
        return Part(article, tuple(units), above, rest)


def _prose(reading: ArticleReading, pieces: Sequence[Piece]) -> list[Part]:
    return [
        Part(
            reading.article,
            tuple(each.unit for piece in together for each in piece.quotables),
            _lead(reading, section),
        )
        for section, together in groupby(pieces, key=lambda piece: piece.section.section)
    ]


def _lead(reading: ArticleReading, section: Section) -> str:
    """The heading that says which platform a section is for, when the customer's is not known."""
    if reading.platform is not Platform.ANY or section.platform is Platform.ANY:
        return ""
    return lead(next(heading for heading in reversed(section.headings) if platform_of((heading,)) is section.platform))


def _standing(parts: Sequence[Part], evidence: Evidence) -> list[Part]:
    """The parts without what touches a passage that is no longer as it was indexed; a step list stands or falls as a
    whole."""
    found = [hit.passage for hit in evidence.hits]
    damaged = [each for each in found if not intact(each, evidence.articles[each.article_id])]
    if not damaged:
        return list(parts)
    standing = []
    for part in parts:
        whole = [unit for unit in part.units if not any(_touches(each, part.article, unit) for each in damaged)]
        if whole and (len(whole) == len(part.units) or not _has_steps(part)):
            standing.append(replace(part, units=tuple(whole)))
    return standing


def _touches(passage: Passage, article: Article, unit: Unit) -> bool:
    return passage.article_id == article.id and passage.start < unit.end and unit.start < passage.end


def _has_steps(part: Part) -> bool:
    return any(unit.block.kind is BlockKind.STEP for unit in part.units)


def _answer(parts: Sequence[Part], evidence: Evidence) -> Answer:
    articles = {part.article.id: part.article for part in parts}
    numbers = {id_: number for number, id_ in enumerate(articles, start=1)}
    return Answer(
        text=lay_out(parts, [numbers[part.article.id] for part in parts]),
        citations=tuple(
            cite(part.article, unit.start, unit.end, numbers[part.article.id], evidence.links_start_with)
            for part in parts
            for unit in part.units
        ),
        confidence=evidence.confidence,
    )


def _account(parts: Sequence[Part]) -> dict[str, Any]:
    quoted = [
        {"article_id": part.article.id, "spans": [[unit.start, unit.end] for unit in part.units]} for part in parts
    ]
    return {"composer": "extractive", "quoted": quoted}


def _said(parts: Sequence[Part]) -> set[str]:
    texts = [
        text
        for part in parts
        for unit in part.units
        for text in (part.article.title, *unit.block.headings, part.article.body[unit.start : unit.end])
    ]
    return {term for text in dict.fromkeys(texts) for term in term_set(text)}


def _units(quotables: Sequence[Quotable]) -> tuple[Unit, ...]:
    return tuple(each.unit for each in quotables)
