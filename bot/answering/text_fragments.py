"""Text directives: `prefix-,start,end,-suffix`, by which a link names a place in the text of a page.

The rules are those of https://wicg.github.io/scroll-to-text-fragment/: a browser takes the first place that fits,
compares base letters only (neither case nor accents), finds each term within one block and at word boundaries, and
lets white space stand between a term and its context. Where it could be argued what is equal, more is taken to be
equal here, so that what is unique here is unique there.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote as percent_encode

WHOLE_QUOTE_CHARACTERS = 200
"""A longer quote, or one of several blocks, is named by its first and last words."""
END_WORDS = (4, 8)
"""How many words those are."""
CONTEXT_WORDS = 10
LABEL_WORDS, LABEL_CHARACTERS = 3, 20
"""Fewer words or characters may well stand in a menu around the text too: they are named with their context."""

_SPACE = " \u00a0\u1680\u2000-\u200a\u205f\u3000\\t\\n"
_STOP = "。、！？"
_WORD = re.compile(rf"[^{_SPACE}{_STOP}]*[{_STOP}]+[」』）】〉》”’)]*|[^{_SPACE}{_STOP}]+")
"""What stands between white space; where a script writes none, between its stops. Always word boundaries."""
_FOLDED = str.maketrans(
    {**dict.fromkeys("‘’‚‛′`´׳ʼ", "'"), **dict.fromkeys("“”„‟″«»״", '"'), "\t": " "}
    | {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "æ": "ae", "œ": "oe", "ı": "i"}
)
_UNSEEN = {"Mn", "Me", "Cf"}
_APART = "\0"
"""No term has it and nothing passes over it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page: its block and place there, its run of words (which no line end or wider gap breaks), and its
    place in the folded text of the page."""

    block: int
    start: int
    end: int
    run: int
    low: int
    high: int


Words = tuple[int, int]
"""The first and the last of neighbouring words of one run, by number."""


@dataclass(frozen=True, slots=True)
class Directive:
    """The terms of a text directive as words of the page."""

    start: Words
    end: Words | None = None
    prefix: Words | None = None
    suffix: Words | None = None


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page, ready to be searched as a browser does. The words are those of the blocks; the folded text
    has what stands around them on the page too."""

    blocks: tuple[str, ...]
    words: tuple[Word, ...]
    folded: str

    def directive(self, first: tuple[int, int], after: tuple[int, int]) -> str | None:
        """The percent-encoded directive that leads to the text from `first` up to `after` (each a block and a
        character of it) and nowhere else, moved outwards to whole words; None when there is none.

        Where context does not tell the beginning apart, such as the first cell of a row, it may lead to what follows,
        as long as that is the greater part.
        """
        low = bisect_right(self.words, first, key=lambda word: (word.block, word.end))
        high = bisect_left(self.words, after, key=lambda word: (word.block, word.start)) - 1
        if low > high or not all(self._term((at, at)).strip() for at in (low, high)):
            return None
        middle = (self.words[low].low + self.words[high].high) / 2
        runs = (at for at in range(low + 1, high + 1) if self.words[at].run != self.words[at - 1].run)
        begins = (low, *(at for at in runs if self.words[at].low < middle))
        possible = (each for begin in begins for each in self._directives(begin, high))
        found = next((each for each in possible if self._leads_only_there(each)), None)
        return self._encoded(found) if found else None

    def _directives(self, low: int, high: int) -> Iterator[Directive]:
        """Those that fit the words `low` to `high`, shortest first."""
        one_run = self.words[low].run == self.words[high].run
        if not one_run or self.words[high].end - self.words[low].start > WHOLE_QUOTE_CHARACTERS:
            for before, after in self._contexts(low, high):
                for count in END_WORDS:
                    start, end = (low, self._last(low, count, high)), (self._first(high, count, low), high)
                    if start[1] < end[0]:
                        yield Directive(start, end, before, after)
        if one_run:
            for before, after in self._contexts(low, high):
                yield Directive((low, high), None, before, after)

    def _contexts(self, low: int, high: int) -> Iterator[tuple[Words | None, Words | None]]:
        """Pairs of a prefix and a suffix, none first, then with more and more words."""
        for count in range(CONTEXT_WORDS + 1):
            before = (self._first(low - 1, count, 0), low - 1) if count and low else None
            last = len(self.words) - 1
            after = (high + 1, self._last(high + 1, count, last)) if count and high < last else None
            yield from dict.fromkeys(((before, None), (None, after), (before, after)))

    def _first(self, at: int, count: int, least: int) -> int:
        """The first of `count` words that end with `at`, or of fewer where the run begins later."""
        return next((i for i in range(max(least, at - count + 1), at) if self.words[i].run == self.words[at].run), at)

    def _last(self, at: int, count: int, most: int) -> int:
        """The last of `count` words that begin with `at`, or of fewer where the run ends earlier."""
        return next(
            (i for i in range(min(most, at + count - 1), at, -1) if self.words[i].run == self.words[at].run), at
        )

    def _leads_only_there(self, directive: Directive) -> bool:
        start, prefix = self._term(directive.start), self._term(directive.prefix)
        end, suffix = self._term(directive.end), self._term(directive.suffix)
        last = directive.end or directive.start
        alone = last[1] - directive.start[0] + 1 == len(self.words)
        if self._is_label(directive.start) and not (prefix or suffix or alone):
            return False
        begins = [place for place in _places(start, self.folded) if self._preceded(place, prefix)]
        if not end:
            begins = [place for place in begins if self._followed(place + len(start), suffix)]
            return begins == [self.words[directive.start[0]].low]
        own = self.words[directive.start[0]].low
        ends = [place for place in _places(end, self.folded) if self._followed(place + len(end), suffix)]
        begins = [place for place in begins if ends and place + len(start) <= ends[-1]]
        reached = next((place for place in ends if place >= own + len(start)), None)
        return begins == [own] and reached == self.words[last[0]].low

    def _is_label(self, words: Words) -> bool:
        few = words[1] - words[0] + 1 < LABEL_WORDS
        return few or len(self._term(words)) < LABEL_CHARACTERS

    def _preceded(self, place: int, prefix: str) -> bool:
        while place and self.folded[place - 1] in " \n":
            place -= 1
        return self.folded.endswith(prefix, 0, place)

    def _followed(self, place: int, suffix: str) -> bool:
        while self.folded[place : place + 1] in (" ", "\n"):
            place += 1
        return self.folded.startswith(suffix, place)

    def _term(self, words: Words | None) -> str:
        return self.folded[self.words[words[0]].low : self.words[words[1]].high] if words else ""

    def _encoded(self, directive: Directive) -> str:
        def term(words: Words) -> str:
            first, last = self.words[words[0]], self.words[words[1]]
            return encode_term(self.blocks[first.block][first.start : last.end])

        return ",".join(
            (
                *([f"{term(directive.prefix)}-"] if directive.prefix else []),
                term(directive.start),
                *([term(directive.end)] if directive.end else []),
                *([f"-{term(directive.suffix)}"] if directive.suffix else []),
            )
        )


def page_text(blocks: Sequence[str], around: Sequence[str] = ()) -> PageText:
    """The text of a page as a browser shows it: `blocks` in order, and elsewhere on the page the texts `around`
    them."""
    words: list[Word] = []
    parts = [f"{fold(text)}{_APART}" for text in around]
    length, run = sum(map(len, parts)), 0
    for number, block in enumerate(blocks):
        before = 0
        for found in _WORD.finditer(block):
            gap, word = block[before : found.start()], fold(found[0])
            if not before or len(gap) > 1 or gap in ("\n", "\t"):
                run += 1
            between = fold(gap) if before else "\n"
            length += len(between)
            words.append(Word(number, found.start(), found.end(), run, length, length + len(word)))
            parts += (between, word)
            length += len(word)
            before = found.end()
    return PageText(tuple(blocks), tuple(words), "".join(parts))


def fold(text: str) -> str:
    """`text` without what a browser's search does not tell apart: case, accents, forms of quotation marks, unseen
    characters. Character by character: what is folded apart is equal to what is folded together."""
    if text.isascii():
        return text.lower().translate(_FOLDED)
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_FOLDED))
    return "".join(character for character in folded if unicodedata.category(character) not in _UNSEEN)


def encode_term(text: str) -> str:
    """Percent-encoded for a text directive, whose own syntax uses `-`, `,` and `&`."""
    return percent_encode(text, safe="").replace("-", "%2D")


def _places(term: str, text: str) -> Iterator[int]:
    place = text.find(term)
    while place >= 0:
        yield place
        place = text.find(term, place + 1)
