"""How alike two questions are: by what they mean and the words they share, or by words alone. Pure.

Editors write questions for which something of theirs counts; customers' questions are compared with those here, in one
way. How alike is enough, each room says for itself.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.extractive.term_sets import term_set
from bot.answering.questions import Question

WORDS_SHARE = 0.2
"""What words in common (Dice's coefficient of the terms, 0–1) count beside the cosine."""
SAME_MEANING = 0.99
"""What the greatest likeness counts that is not word for word."""
LATIN = 0.5
"""The least share of Latin letters among the letters of a text that has a meaning to the encoder that ships: it tells
texts apart by their Latin letters only."""
NEVER = math.inf
"""A least sum of cosine and words that no two questions reach."""

_WORD = re.compile(r"\w+")
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class ComparedText:
    """A question as it is compared: its words in order, its terms, and a unit vector of each thing that it asks; none
    where the encoder gave none, or reads nothing in it."""

    text: str
    words: str
    terms: frozenset[str]
    vectors: tuple[Vector, ...] = ()

    @classmethod
    def of(cls, text: str, vectors: Iterable[Vector] = ()) -> "ComparedText":
        """A text with its vectors, which count only where it has a meaning to the encoder."""
        return cls(text, same_words(text), term_set(text), tuple(vectors) if has_meaning(text) else ())


@dataclass(frozen=True, slots=True)
class Least:
    """How alike two questions must be: the sum of cosine and words (to 1 + `WORDS_SHARE`), and where one of them has no
    vector the share of common words (to 1)."""

    meaning: float
    words: float


def compared(question: Question) -> ComparedText:
    """The wording of a customer's question that counts most."""
    wording = max(question.wordings, key=lambda each: each.share)
    return ComparedText.of(wording.text, [need.vector for need in wording.needs])


def likeness(one: ComparedText, other: ComparedText, least: Least) -> float | None:
    """How alike two questions are, either way round, from 0 to 1 for the same words; None for less than is asked. Of
    several things that are asked the two that are most alike count."""
    if one.words and one.words == other.words:
        return 1.0
    if not one.vectors or not other.vectors:
        common = _dice(one.terms, other.terms)
        return SAME_MEANING * common if common >= least.words else None
    if least.meaning == NEVER:
        return None
    cosine = max(float(mine @ theirs) for mine in one.vectors for theirs in other.vectors)
    alike = cosine + WORDS_SHARE * _dice(one.terms, other.terms)
    return SAME_MEANING * alike / (1 + WORDS_SHARE) if alike >= least.meaning else None


def same_words(text: str) -> str:
    """The words of a text in their order, without case, width and punctuation."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def has_meaning(text: str) -> bool:
    """Whether an encoder that knows Latin letters only can tell what a text says."""
    letters = [unicodedata.normalize("NFD", character)[0].lower() for character in text if character.isalpha()]
    return sum("a" <= letter <= "z" for letter in letters) >= LATIN * len(letters) if letters else False


def _dice(words: frozenset[str], others: frozenset[str]) -> float:
    return 2 * len(words & others) / (len(words) + len(others)) if words and others else 0.0
