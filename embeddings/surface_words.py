"""Words as they are written, before stemming: which parts of a text are prose, and how often each word stands in a
corpus. Pure."""

import re
import unicodedata
from collections.abc import Iterable

TOKEN = re.compile(r"\S+")
PROSE_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
"""A word inside a token that is prose."""

_NO_PROSE = re.compile(r"[\d@_/\\#$€£=<>{}\[\]|~^*+&%…]|\w[.:(-]\w|^www\.|^--?\w", re.IGNORECASE)


def is_prose(token: str) -> bool:
    """Whether a token (what stands between spaces) is made of words: no code, number, address, path or formula."""
    return not _NO_PROSE.search(token)


def folded(word: str) -> str:
    """A word without case, accents and compatibility forms."""
    word = word.casefold().replace("’", "'")
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFKD", word)
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare.casefold())


def is_alphabetic(word: str) -> bool:
    """Whether a folded word is letters that know upper and lower case: nothing Chinese, Thai or Arabic, where a slip
    looks different."""
    return all(letter != letter.upper() and letter == letter.upper().casefold() for letter in word)


def surface_words(texts: Iterable[str]) -> dict[str, int]:
    """How often each word stands in the prose of `texts`, folded, in alphabetical order."""
    counts: dict[str, int] = {}
    for text in texts:
        for token in TOKEN.findall(text):
            if is_prose(token):
                for word in map(folded, PROSE_WORD.findall(token)):
                    counts[word] = counts.get(word, 0) + 1
    return dict(sorted((word, count) for word, count in counts.items() if is_alphabetic(word)))
