"""Text to index terms: pure, the same for passages and for questions."""

import re
import threading
import unicodedata
from itertools import pairwise

import Stemmer

MAX_TERM_CHARACTERS = 64

_STOP_TEXT = """
a about am an and any are arent as at be because been but by can cannot cant could couldnt did didnt do does
doesnt doing dont else for from had has have having he her hers him his how i if im in into is isnt it its
itself ive just let lets me might must my of on or our ours please pls shall she should so some such than that
the their them then there these they this those to too u us was wasnt we were what whats when where whether
which who whom why will with wont would wouldnt yet you your yours
"""
STOP_WORDS = frozenset(_STOP_TEXT.split())
"""English words that say nothing about a help-center article, as they stand after `terms` has folded them."""

_DROPPED_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]"
)
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_HAN = re.compile("[\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_INDIC = "\u0900-\u0963\u0966-\u0dff"
_LETTER = f"(?:(?![{_UNSPACED}])(?:[^\\W_]|[{_INDIC}]))"
_TOKEN = re.compile(f"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>{_LETTER}+(?:['’&._-]{_LETTER}+)*)")
_CONTRACTION = re.compile("['’](?:s|re|ve|ll|d|m)$")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,])")
_PARTS = re.compile("['’&._-]")
_STEMMERS = threading.local()


def terms(text: str) -> list[str]:
    """The index terms of a text, in its order, repeats included.

    Folds by NFKC, case and accents; drops stop words; stems English words by Snowball (Porter 2). A code such as
    `usdt-trc20` gives itself and its parts, a word such as `e-mail` itself closed up (`email`) and its parts.
    Scripts without spaces give pairs of characters, Chinese characters also one by one.
    """
    found: list[str] = []
    for match in _TOKEN.finditer(_fold(text)):
        if match["unspaced"]:
            found += _pairs(match["unspaced"])
        else:
            found += _word_terms(match["word"])
    return found


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", _DROPPED_MARKS.sub("", unicodedata.normalize("NFD", folded)))
    return _THOUSANDS.sub(lambda match: match[1].replace(",", ""), folded)


def _pairs(run: str) -> list[str]:
    if len(run) == 1:
        return [run]
    return [first + second for first, second in pairwise(run)] + _HAN.findall(run)


def _word_terms(word: str) -> list[str]:
    word = _CONTRACTION.sub("", word)
    parts = _PARTS.split(word)
    if len(parts) == 1:
        return _kept([word])
    if "'" in word or "’" in word:
        return _kept([re.sub("['’]", "", word)]) if len(parts) == 2 else _kept(parts)
    if all(part.isdigit() for part in parts):
        return _kept([word])
    coded = "." in word or any(character.isdigit() for character in word)
    return _kept([word if coded else "".join(parts), *(part for part in parts if len(part) > 1)])


def _kept(words: list[str]) -> list[str]:
    return [_stem(word)[:MAX_TERM_CHARACTERS] for word in words if word not in STOP_WORDS]


def _stem(word: str) -> str:
    if not (word.isascii() and word.isalpha()):
        return word
    if not hasattr(_STEMMERS, "english"):
        _STEMMERS.english = Stemmer.Stemmer("english")
    return str(_STEMMERS.english.stemWord(word))
