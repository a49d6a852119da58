"""The choices of a question back: short texts, each a question that finds its article, and which one a reply means.
Pure."""

import re
from collections.abc import Sequence

from bot.answering.versions import article_platform
from embeddings.terms import terms
from knowledge.models import Article, Platform

OPTION_CHARACTERS = 72
"""Two lines on a phone."""
LEAST_CHARACTERS = 24
"""A title is not cut at a clause that would leave fewer."""

_PLATFORM_AT_END = re.compile(r"\s*\((web|app)\)\s*$", re.IGNORECASE)
_NAMES_WEB = re.compile(r"\b(web|website|site|browser|desktop)\b", re.IGNORECASE)
_NAMES_APP = re.compile(r"\b(app|mobile|phone)\b", re.IGNORECASE)
_CLAUSE = re.compile(r",\s|\s[–—-]\s|:\s|;\s")
_PLACES = ("first", "one", "second", "two", "third", "three", "fourth", "four")
_PLACE = re.compile(
    rf"\W*(?:(?:the|option|number|choice|answer|no|nr|please)\W+)*(?:(?P<number>\d)|(?P<word>{'|'.join(_PLACES)}))"
    r"(?:\W+(?:one|option|choice|please|pls))*\W*",
    re.IGNORECASE,
)
_SAYS_NOTHING = frozenset(terms("one option please thanks yes mean meant it is that this the"))


def topic_option(article: Article, versions: Sequence[Article] = ()) -> str:
    """An article's title, shortened. Where `versions` (of its family, itself included) are for the web and for the app,
    what their titles begin with alike."""
    sides = {article_platform(version): version.title for version in versions}
    sides.pop(Platform.ANY, None)
    return shortened(_alike(*sides.values()) if len(sides) == 2 else article.title)


def platform_option(article: Article) -> str:
    """The title of an article for the web or the app, shortened, with its platform where the title does not tell it."""
    platform = article_platform(article)
    names = _NAMES_WEB if platform is Platform.WEB else _NAMES_APP
    bare = _PLATFORM_AT_END.sub("", article.title)
    if names.search(bare):
        return shortened(bare)
    return f"{shortened(bare, OPTION_CHARACTERS - len(platform.value) - 3)} ({platform.value})"


def shortened(title: str, characters: int = OPTION_CHARACTERS) -> str:
    """The title on one line of at most so many characters: up to the end of a clause, else up to a word and an
    ellipsis."""
    line = " ".join(title.split())
    if len(line) <= characters:
        return line
    ends = [found.start() for found in _CLAUSE.finditer(line) if LEAST_CHARACTERS <= found.start() <= characters]
    if ends:
        return line[: ends[-1]]
    cut = line[:characters].rpartition(" ")[0] or line[: characters - 1]
    return cut.rstrip(" ,;:–—-") + "…"


def told_apart(options: Sequence[str]) -> tuple[int, ...]:
    """The places of the options that no earlier one equals, capitals and signs aside."""
    first: dict[str, int] = {}
    for place, option in enumerate(options):
        first.setdefault(_folded(option), place)
    return tuple(first.values())


def chosen(message: str, options: Sequence[str]) -> str | None:
    """The option that a reply to a question back means: its text, its place ("2", "the second one"), or words that
    stand in it and in no other ("the app one"); None when the reply says something else."""
    folded = _folded(message)
    for option in options:
        if folded == _folded(option):
            return option
    if found := _PLACE.fullmatch(message):
        place = int(found["number"]) - 1 if found["number"] else _PLACES.index(found["word"].lower()) // 2
        return options[place] if 0 <= place < len(options) else None
    said = set(terms(message)) - _SAYS_NOTHING
    holding = [option for option in options if said <= set(terms(option))]
    return holding[0] if said and len(holding) == 1 else None


def _alike(first: str, second: str) -> str:
    """What two titles begin with alike, as a question when both are; the first when that is less than three words or
    says nothing."""
    one, other = (_PLATFORM_AT_END.sub("", title).split() for title in (first, second))
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    if same == len(one) == len(other):
        return " ".join(one)
    while same and not terms(one[same - 1]):
        same -= 1
    if same < 3:
        return first
    ends_asking = one[-1].endswith("?") and other[-1].endswith("?")
    return " ".join(one[:same]).rstrip(" ,;:?") + ("?" if ends_asking else "")


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
