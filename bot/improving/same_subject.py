"""Whether two like articles are about the same, or are the same text about two things: pure.

"Withdraw BTC" and "Withdraw ETH" may have every other word in common and contradict each other in nothing; so may the
web and the app, this year's schedule and last year's, personal accounts and business ones.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from bot.answering.checking.vocabulary import OPPOSITES
from bot.improving.article_reading import ReadArticle
from knowledge.models import Platform

OFTEN = 2
"""A name that stands in an article so often belongs to what it is about."""
EXCHANGED = 2
"""A word that stands in the place of another in so many like sentences has been exchanged for it."""
NEAR_COPY = 0.6
"""Sentences with so large a share of words in common, in order, are one with some words exchanged."""

_CONTRASTS = (
    ("personal individual private", "business corporate company institutional"),
    ("domestic local", "international foreign abroad overseas"),
    ("new", "existing"),
    ("standard regular basic normal", "express instant priority premium advanced pro"),
    ("web website browser desktop", "app mobile"),
    ("ios iphone ipad", "android"),
    ("credit", "debit"),
    ("savings", "current checking"),
    ("weekday weekdays", "weekend weekends"),
    ("adult adults", "child children minor minors"),
    ("monthly", "annual yearly"),
    ("beginner beginners", "expert experts professional"),
    ("staking", "lending"),
    ("visa", "mastercard"),
)
_SIDES = {
    word: (f"contrast {number}", side)
    for number, sides in enumerate(_CONTRASTS)
    for side, words in enumerate(sides)
    for word in words.split()
} | {word: found for word, found in OPPOSITES.items() if found[0] not in ("bound", "comparison", "order")}

_NARROWING_TEXT = """
business company corporate institutional international abroad overseas express priority premium advanced ios iphone ipad
android weekend weekends child children minor minors student students
"""
_NARROWING = frozenset(_NARROWING_TEXT.split())
"""Words that say for whom, where or when: with one in its title an article is about a part only."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")


def is_other_version(one: ReadArticle, other: ReadArticle) -> bool:
    """Whether the one replaces the other, or they are the versions of two platforms or of two years."""
    if one.article.id in other.article.supersedes or other.article.id in one.article.supersedes:
        return True
    platforms = {one.article.platform, other.article.platform}
    if len(platforms - {Platform.ANY}) > 1 or one.years != other.years:
        return True
    return one.retired != other.retired


def is_other_subject(
    one: ReadArticle,
    other: ReadArticle,
    aligned: Sequence[tuple[str, str]] = (),
    common: Collection[str] = (),
) -> bool:
    """Whether the two are about different things. `aligned` are the sentences that say the same in both, `common` the
    names that many articles have, such as the product's own."""
    if (one.title_names - other.words | other.title_names - one.words) - frozenset(common):
        return True
    numbers, others = (set(_NUMBER.findall(read.article.title)) for read in (one, other))
    if numbers and others and numbers != others:
        return True
    if _own_names(one, other) and _own_names(other, one):
        return True
    return _opposed_titles(one, other) or _exchanged(one, other, aligned)


def _own_names(one: ReadArticle, other: ReadArticle) -> bool:
    return any(count >= OFTEN and name not in other.words for name, count in one.names.items())


def _opposed_titles(one: ReadArticle, other: ReadArticle) -> bool:
    """Whether the titles take different sides of something, or one narrows down what the other speaks of at all."""
    mine, its = _title_sides(one), _title_sides(other)
    if any(
        mine[word][0] == its[side][0] and mine[word] != its[side]
        for word in mine.keys() - other.words
        for side in its.keys() - one.words
    ):
        return True
    return _narrows(one, other) or _narrows(other, one)


def _narrows(one: ReadArticle, other: ReadArticle) -> bool:
    """Whether a title names a kind of customer, product or time of which the other article says nothing."""
    return any(word in _NARROWING and word not in other.words for word in _WORD.findall(one.article.title.lower()))


def _title_sides(read: ReadArticle) -> dict[str, tuple[str, int]]:
    """The words of the title that take a side."""
    return {word: _SIDES[word] for word in _WORD.findall(read.article.title.lower()) if word in _SIDES}


def _exchanged(one: ReadArticle, other: ReadArticle, aligned: Sequence[tuple[str, str]]) -> bool:
    """Whether a word of the one stands in the place of a word of the other again and again, and each is not in the
    other article at all; or, even once, when the titles do so."""
    exchanges: Counter[tuple[str, str]] = Counter()
    for mine, its in aligned:
        exchanges.update(set(_exchanges(mine.lower(), its.lower())))
    in_titles = set(_exchanges(one.article.title.lower(), other.article.title.lower()))
    return any(
        (count >= EXCHANGED or pair in in_titles) and pair[0] not in other.words and pair[1] not in one.words
        for pair, count in exchanges.items()
    )


def _exchanges(mine: str, its: str) -> list[tuple[str, str]]:
    """The words that stand in the place of each other, one for one, in two near-copies; no pair of like words."""
    own, others = _WORD.findall(mine), _WORD.findall(its)
    matcher = SequenceMatcher(None, own, others, autojunk=False)
    blocks = matcher.get_matching_blocks()
    if 2 * sum(block.size for block in blocks) < NEAR_COPY * (len(own) + len(others)):
        return []
    found = []
    for left, right in pairwise([*blocks]):
        gap, its_gap = own[left.a + left.size : right.a], others[left.b + left.size : right.b]
        if len(gap) == len(its_gap) == 1 and gap[0][:4] != its_gap[0][:4]:
            found.append((gap[0], its_gap[0]))
    return found
