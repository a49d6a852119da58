"""The filter that knows BIP-39's words in the browser is made here, and is what the panel ships."""

import base64
import re

from mnemonic import Mnemonic

from bot.web.pages import STATIC_FOLDER

BITS, HASHES = 20_480, 7
FILE = STATIC_FOLDER / "widget" / "seed_words.js"


def word_hash(word: str, seed: int) -> int:
    """FNV-1a, then half of Murmur's finish."""
    value = seed
    for character in word:
        value = (value ^ ord(character)) * 0x01000193 & 0xFFFFFFFF
    value ^= value >> 15
    value = value * 0x85EBCA6B & 0xFFFFFFFF
    return value ^ value >> 13


def places(word: str) -> list[int]:
    first, step = word_hash(word, 0x811C9DC5), word_hash(word, 0x1B873593) | 1
    return [(first + turn * step & 0xFFFFFFFF) % BITS for turn in range(HASHES)]


def made_filter(words: list[str]) -> str:
    bits = bytearray(BITS // 8)
    for place in (place for word in words for place in places(word)):
        bits[place >> 3] |= 1 << (place & 7)
    return base64.b64encode(bits).decode()


def test_the_filter_that_ships_is_made_of_the_words() -> None:
    shipped = "".join(re.findall(r'"([^"]+)"', FILE.read_text(encoding="utf-8")))
    assert shipped == made_filter(Mnemonic("english").wordlist)


def test_it_is_small() -> None:
    assert FILE.stat().st_size < 6 * 1024
