"""The word lists of BIP-39, read once from the installed `mnemonic` package (Trezor, MIT), and the checksum."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mnemonic import Mnemonic

from bot.safety.findings import Span
from bot.safety.folding import fold

LENGTHS = (24, 21, 18, 15, 12)
"""How many words a mnemonic has (BIP-39)."""
_CUT = 4
_HAN = "chinese"
_SHORTEST_NEAR = 4
_BROKEN = {"сно\ufffd\ufffdа": "снова"}
"""A word whose two bytes of «в» were lost in the file that mnemonic 0.21 ships, and the word that people write."""


@dataclass(frozen=True, slots=True)
class WordList:
    """One language: the number (0–2047) of each word, and of each cut to four letters that no other word shares."""

    language: str
    numbers: Mapping[str, int]

    @property
    def is_han(self) -> bool:
        """Whether each word is one Chinese character."""
        return self.language.startswith(_HAN)

    def near(self, word: str) -> bool:
        """Whether one slip of the keyboard (a letter missing, added, wrong or swapped) makes a list word of it."""
        if len(word) < _SHORTEST_NEAR or self.is_han:
            return False
        shortened = _shortened(self.language)
        if word in shortened:
            return True
        return any(less in shortened or less in self.numbers for less in _one_less(word))


@lru_cache(maxsize=1)
def word_lists() -> tuple[WordList, ...]:
    """All languages that the package ships, in the order of their names."""
    return tuple(_word_list(language) for language in sorted(Mnemonic.list_languages()))


@lru_cache(maxsize=1)
def languages_of() -> Mapping[str, int]:
    """For each word or cut of any language, the bits 1 << place in `word_lists()` of the languages that have it."""
    bits: dict[str, int] = {}
    for place, words in enumerate(word_lists()):
        for word in words.numbers:
            bits[word] = bits.get(word, 0) | 1 << place
    return bits


_FORMS = tuple((length, length // 3, (1 << 11 * length) - 1, length * 4 // 3) for length in LENGTHS)
"""For each length: its words, the bits of its checksum, a mask of all its bits, the bytes of its entropy."""


def valid_windows(numbers: Sequence[int]) -> list[Span]:
    """Every stretch of 12, 15, 18, 21 or 24 consecutive word numbers whose checksum (BIP-39) is right."""
    spans: list[Span] = []
    every_bit = _FORMS[0][2]
    seen = 0
    for end, number in enumerate(numbers, start=1):
        seen = (seen << 11 | number) & every_bit
        for length, bits, mask, size in _FORMS:
            if length > end:
                continue
            entropy = ((seen & mask) >> bits).to_bytes(size, "big")
            if hashlib.sha256(entropy).digest()[0] >> 8 - bits == seen & (1 << bits) - 1:
                spans.append((end - length, end))
    return spans


def _word_list(language: str) -> WordList:
    words = [plain_word(_BROKEN.get(word, word)) for word in Mnemonic(language).wordlist]
    numbers = {word: number for number, word in enumerate(words)}
    cuts: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        if word.isascii() and len(word) > _CUT:
            cuts.setdefault(word[:_CUT], []).append(number)
    unique = {cut: found[0] for cut, found in cuts.items() if len(found) == 1}
    return WordList(language, {**unique, **numbers})


def plain_word(word: str) -> str:
    """The spelling under which a word is looked up: folded, lower case."""
    return fold(word).text.lower()


@lru_cache(maxsize=16)
def _shortened(language: str) -> frozenset[str]:
    words = next(words for words in word_lists() if words.language == language)
    return frozenset(less for word in words.numbers if len(word) > _SHORTEST_NEAR for less in _one_less(word))


def _one_less(word: str) -> list[str]:
    return [word[:place] + word[place + 1 :] for place in range(len(word))]
