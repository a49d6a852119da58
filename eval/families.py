"""How well families are found: pairs of articles against labels, and a help center with twins put into it whose labels
are known. Pure."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from knowledge.models import Article, Platform

LEAST_WORDS = 60
"""Of a body that is copied: a shorter one says too little to be recognised."""
WARNING = (
    "**Warning:** Before you go on, save your work and close every other program. We never ask for your password, "
    "neither by phone nor by email, and nobody of our team asks you to install a program for remote access. If "
    "somebody does, end the call, write down the number, and report it to the support team together with the time, "
    "so that other customers can be warned of it."
)

_YEAR = re.compile(r"\b20[0-3]\d\b")
_SENTENCE = re.compile(r"(?<![^\s])[A-Z][^.!?\n|]{20,}[.!?](?=\s|\Z)")
_OTHER_SENTENCE = "Ask the person who looks after your account when none of this was of use."
_WORD = re.compile(r"[^\W_]+")
_APP_WORDS = (
    (re.compile(r"\b(?:click on|click|select|press)\b"), "tap"),
    (re.compile(r"\b(?:Click on|Click|Select|Press)\b"), "Tap"),
    (re.compile(r"\b(?:web ?site|web page|webpage|browser|desktop|web)\b", re.IGNORECASE), "app"),
)


@dataclass(frozen=True, slots=True)
class PairScores:
    """Pairs of articles that belong together: found, labelled, and both."""

    found: int
    labelled: int
    both: int

    @property
    def precision(self) -> float:
        """Share of the found pairs that are labelled; 1 when none is found."""
        return self.both / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the labelled pairs that are found; 1 when there is none."""
        return self.both / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two; 0 when both are 0."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        shares = {name: round(getattr(self, name), 4) for name in ("precision", "recall", "f1")}
        return {"labelled": self.labelled, "found": self.found, "both": self.both, **shares}


def pair_scores(found: Mapping[str, str], families: Iterable[Sequence[str]]) -> PairScores:
    """The families `found` (article id to family id) against the labelled ones, each a list of article ids."""
    members: dict[str, list[str]] = {}
    for article, family in found.items():
        members.setdefault(family, []).append(article)
    ours, theirs = _pairs(members.values()), _pairs(families)
    return PairScores(len(ours), len(theirs), len(ours & theirs))


@dataclass(frozen=True, slots=True)
class TwinnedHelpCenter:
    """A help center with versions of its own articles put into it, and the families that these make. Beside them
    stand look-alikes, which are in no family: the same text about another thing."""

    articles: tuple[Article, ...]
    families: tuple[tuple[str, ...], ...]
    kinds: Mapping[str, str]
    """What was done to make each article that was put in, by its id."""


def with_twins(articles: Sequence[Article]) -> TwinnedHelpCenter:
    """`articles` with one version of each that has text enough, of five kinds in turn, one look-alike of every other
    article, and a warning under every third."""
    warned = [
        dataclasses.replace(article, body=f"{article.body}\n\n{WARNING}") if number % 3 == 0 else article
        for number, article in enumerate(sorted(articles, key=lambda article: article.id))
    ]
    made: list[Article] = []
    families, kinds = [], {}
    for number, article in enumerate(warned):
        if len(article.body.split()) < LEAST_WORDS:
            continue
        name, change = VERSIONS[number % len(VERSIONS)]
        twin = dataclasses.replace(change(article), id=f"{article.id}~{name}")
        families.append((article.id, twin.id))
        made.append(twin)
        kinds[twin.id] = name
        thing = thing_of(article)
        if number % 2 and thing:
            other = dataclasses.replace(about_another(article, thing), id=f"{article.id}~look-alike")
            made.append(other)
            kinds[other.id] = "look-alike"
    return TwinnedHelpCenter((*warned, *made), tuple(families), kinds)


def for_the_app(article: Article) -> Article:
    """A twin for the app: the words for the platform changed in title and body."""
    body = article.body
    for pattern, word in _APP_WORDS:
        body = pattern.sub(word, body)
    return dataclasses.replace(article, title=f"{article.title} (app)", body=body, platform=Platform.APP)


def of_last_year(article: Article) -> Article:
    """An old version: a year in the title, every year of the body one less, a number in it changed."""
    body = _YEAR.sub(lambda year: str(int(year[0]) - 1), article.body)
    return dataclasses.replace(article, title=f"{article.title} (2024)", body=f"In 2024, 7 of 31 asked.\n\n{body}")


def with_other_sentence(article: Article) -> Article:
    """A near-copy: the sentence in the middle says something else, or one more stands at the end."""
    sentences = list(_SENTENCE.finditer(article.body))
    start, end = sentences[len(sentences) // 2].span() if sentences else (len(article.body),) * 2
    return dataclasses.replace(article, body=article.body[:start] + _OTHER_SENTENCE + article.body[end:])


def under_another_title(article: Article) -> Article:
    """A near-copy that somebody wrote again because they did not find the first: two more words in the title, another
    sentence."""
    return dataclasses.replace(with_other_sentence(article), title=f"Everything worth knowing: {article.title}")


def cut_and_turned(article: Article) -> Article:
    """A shorter version in another order: every fourth paragraph left out, the halves changed over."""
    paragraphs = [part for number, part in enumerate(article.body.split("\n\n")) if number % 4 != 3]
    half = len(paragraphs) // 2
    return dataclasses.replace(article, body="\n\n".join([*paragraphs[half:], *paragraphs[:half]]))


VERSIONS: tuple[tuple[str, Callable[[Article], Article]], ...] = (
    ("platform", for_the_app),
    ("year", of_last_year),
    ("sentence", with_other_sentence),
    ("cut", cut_and_turned),
    ("title", under_another_title),
)


def thing_of(article: Article) -> str | None:
    """What the article is about: the word of its title, of five letters or more, that its body has most often."""
    body = _WORD.findall(article.body.casefold())
    counts = {word: body.count(word) for word in _WORD.findall(article.title.casefold()) if len(word) > 4}
    best = max(sorted(counts), key=lambda word: counts[word], default=None)
    return best if best is not None and counts[best] > 2 else None


def about_another(article: Article, thing: str) -> Article:
    """The same text about another thing."""
    pattern = re.compile(rf"(?<![^\W_]){re.escape(thing)}(?![^\W_])", re.IGNORECASE)
    return dataclasses.replace(
        article, title=pattern.sub("Quorvil", article.title), body=pattern.sub("Quorvil", article.body)
    )


def _pairs(families: Iterable[Sequence[str]]) -> set[tuple[str, str]]:
    return {pair for family in families for pair in combinations(sorted(family), 2)}
