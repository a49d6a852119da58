"""One spelling for what customers write in a hurry, so that a phrase is found however it was typed. Pure.

A message becomes sentences of words divided by one space, each with a space before it: lower case, without accents and
apostrophes, Chinese and Japanese letter by letter, Arabic without its article, drawn-out letters ("heeelp") once. A
word that nobody knows becomes the word of the phrases that it is a slip of ("humna": human), or the two that it is
glued together from ("tosomebody").
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.safety.folding import fold

_APOSTROPHES = re.compile(r"(?<=\w)['’`´‘](?=\w)")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_CONTRACTED = (
    (re.compile(r"\b(do|did|does|was|were|is|are|have|has|had|would|could|should) not\b"), r"\1nt"),
    (re.compile(r"\bcan ?not\b"), "cant"),
    (re.compile(r"\bwill not\b"), "wont"),
    (re.compile(r"\bno one\b"), "noone"),
)
"""What may be said in one word or in two."""
_TOKEN = re.compile(
    r"(?P<letter>[\u3400-\u9fff\u3040-\u30ff])|(?P<word>[^\W_\u3040-\u30ff\u3400-\u9fff]+)|(?P<within>(?<=\d)[.,](?=\d))|(?P<end>[.!?;:\n。！？；：؟؛…]+)|(?P<pause>[,،，、()\-–—]+)"
)
_ARABIC = re.compile("[\u0600-\u06ff]")
_ARABIC_ARTICLE = re.compile("^[وفبك]?(?:ال|لل)(?=..)")
_ARABIC_PREFIXES = frozenset("وفبلك")
_ARABIC_LETTERS = str.maketrans({"ى": "ي", "ة": "ه", "ث": "ت", "ظ": "ض", "ذ": "د", "ـ": "", "ء": ""})
"""Letters that are typed for one another."""
_SIMPLIFIED = str.maketrans(
    "轉請幫員機聯繫絡經給換個騙錢見號賬戶帳訴檢調資體驗護轄實話談處說嗎們裡殺盜舉報偽裝幣領導務問題丟來麼誰讓應壞",
    "转请帮员机联系络经给换个骗钱见号账户账诉检调资体验护辖实话谈处说吗们里杀盗举报伪装币领导务问题丢来么谁让应坏",
)
_SHORT_FORMS: Mapping[str, str] = {
    "u": "you",
    "ya": "you",
    "ur": "your",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "got to",
    "gimme": "give me",
    "pls": "please",
    "plz": "please",
    "w": "with",
    "wth": "with",
    "sum1": "someone",
    "some1": "someone",
    "acc": "account",
    "acct": "account",
    "kms": "kill myself",
    "cuz": "because",
    "kiero": "quiero",
    "kero": "quiero",
}
_GLUED_WORDS = "a an the to with my your you i me real live human bloody damn fucking please can"
_GLUED = frozenset(_GLUED_WORDS.split())
"""Words that are typed without a space before or after."""
SHORTEST_MENDED = 3
SHORTEST_TWICE_MENDED = 9
LONGEST_MENDED = 20
"""Letters: of a slip, of a word with two slips, and of a slip at most."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Spells messages. `vocabulary` are words that stand as they are: those of the phrases, and real words that look
    like slips; slips are mended only of `core`, of
    which `_near` holds the spellings with a letter less."""

    vocabulary: frozenset[str]
    core: frozenset[str]
    _near: Mapping[str, frozenset[str]]

    def sentences(self, text: str) -> tuple[str, ...]:
        """The sentences of a message, each word with a space before it."""
        words = ([word for token in line for word in self._spelt(token)] for line in _lines(text))
        return tuple("".join(f" {word}" for word in line) for line in words if line)

    def _spelt(self, token: str) -> tuple[str, ...]:
        if token in self.vocabulary or len(token) > LONGEST_MENDED:
            return (token,)
        if _ARABIC.match(token):
            return (self._arabic(token),)
        if len(token) < SHORTEST_MENDED or not token.isalpha():
            return (token,)
        return self._taken_apart(token) or self._mended(token) or (token,)

    def _arabic(self, token: str) -> str:
        """Without one letter before it ("and", "to") or the accusative after it, where that makes a known word."""
        if token[0] in _ARABIC_PREFIXES and token[1:] in self.vocabulary:
            return token[1:]
        return token[:-1] if token.endswith("ا") and token[:-1] in self.vocabulary else token

    def _mended(self, token: str) -> tuple[str, ...]:
        near = {word for spelling in _with_one_less(token) for word in self._near.get(spelling, ())}
        slips = ((OSA.distance(token, word), word) for word in near)
        least = min(((slip, word) for slip, word in slips if _is_slip(word, slip)), default=None)
        return (least[1],) if least else ()

    def _taken_apart(self, token: str) -> tuple[str, ...]:
        for cut in range(1, len(token)):
            left, right = token[:cut], token[cut:]
            if {left, right} & self.core and {left, right} <= self.core | _GLUED:
                return left, right
        return ()


def wording_of(words: Iterable[str], slips_of: Iterable[str], kept: Iterable[str] = ()) -> Wording:
    """How to spell messages for phrases that are made of `words`: slips of the words `slips_of` are mended, unless they
    are among `words` or `kept`."""
    near: dict[str, set[str]] = defaultdict(set)
    core = frozenset(slips_of)
    for word in core:
        for spelling in _with_one_less(word):
            near[spelling].add(word)
    found = {spelling: frozenset(words) for spelling, words in near.items()}
    return Wording(frozenset({*words, *kept, *core}), core, found)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in one spelling, with nothing mended and no punctuation."""
    return tuple(word for line in _lines(text) for word in line if word != ",")


def _lines(text: str) -> Iterator[list[str]]:
    plain = _APOSTROPHES.sub("", fold(text.replace("’", "'")).text).lower().translate(_ARABIC_LETTERS)
    plain = _DRAWN_OUT.sub(r"\1", plain.translate(_SIMPLIFIED))
    for said, contracted in _CONTRACTED:
        plain = said.sub(contracted, plain)
    line: list[str] = []
    for match in _TOKEN.finditer(plain):
        match match.lastgroup:
            case "end":
                yield line
                line = []
            case "within":
                continue
            case "pause":
                line.append(",")
            case "letter":
                line.append(match[0])
            case _:
                line.extend(_plain_word(match[0]))
    yield line


def _plain_word(word: str) -> list[str]:
    if _ARABIC.match(word):
        return [_ARABIC_ARTICLE.sub("", word)]
    return _SHORT_FORMS.get(word, word).split()


def _is_slip(word: str, slips: int) -> bool:
    return slips <= (2 if len(word) >= SHORTEST_TWICE_MENDED else 1)


@lru_cache(maxsize=4096)
def _with_one_less(word: str) -> frozenset[str]:
    return frozenset({word, *(word[:place] + word[place + 1 :] for place in range(len(word)))})
