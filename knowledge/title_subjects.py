"""What a title is about, whatever version of the article it heads: pure.

"How do I change my email? (app)" and "Update your e-mail on the website" are about the same, "Withdraw EUR" and
"Withdraw crypto" are not, nor are "Convert BTC to ETH" and "Convert ETH to BTC".
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

import Stemmer

_PLATFORM_TEXT = "app apps web website browser desktop mobile webpage"
PLATFORM_WORDS = frozenset(_PLATFORM_TEXT.split())

_STOP_TEXT = """
a about am an and any are as at be been being by can could did do does for had has have how i if in is it its may me
might must my now of on onto or our please should so some that the their them then there these this those us using via
want was we were what whats which why will with would you your
"""
_STOP_WORDS = frozenset(_STOP_TEXT.split())
_SAME = (
    "change update edit modify amend",
    "delete remove erase",
    "setup configure",
    "enable activate",
    "disable deactivate",
    "buy purchase",
    "find locate view see",
    "problem issue trouble",
    "receive get obtain",
    "fix resolve solve",
    "start begin",
    "choose select pick",
    "crypto cryptocurrency",
)
"""Each line are words that ask for the same thing in a title."""
_PHRASES = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), word)
    for pattern, word in (
        (r"(?:log|sign)(?:s|ged|ning|ging)?[- ]?in(?:to)?(?: to)?", "login"),
        (r"set(?:s|ting)?[- ]?up", "setup"),
        (r"(?:turn|switch)(?:s|ed|ing)?[- ]on", "enable"),
        (r"(?:turn|switch)(?:s|ed|ing)?[- ]off", "disable"),
        (r"e-mails?", "email"),
        (r"(?:two|2)[- ](?:factor|step) (?:authentication|verification)", "2fa"),
        (r"['’](?:s|re|ve|ll|d|m)", ""),
        (r"cannot|\w+n['’]t", "not"),
        (r"(?:how|want|need|able|like|try|trying) to", ""),
    )
)
_EDITION = re.compile(
    r"[(\[]\s*(?:old|new|outdated|obsolete|archived?|deprecated|updated)(?: (?:version|article))?\s*[)\]]"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}(?:\s+(?:19|20)\d\d)?|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b"
    rf"(?:,?\s+(?:19|20)\d\d)?|{_MONTH}\s+(?:19|20)\d\d|(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?)\b"
)
_WORD = re.compile(r"[^\W_]+")
_DIRECTION = frozenset(("to", "into", "from", "than", "before", "after", "between"))

Subject = tuple[str, ...]
"""The words that say what a title is about, folded; in the title's order where that order says something."""


def subject_of(title: str, names: Collection[str] = (), dated: bool = False) -> Subject:
    """The words of `title` that say what it is about.

    Words for a platform, years and dates, marks such as "(old)", words without meaning and `names` (in lower case; the
    product's own, which any title may have or lack) are left out. A `dated` title, such as an announcement's, keeps
    its dates: they are part of what it is about. A title of nothing else keeps all its words.
    """
    text = _EDITION.sub(" ", unicodedata.normalize("NFKC", title).casefold())
    words = _words(text if dated else _DATE.sub(" ", text))
    said = [word for word in words if word not in names and word not in _STOP_WORDS and word not in PLATFORM_WORDS]
    directed = any(word in _DIRECTION for word in said)
    folded = _folded(said or words)
    return tuple(folded if directed else sorted(folded))


def folded_words(text: str) -> list[str]:
    """The words of a text, folded as those of a subject are: stemmed (Snowball, English), and those that ask for the
    same thing, such as "change" and "update", made one."""
    return _folded(_words(unicodedata.normalize("NFKC", text).casefold()))


def _words(text: str) -> list[str]:
    for pattern, word in _PHRASES:
        text = pattern.sub(word, text)
    return _WORD.findall(text)


def _folded(words: Iterable[str]) -> list[str]:
    stem = Stemmer.Stemmer("english").stemWord
    stems = (stem(word) for word in words)
    return [_HEADS.get(word, word) for word in stems]


def _heads() -> dict[str, str]:
    stem = Stemmer.Stemmer("english").stemWord
    return {stem(word): stem(line.split()[0]) for line in _SAME for word in line.split()}


_HEADS = _heads()
