"""Whether a question asks for two things, and which second article has the other. Pure."""

import re
from collections.abc import Collection, Sequence

from bot.answering.extractive.term_sets import term_set
from bot.models import Hit
from embeddings.terms import terms

MOST_WORDS = 25
"""A longer message tells a story; what its parts share with other articles says little."""
NEAR_THE_TOP = 0.75
"""The second article's best passage scores at least this share of the best of all."""
ARTICLES_CONSIDERED = 5

_POINTS_BACK = re.compile(r"\b(?:it|its|them|they|their|this|that|these|those)\b", re.IGNORECASE)
"""What is asked of the same thing is no second one: "and how do I set it up"."""
_BETWEEN = re.compile(r"\s*(?:\?|\band\b|&|\bplus\b|\bas well as\b)\s*", re.IGNORECASE)


def missing_terms(question: str, said: Collection[str]) -> frozenset[str]:
    """The terms of the part of a question that the first article says nothing of; empty when the question has one part,
    or no part is answered, or each is. `said` are the terms of what is quoted, its headings and its title."""
    if len(question.split()) > MOST_WORDS:
        return frozenset()
    parts = [
        found
        for part in _BETWEEN.split(question)
        if (found := frozenset(terms(part))) and not _POINTS_BACK.search(part)
    ]
    missing = [part - set(said) for part in parts]
    if len(parts) < 2 or all(missing) or not any(missing):
        return frozenset()
    return frozenset(term for part in missing for term in part)


def second_article(hits: Sequence[Hit], first: str, missing: Collection[str]) -> str | None:
    """The other article near the top with a passage that speaks of all that is missing, of several the one that has
    most of it in its title and headings; None when there is none."""
    considered: dict[str, int] = {}
    best: tuple[int, int] | None = None
    found = None
    for hit in hits:
        id_ = hit.passage.article_id
        place = considered.setdefault(id_, len(considered))
        if place >= ARTICLES_CONSIDERED or hit.score < NEAR_THE_TOP * hits[0].score:
            break
        if id_ == first or not set(missing) <= term_set(hit.passage.embedded_text):
            continue
        named = len(set(missing) & term_set(f"{hit.passage.title} {hit.passage.heading}"))
        if best is None or (named, -place) > best:
            best, found = (named, -place), id_
    return found
