"""Seed phrases (BIP-39) in running text, without any keyword, and without taking ordinary sentences for one.

Two kinds of proof. A **checksum**: 12, 15, 18, 21 or 24 list words in a row, with order marks and fillers between them,
that are a valid mnemonic. Or **evidence**: at least eight list words close together that add up (everyday speech,
repeats and interruptions count against it): part of a phrase, a phrase with a slip in it or with a word too many.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from bot.safety.findings import Span
from bot.safety.glued_words import glued_mnemonic
from bot.safety.order_marks import FILLERS, is_order_mark, numbers_its_word
from bot.safety.speech import SPEECH
from bot.safety.wordlists import LENGTHS, WordList, languages_of, valid_windows, word_lists

MIN_RUN = 8
"""List words that a partial phrase has at least, in a row."""
MIN_DISTINCT = 5


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a phrase without a checksum has at least: list words, evidence; whether other words may interrupt it."""

    words: int
    evidence: float
    interrupted: bool


_RULES = (_Rule(MIN_RUN, 6.0, interrupted=False), _Rule(10, 7.5, interrupted=True))

_Window = tuple[int, int, int]
"""A valid mnemonic: its first token, its last (exclusive), its words."""
_WORD, _SPEECH, _FILLER, _SLIP, _FOREIGN = 1.0, 0.25, -0.5, -0.5, -1.9
_GIVE_UP = 5.0
"""How much evidence is lost before a stretch ends: three foreign words in a row."""
_LENGTH_STEP = 3
"""Every length of a full phrase is a multiple of this."""
_LONGEST_LEFTOVER = 12
"""Tokens beside a valid phrase that may be left alone; more of them are masked with it."""
_LONG_RUN = 240
_REACH = 8
"""Tokens between two list words of one cluster, at most."""
_TOKEN = re.compile(r"[^\W\d_㐀-鿿]+(?:[\u3099\u309a]+[^\W\d_㐀-鿿]*)*|[㐀-鿿]+")
_BOUNDARY = frozenset(':;.!?"“”«»\n')


def seed_phrases(text: str) -> list[Span]:
    """Where seed phrases stand in a folded text, in no order; stretches may overlap."""
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    words = [text[start:end].lower() for start, end in tokens]
    found = [token for token, word in zip(tokens, words, strict=True) if glued_mnemonic(word)]
    if len(words) < MIN_RUN:
        return found
    known = languages_of()
    languages = [known.get(word, 0) for word in words]
    for place, word_list in enumerate(word_lists()):
        hits = [at for at, bits in enumerate(languages) if bits >> place & 1]
        if len(hits) >= MIN_RUN:
            reading = _Reading(text, tokens, words, word_list)
            found += [
                (tokens[a][0], tokens[b - 1][1]) for cluster in _clusters(hits) for a, b in reading.phrases(*cluster)
            ]
    return found


def _clusters(hits: Sequence[int]) -> Iterator[Span]:
    """Stretches of tokens (end exclusive) with at least MIN_RUN list words, none further than _REACH from the next."""
    begin = 0
    for at in range(1, len(hits) + 1):
        if at == len(hits) or hits[at] - hits[at - 1] > _REACH:
            if at - begin >= MIN_RUN:
                yield hits[begin], hits[at - 1] + 1
            begin = at


class _Reading:
    """The tokens of a text read in one language. Spans are of tokens, their end exclusive."""

    def __init__(self, text: str, tokens: Sequence[Span], words: Sequence[str], word_list: WordList) -> None:
        self._text = text
        self._tokens = tokens
        self._words = words
        self._numbers = word_list.numbers
        self._list = word_list

    def phrases(self, first: int, last: int) -> list[Span]:
        """The phrases inside one cluster."""
        evident = _joined([span for rule in _RULES for span in self._evident(first, last, rule)])
        labelled = {at for at in range(first, last) if numbers_its_word(self._text, self._tokens[at])}
        valid = self._valid(first, last, labelled, evident) if labelled else []
        valid = sorted(valid or self._valid(first, last, frozenset(), evident))
        return [
            self._trimmed(span, valid[bisect_left(valid, (span[0], 0, 0)) : bisect_left(valid, (span[1], 0, 0))])
            for span in _joined([*evident, *((begin, end) for begin, end, _ in valid)])
        ]

    def _valid(self, first: int, last: int, skipped: Set[int], evident: Sequence[Span]) -> list[_Window]:
        """The valid mnemonics, overlapping ones too; a very long run that is masked anyway needs no second proof."""
        found: list[_Window] = []
        for run in self._runs(first, last, skipped):
            if len(run) < _LONG_RUN or not any(a <= run[0] and run[-1] < b for a, b in evident):
                for a, b in valid_windows([self._numbers[self._words[at]] for at in run]):
                    if not self._sounds_spoken(run[a:b]):
                        found.append((run[a], run[b - 1] + 1, b - a))
        return found

    def _runs(self, first: int, last: int, skipped: Set[int]) -> Iterator[list[int]]:
        """The places of list words that follow each other, apart from order marks, fillers and `skipped`."""
        run: list[int] = []
        for at in range(first, last):
            listed = self._words[at] in self._numbers
            if listed and at not in skipped:
                run.append(at)
            elif not (listed or self._passes(at)):
                yield run
                run = []
        yield run

    def _passes(self, at: int) -> bool:
        return self._words[at] in FILLERS or is_order_mark(self._text, self._tokens[at])

    def _evident(self, first: int, last: int, rule: _Rule) -> Iterator[Span]:
        begin = end = first
        total = best = 0.0
        last_seen: dict[str, int] = {}
        for at in range(first, last + 1):
            if at == last or total <= 0 or best - total >= _GIVE_UP:
                if best >= rule.evidence and self._enough_words(begin, end, rule.words):
                    yield begin, end
                begin = end = at
                total = best = 0.0
            if at < last:
                repeated = last_seen.get(self._words[at], -1) >= max(begin, at - LENGTHS[0])
                total += self._weight(at, rule, repeated=repeated, inside=at > begin)
                last_seen[self._words[at]] = at
                if total > best:
                    best, end = total, at + 1

    def _weight(self, at: int, rule: _Rule, *, repeated: bool, inside: bool) -> float:
        word = self._words[at]
        if word in self._numbers:
            return _SPEECH if repeated or word in SPEECH else _WORD
        if word in FILLERS:
            return _FILLER
        if is_order_mark(self._text, self._tokens[at]):
            return 0.0
        if not rule.interrupted:
            return -_GIVE_UP
        return _SLIP if inside and self._list.near(word) else _FOREIGN

    def _enough_words(self, begin: int, end: int, least: int) -> bool:
        listed = [word for word in self._words[begin:end] if word in self._numbers]
        return len(listed) >= least and len(set(listed)) >= MIN_DISTINCT

    def _widened(self, begin: int, end: int) -> Span:
        """The span with the words at its edges that a slip, or an interruption of an incomplete phrase, cut off."""
        words = sum(not self._passes(at) for at in range(begin, end))
        missing = max(LENGTHS[-1] - words, -words % _LENGTH_STEP)
        left = self._beyond(begin - 1, -1, missing)
        right = self._beyond(end, 1, missing)
        return begin - left, end + right

    def _beyond(self, at: int, step: int, missing: int) -> int:
        """How many tokens from `at` on belong to it: an interruption and at most `missing` words, or one slip."""
        count = 1
        while count <= missing and self._listed(at + count * step):
            count += 1
        if count > 1:
            return count
        return int(0 <= at < len(self._words) and self._list.near(self._words[at]))

    def _listed(self, at: int) -> bool:
        return 0 <= at < len(self._words) and self._words[at] in self._numbers

    def _trimmed(self, span: Span, valid: Sequence[_Window]) -> Span:
        """Without the sentence around valid phrases, where a boundary or everyday speech tells them apart."""
        begin, end = span
        if not valid:
            return self._widened(begin, end)
        first, last = _core(valid)
        usual = {mark for at in range(first, last - 1) for mark in self._gap(at)}
        if first - begin <= _LONGEST_LEFTOVER and (self._is_speech(begin, first) or self._bounded(first - 1, usual)):
            begin = first
        if end - last <= _LONGEST_LEFTOVER and (self._is_speech(last, end) or self._bounded(last - 1, usual)):
            end = last
        return (begin, end) if (begin, end) == (first, last) else self._widened(begin, end)

    def _bounded(self, at: int, usual: Set[str]) -> bool:
        """Whether a boundary that is not usual inside the phrase stands between a token and the next."""
        return 0 <= at < len(self._tokens) - 1 and bool(_BOUNDARY & set(self._gap(at)) - usual)

    def _gap(self, at: int) -> str:
        """What stands between a token and the next."""
        return self._text[self._tokens[at][1] : self._tokens[at + 1][0]]

    def _sounds_spoken(self, run: Sequence[int]) -> bool:
        """Whether so many words are everyday speech (over two thirds) that only chance can have made them valid."""
        return 3 * sum(self._words[at] in SPEECH for at in run) > 2 * len(run)

    def _is_speech(self, begin: int, end: int) -> bool:
        return all(word in SPEECH or word not in self._numbers for word in self._words[begin:end])


def _core(valid: Sequence[_Window]) -> Span:
    """From the first to the last of these windows (in order), by the longest of those that overlap: the best proof."""
    groups: list[list[_Window]] = []
    reach = 0
    for window in valid:
        if groups and window[0] < reach:
            groups[-1].append(window)
        else:
            groups.append([window])
        reach = max(reach, window[1])
    first, last = _longest(groups[0]), _longest(groups[-1])
    return min(begin for begin, _, _ in first), max(end for _, end, _ in last)


def _longest(windows: Sequence[_Window]) -> list[_Window]:
    most = max(words for _, _, words in windows)
    return [window for window in windows if window[2] == most]


def _joined(spans: Sequence[Span]) -> list[Span]:
    result: list[Span] = []
    for begin, end in sorted(spans):
        if result and begin < result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((begin, end))
    return result
