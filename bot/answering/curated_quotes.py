"""A curated answer as a customer reads it: the editor's line, then quotes where they stand in the articles now. Pure.

A quote stands where the article has a sentence, step or row of exactly that text under the same headings.
"""

import re
from collections.abc import Mapping, Sequence

from bot.answering.citations import cite
from bot.answering.evidence import Composition
from bot.answering.extractive.layout import Part, lay_out
from bot.answering.extractive.sections import Quotable, sections_of
from bot.models import Answer
from bot.storage.curated_answers import CuratedAnswer, CuratedContent, CuratedQuote
from knowledge.models import HEADINGS_JOINT, Article, Audience
from knowledge.units import Unit

SHOWN_CHARACTERS = 80

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_BEGINS_BLOCK = re.compile(r"^(?:([-+=])|(\d{1,9})([.)]))")


def quotables_of(article: Article) -> tuple[tuple[CuratedQuote, Quotable], ...]:
    """Everything of an article that can be quoted, in its order; text that comes twice under one path of headings is
    there once."""
    found: dict[CuratedQuote, Quotable] = {}
    for section in sections_of(article.body):
        heading = HEADINGS_JOINT.join(section.headings)
        for each in section.quotables:
            found.setdefault(CuratedQuote(article.id, heading, article.body[each.unit.start : each.unit.end]), each)
    return tuple(sorted(found.items(), key=lambda item: item[1].unit.start))


def problem_of(content: CuratedContent, articles: Mapping[str, Article]) -> str:
    """Why an answer may not be given over these articles, in a sentence; empty when every quote of it stands."""
    for id_ in content.article_ids:
        article = articles.get(id_)
        if article is None:
            return f"The article “{id_}” is not in the index any more."
        if article.audience is not Audience.PUBLIC:
            return f"The article “{article.title}” is not for customers any more."
        standing = dict(quotables_of(article))
        for quote in content.quotes:
            if quote.article_id == id_ and quote not in standing:
                place = f" under “{quote.heading}”" if quote.heading else ""
                return f"“{_short(quote.text)}” does not stand in the article “{article.title}”{place} any more."
    return ""


def compose_curated(
    content: CuratedContent, articles: Mapping[str, Article], confidence: float, links_start_with: str
) -> Answer | None:
    """The answer; None when a quote does not stand in its article."""
    if problem_of(content, articles):
        return None
    parts = [Part(articles[id_], _units(content, articles[id_])) for id_ in content.article_ids]
    numbers = range(1, len(parts) + 1)
    text = lay_out(parts, numbers)
    return Answer(
        text=f"{plain_markdown(content.lead)}\n\n{text}" if content.lead else text,
        citations=tuple(
            cite(part.article, unit.start, unit.end, number, links_start_with)
            for part, number in zip(parts, numbers, strict=True)
            for unit in part.units
        ),
        confidence=confidence,
    )


def composition_of(
    answer: CuratedAnswer, composed: Answer, wording: str = "", score: float | None = None
) -> Composition:
    """A curated answer that is given, with its account."""
    spans: dict[str, list[list[int]]] = {}
    for each in composed.citations:
        spans.setdefault(each.article_id, []).append([each.start, each.end])
    account = {
        "composer": "curated",
        "curated": {"number": answer.number, "version": answer.version, "wording": wording, "score": score},
        "quoted": [{"article_id": id_, "spans": own} for id_, own in spans.items()],
    }
    return Composition(answer=composed, account=account)


def plain_markdown(text: str) -> str:
    """CommonMark that shows a text of one line as it is."""
    escaped = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return _BEGINS_BLOCK.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", escaped)


def _units(content: CuratedContent, article: Article) -> tuple[Unit, ...]:
    """The quoted units in the order in which they stand in the article."""
    standing = dict(quotables_of(article))
    units: Sequence[Unit] = [standing[quote].unit for quote in set(content.quotes) if quote.article_id == article.id]
    return tuple(sorted(units, key=lambda unit: unit.start))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS].rstrip()}…"
