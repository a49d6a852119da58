"""Which curated answer a question is given, if any: pure. `eval/curated_matching.py` has measured the numbers.

A wording says what it says in few words, so likeness alone is not enough: the article that the answer quotes must be
among the first that the search found, and where it is not the very first the likeness must be the greater. The very
words of a wording need neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answering.evidence import Composition
from bot.answering.question_likeness import NEVER, ComparedText, Least, compared, likeness
from bot.answering.questions import Question
from bot.models import Hit
from bot.storage.curated_answers import CuratedAnswer, CuratedContent
from knowledge.models import Article, Platform

ALIKE = 0.88
"""How alike a question must be to a wording: the sum of cosine and words (question_likeness.py)."""
NOT_FIRST = 0.15
"""How much more alike where the quoted article is not the very first that was found."""
AMONG_FIRST = 3
"""Among so many of the articles that were found one that is quoted must be."""
ALIKE_IN_WORDS = 0.65
"""How much of the words must be common where the cosine says nothing."""


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """A curated answer, with its wordings as questions are compared with them."""

    answer: CuratedAnswer
    wordings: tuple[ComparedText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that stands alone, what the search found for it, and whose it is."""

    question: Question
    hits: Sequence[Hit]
    articles: Mapping[str, Article]
    platform: Platform
    locale: str
    confidence: float
    links_start_with: str


@dataclass(frozen=True, slots=True)
class CuratedMatch:
    """A curated answer that a question is given: the wording that it is like, and how alike (1 for the same words)."""

    answer: CuratedAnswer
    wording: str
    score: float


def no_curated_answer(_asked: Asked) -> Composition | None:
    """What gives no question a curated answer."""
    return None


def best_match(asked: Asked, known: Sequence[KnownAnswer]) -> CuratedMatch | None:
    """The answer with the wording that the question is most like; None when it is like none. Of equals the first."""
    found = list(dict.fromkeys(hit.passage.article_id for hit in asked.hits))[:AMONG_FIRST]
    own = compared(asked.question)
    if len(own.vectors) > 1:  # what asks several things has no one meaning that a wording could have
        own = replace(own, vectors=())
    matches: list[CuratedMatch] = []
    for each in known:
        content = each.answer.content
        if not holds_for(content, asked.platform, asked.locale):
            continue
        least = _least(content.article_ids, found)
        for wording in each.wordings:
            score = likeness(own, wording, least)
            if score is not None:
                matches.append(CuratedMatch(each.answer, wording.text, round(score, 4)))
    return max(matches, key=lambda match: match.score, default=None)


def holds_for(content: CuratedContent, platform: Platform, locale: str) -> bool:
    """Whether an answer is for a customer of this platform and language."""
    fits = content.platform in (Platform.ANY, platform)
    return fits and (not content.locale or _language(content.locale) == _language(locale))


def _least(article_ids: Sequence[str], found: Sequence[str]) -> Least:
    """How alike a question must be to a wording of an answer from these articles: by meaning never, when none of them
    was found."""
    if found and found[0] in article_ids:
        return Least(ALIKE, ALIKE_IN_WORDS)
    near = any(id_ in article_ids for id_ in found)
    return Least(ALIKE + NOT_FIRST if near else NEVER, ALIKE_IN_WORDS)


def _language(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()
