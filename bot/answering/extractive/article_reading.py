"""An article as it is read for one question: what may be quoted of it, and how well each piece answers. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.evidence import Evidence
from bot.answering.extractive.boilerplate import is_boilerplate
from bot.answering.extractive.question_kinds import defines, meets_expectation
from bot.answering.extractive.sections import Quotable, Section, for_platform, off_topic, sections_of
from bot.answering.extractive.term_sets import term_set
from bot.models import Hit
from embeddings.terms import terms
from knowledge.models import Article, Platform
from knowledge.structure import BlockKind

OFF_TOPIC_HEADING = 0.2
"""Taken from what stands under a heading none of whose terms is in the question: "If you lost your phone" must not
answer for it."""
PASSAGE_SHARE = 1.0
"""What the score of the passage that a sentence stands in counts, beside the relevance of the sentence itself."""
UNFOUND_SHARE = 0.8
"""What stands in no passage that was found counts as this share of the section's best passage."""
HEADING_SHARE = 0.25
"""What the relevance of a section's heading counts."""
OPENS_SHARE, NEAR_TOPIC = 0.2, 1.0
"""What the relevance of a topic, as far as it is higher than this, counts for the first sentence under it: that is
often the summary."""
EXPECTED, DEFINES = 0.15, 0.4
"""What a time or an amount counts in a sentence when the question asks for one, and that a sentence says what something
is when the question asks that."""
WANTED, BEGINS = 0.5, 0.3
"""When an article is read for a part of the question: what the terms of that part count, and that a sentence begins the
article."""
RESTATES = 0.4
"""Taken from a sentence that says no more than the title and the question."""


@dataclass(frozen=True, slots=True)
class ScoredSection:
    """A section with its quotables' scores, in their order."""

    section: Section
    relevance: tuple[float, ...]
    """How well each answers by itself."""
    scores: tuple[float, ...]
    """How well each answers where it stands."""
    topic_relevance: float
    """How well the topic (heading or title) answers."""
    known: frozenset[str]
    """The terms of the title and the headings."""

    def of(self, *kinds: BlockKind) -> list[int]:
        """The numbers of the quotables of some kinds."""
        return [number for number, each in enumerate(self.section.quotables) if each.unit.block.kind in kinds]

    def group(self, number: int) -> tuple[int, ...]:
        """The numbers of a quotable's list or table, or of its paragraph's sentences."""
        group = self.section.quotables[number].unit.block.group
        return tuple(place for place, each in enumerate(self.section.quotables) if each.unit.block.group == group)


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """An article read for a question: its sections in which a passage was found, in order; `all_sections` are those
    that the customer may be shown."""

    article: Article
    question: str
    platform: Platform
    """The customer's."""
    sections: tuple[ScoredSection, ...]
    all_sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, its terms, and those of the part that the article is read for."""

    question: str
    terms: frozenset[str]
    wanted: frozenset[str]


def read_article(article: Article, evidence: Evidence, wanted: Collection[str] = ()) -> ArticleReading:
    """Every piece of the article that may be quoted to this customer, with its relevance; `wanted` are the terms of the
    question that it is read for, when it is read for a part."""
    shown = tuple(
        kept
        for section in for_platform(sections_of(article.body), evidence.platform)
        if (kept := _worth_quoting(_unmuted(section, article, evidence), article, evidence.question)).quotables
    )
    own = [hit for hit in evidence.hits if hit.passage.article_id == article.id]
    found = [
        (section, near)
        for section in shown
        if (near := [hit for hit in own if any(_overlap(each, hit) for each in section.quotables)])
    ]
    relevance = _relevance(
        evidence,
        (
            text
            for section, hits in found
            for text in (
                *(part for hit in hits for part in (hit.passage.heading, hit.passage.title)),
                *(each.text for each in section.quotables),
            )
        ),
    )
    asked = _Asked(evidence.question, frozenset(terms(evidence.question)), frozenset(wanted))
    return ArticleReading(
        article,
        evidence.question,
        evidence.platform,
        tuple(_scored(section, hits, relevance, asked) for section, hits in found),
        shown,
    )


def _scored(section: Section, hits: Sequence[Hit], relevance: Mapping[str, float], asked: _Asked) -> ScoredSection:
    best = max(hits, key=lambda hit: hit.score)
    title = term_set(best.passage.title)
    heading, of_title = relevance.get(best.passage.heading, 0.0), relevance.get(best.passage.title, 0.0)
    topic = heading if term_set(section.topic) - title else max(heading, of_title)
    context = HEADING_SHARE * heading - OFF_TOPIC_HEADING * off_topic(section.topic, asked.terms)
    own = tuple(relevance[each.text] for each in section.quotables)
    scores = []
    for number, (each, relevant) in enumerate(zip(section.quotables, own, strict=True)):
        said = term_set(each.text)
        score = relevant + context
        score += PASSAGE_SHARE * max(
            (hit.score for hit in hits if _overlap(each, hit)), default=UNFOUND_SHARE * best.score
        )
        score += OPENS_SHARE * max(0.0, topic - NEAR_TOPIC) * (number == 0)
        score += EXPECTED * meets_expectation(asked.question, each.text)
        score += WANTED * len(asked.wanted & (said | title)) / max(1, len(asked.wanted))
        score += DEFINES * defines(asked.question, each.text)
        score += BEGINS * (bool(asked.wanted) and number == 0 and not section.headings)
        scores.append(score - RESTATES * (said <= asked.terms | title))
    known = title.union(*map(term_set, section.headings))
    return ScoredSection(section, own, tuple(scores), topic, known)


def _relevance(evidence: Evidence, texts: Iterable[str]) -> dict[str, float]:
    distinct = [text for text in dict.fromkeys(texts) if text]
    return dict(zip(distinct, evidence.relevance(distinct), strict=True))


def _worth_quoting(section: Section, article: Article, question: str) -> Section:
    def says_something(each: Quotable) -> bool:
        return not is_boilerplate(article.body[each.unit.start : each.unit.end], each.text, question)

    return Section(section.headings, tuple(filter(says_something, section.quotables)))


def _unmuted(section: Section, article: Article, evidence: Evidence) -> Section:
    """The section without what stands in a muted stretch; a step list of which a step does goes as a whole."""
    muted = evidence.muted.get(article.id)
    if not muted:
        return section
    out = [
        each
        for each in section.quotables
        if any(each.unit.start < end and start < each.unit.end for start, end in muted)
    ]
    lists = {each.unit.block.group for each in out if each.unit.block.kind is BlockKind.STEP}
    kept = (each for each in section.quotables if each not in out and each.unit.block.group not in lists)
    return Section(section.headings, tuple(kept))


def _overlap(each: Quotable, hit: Hit) -> bool:
    return each.unit.start < hit.passage.end and each.unit.end > hit.passage.start
