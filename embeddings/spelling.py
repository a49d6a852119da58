"""Spelling errors in a question, mended with the words of the corpus: pure.

What may be a code, a ticker, a number or an address is never touched, a name hardly ever. The word that was probably
meant is the one with the highest product of how often it stands in the corpus and how often such a slip is made (the
noisy channel: Kernighan, Church & Gale, COLING 1990).
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from embeddings.near_words import NearWords
from embeddings.surface_words import PROSE_WORD, TOKEN, folded, is_alphabetic, is_prose
from embeddings.terms import STOP_WORDS

MIN_LETTERS, MAX_LETTERS = 4, 24
TWO_EDITS_FROM = 8
NAME_LETTERS = 6
"""A capital inside a sentence means a name: with fewer letters it is left alone, with more it gets one edit."""
TICKER_LETTERS = 6
"""Capitals of at most so many letters are an abbreviation or a ticker, unless everything is in capitals."""
MAX_UNKNOWN = 60
"""With more different words that nobody knows, a text is no question; looking each up would take long."""
FOREIGN_WORDS = 4
"""When at least so many unknown words have no likeness in the corpus, and more have none than have one, the text is in
another language."""

LEAST_SAID, SLIPS_IN_A_WORD = 2, 1 / 20
"""A word that customers wrote so often is right, unless it stands for less than this share of the one it may be a slip
of."""

_EDIT, _SWAPPED, _OTHER_FIRST_LETTER, _SPLIT = 5.0, 1.0, 3.0, 2.0
"""Minus the logarithm of how often a slip is made; letters that are only swapped take something off."""

_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n])\W*")
_SUFFIXES = ("s", "es", "ed", "d", "ing", "er", "ers", "or", "ors", "ly", "able", "ment", "ments", "ness", "less", "y")
_PREFIXES = ("un", "re", "non", "pre", "dis", "mis", "in", "over", "out", "sub", "multi", "auto", "anti", "inter")


@dataclass(frozen=True, slots=True)
class Correction:
    """A text as it should be searched, and what was changed in it: pairs of wrong and right, in its order."""

    text: str
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text and where it starts. A capital inside a sentence makes it a name."""

    start: int
    text: str
    is_name: bool


class Spelling:
    """Mends questions with the words in `counts` (folded, each with how often it stands in the corpus).

    `is_word` says of a word in lower case whether it is a whole one elsewhere, as to the encoder; such words are left
    alone, and so are words derived from known ones, and those that customers write (`said`, as `counts`). Never changed
    once built, so threads may share it.
    """

    def __init__(
        self,
        counts: Mapping[str, int],
        is_word: Callable[[str], bool],
        said: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._counts = {word: count for word, count in counts.items() if is_alphabetic(word) and count > 0}
        self._is_word = is_word
        self._said = said
        self._log_total = math.log(sum(self._counts.values()) or 1)
        self._near = NearWords(word for word in self._counts if len(word) >= MIN_LETTERS)

    def correct(self, text: str) -> Correction:
        """`text` with its misspelt words mended; everything else stays as it is, byte for byte."""
        unknown = self._unknown(text)
        meant = {key: self._meant(*key) for key in dict.fromkeys((folded(word.text), word.is_name) for word in unknown)}
        unlike = sum(right is None for right in meant.values())
        if unlike >= FOREIGN_WORDS and 2 * unlike > len(meant):
            return Correction(text, ())
        pieces, changes, end = [], [], 0
        for word in unknown:
            if right := meant[folded(word.text), word.is_name]:
                right = _in_case_of(word.text, right)
                pieces += [text[end : word.start], right]
                changes.append((word.text, right))
                end = word.start + len(word.text)
        return Correction("".join([*pieces, text[end:]]), tuple(changes))

    def _unknown(self, text: str) -> list[_Word]:
        """The words of `text` that may be misspelt; none when they are too many for a question."""
        right: set[str] = set()
        wrong: set[str] = set()
        found = []
        for word in _words(text):
            bare = folded(word.text)
            if bare not in right and bare not in wrong:
                (right if self._known(bare) or self._is_derived(bare) else wrong).add(bare)
                if len(wrong) > MAX_UNKNOWN:
                    return []
            if bare in wrong:
                found.append(word)
        return found

    def _known(self, word: str) -> bool:
        return word in self._counts or word in STOP_WORDS or self._is_word(word)

    def _is_derived(self, word: str) -> bool:
        bases = [*_without_suffix(word), *(word.removeprefix(prefix) for prefix in _PREFIXES)]
        return any(MIN_LETTERS - 1 <= len(base) < len(word) and self._known(base) for base in bases)

    def _meant(self, word: str, is_name: bool) -> str | None:
        options = list(self._edits(word, is_name)) + ([] if is_name else list(self._splits(word)))
        right = max(options)[1] if options else None
        return None if right is None or self._is_said(word, right) else right

    def _is_said(self, word: str, right: str) -> bool:
        times = self._said.get(word, 0)
        return times >= LEAST_SAID and times >= SLIPS_IN_A_WORD * self._said.get(right, 0)

    def _edits(self, word: str, is_name: bool) -> Iterator[tuple[float, str]]:
        for near, edits in self._near.within(word, 2 if len(word) >= TWO_EDITS_FROM and not is_name else 1):
            swapped, other_first = sorted(near) == sorted(word), near[0] != word[0]
            if is_name and other_first:
                continue
            if len(word) == MIN_LETTERS and (other_first or (not swapped and len(near) <= len(word))):
                continue  # too short to tell a slip from a ticker
            slips = _EDIT * edits - _SWAPPED * swapped + _OTHER_FIRST_LETTER * other_first
            yield self._log_share(near) - slips, near

    def _splits(self, word: str) -> Iterator[tuple[float, str]]:
        for place in range(2, len(word) - 1):
            left, right = word[:place], word[place:]
            if all(half in self._counts and (len(half) > 2 or half in STOP_WORDS) for half in (left, right)):
                yield self._log_share(left) + self._log_share(right) - _SPLIT, f"{left} {right}"

    def _log_share(self, word: str) -> float:
        return math.log(self._counts[word]) - self._log_total


def _words(text: str) -> Iterator[_Word]:
    """The words of `text` that are prose, of a length worth looking at, and no abbreviations, tickers or brands."""
    tokens = [match for match in TOKEN.finditer(text) if is_prose(match[0])]
    shouted = not any(letter.islower() for token in tokens for letter in token[0])
    starts = {match.end() for match in _SENTENCE_START.finditer(text)}
    for token in tokens:
        for match in PROSE_WORD.finditer(token[0]):
            word, start = match[0], token.start() + match.start()
            if not MIN_LETTERS <= len(word) <= MAX_LETTERS or not is_alphabetic(folded(word)):
                continue
            if word.isupper():
                if shouted or len(word) > TICKER_LETTERS:
                    yield _Word(start, word, is_name=False)
            elif word[1:].islower():  # neither iPhone nor YouTube
                is_name = word[0].isupper() and start not in starts
                if not is_name or len(word) >= NAME_LETTERS:
                    yield _Word(start, word, is_name)


def _in_case_of(wrong: str, right: str) -> str:
    if wrong.isupper():
        return right.upper()
    return right[0].upper() + right[1:] if wrong[0].isupper() else right


def _without_suffix(word: str) -> Iterator[str]:
    for suffix in _SUFFIXES:
        base = word.removesuffix(suffix)
        if base == word or (suffix in ("s", "d") and base[-1:] in ("s", "d")):
            continue
        yield base
        if suffix[0] in "aeioy":
            yield base + "e"
            if base[-1:] == "i":
                yield base[:-1] + "y"
            if base[-2:-1] == base[-1:]:
                yield base[:-1]
