"""Which articles are versions of one: near-copies, twins for the web and the app, old and new ones. Pure.

Two articles are linked when

- one says that it supersedes the other, or
- their titles are about the same (`title_subjects`) and so are their bodies, or
- their bodies are nearly the same text and no word that only one of the titles has matters more in one of them.

What is linked, directly or through others, is a family. Text that stands under many different titles, such as a
warning that every article about security ends with, makes nobody kin. The number of comparisons grows with the number
of articles, not with its square.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.models import Article
from knowledge.near_copies import Shingles, jaccard, likely_copies, neighbours, shingles
from knowledge.title_subjects import Subject, folded_words, subject_of

SAME_SUBJECT = 0.6
"""Articles with titles about the same are kin when the shorter vocabulary stands in the other by so large a share of
its information."""
SAME_TEXT = 0.75
"""Articles with other titles are kin when so many of all their shingles are common to both."""
LEAST_SHINGLES = 20
"""A text of fewer says too little to be a copy of another under another title."""
BOILERPLATE_SUBJECTS = 4
"""What stands under titles about more than so many subjects is boilerplate."""
LIKE_OFTEN = 0.6
"""A word matters alike in two texts when it stands in one at least this many times as often as in the other."""
LEAST_FOR_NAMES = 30
"""In a help center of fewer articles no word is known to be the product's name."""
NAME_ARTICLES = 0.5
ANNOUNCEMENTS = "announcements"

_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][^\W_]+")
_CALLOUT = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_DIGIT = re.compile(r"\d")
_BARE_NUMBER = "0"

Words = NDArray[np.int64]
"""Shape (n,): a text's words in order, each as a number."""


def families_of(articles: Sequence[Article]) -> dict[str, str]:
    """The family of each article, by id: the smallest id of its members. An article that has none is its own.

    The order of `articles` does not matter; of several with one id the last counts. An id in `supersedes` that no
    article has links nothing. Articles for other readers (public, internal) or in other languages are no kin.
    """
    by_id = {article.id: article for article in articles}
    corpus = _Corpus([by_id[id_] for id_ in sorted(by_id)])
    family = list(range(len(corpus.articles)))

    def root(number: int) -> int:
        while family[number] != number:
            family[number] = family[family[number]]
            number = family[number]
        return number

    for first, second in corpus.links():
        low, high = sorted((root(first), root(second)))
        family[high] = low
    return {article.id: corpus.articles[root(number)].id for number, article in enumerate(corpus.articles)}


def kin_of(families: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The ids of its whole family, itself included, ascending, by the id of each article that is not alone in its
    family."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for id_ in sorted(families):
        members[families[id_]].append(id_)
    return {id_: tuple(ids) for ids in members.values() if len(ids) > 1 for id_ in ids}


class _Corpus:
    """Articles in the order of their ids, known by their place in it, and what their bodies have in common."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = articles
        self._bodies, articles_with = _read(articles)
        self._counted: dict[int, Counter[str]] = {}
        names = _names(articles)
        self._information = np.log1p(len(articles) / articles_with)
        self._subjects = [
            subject_of(article.title, names, dated=article.section == ANNOUNCEMENTS) for article in articles
        ]

    def links(self) -> Iterator[tuple[int, int]]:
        """Pairs of kin; some come more than once."""
        numbers = {article.id: number for number, article in enumerate(self.articles)}
        for number, article in enumerate(self.articles):
            for old in article.supersedes:
                if old in numbers and self._comparable(number, numbers[old]):
                    yield number, numbers[old]
        by_subject: defaultdict[Subject, list[int]] = defaultdict(list)
        for number, subject in enumerate(self._subjects):
            by_subject[subject].append(number)
        for alike in by_subject.values():
            yield from (pair for pair in neighbours(alike) if self._comparable(*pair) and self._same_subject(*pair))
        own = self._own_shingles(by_subject.values())
        copies = sorted(set(likely_copies(own)))
        yield from (pair for pair in copies if self._comparable(*pair) and self._same_text(*pair, own))

    def _comparable(self, first: int, second: int) -> bool:
        """Whether the two speak to the same readers in the same language."""
        one, other = self.articles[first], self.articles[second]
        return one.audience is other.audience and _language(one) == _language(other)

    def _same_subject(self, first: int, second: int) -> bool:
        one, other = np.unique(self._bodies[first]), np.unique(self._bodies[second])
        shorter = min(self._information[one].sum(), self._information[other].sum())
        shared = self._information[np.intersect1d(one, other, assume_unique=True)].sum()
        return bool(shared >= SAME_SUBJECT * shorter)

    def _same_text(self, first: int, second: int, own: Sequence[Shingles]) -> bool:
        one, other = own[first], own[second]
        if min(len(one), len(other)) < LEAST_SHINGLES or jaccard(one, other) < SAME_TEXT:
            return False
        differ = set(self._subjects[first]) ^ set(self._subjects[second])
        if not differ:
            return True
        counts = self._counts(first), self._counts(second)
        return all(_matters_alike(word, counts[0][word], counts[1][word]) for word in differ)

    def _counts(self, number: int) -> Counter[str]:
        if number not in self._counted:
            self._counted[number] = Counter(folded_words(_own_text(self.articles[number])))
        return self._counted[number]

    def _own_shingles(self, by_subject: Iterable[Sequence[int]]) -> list[Shingles]:
        """The shingles of each body, boilerplate left out; titles about the same count once."""
        every = [shingles(body) for body in self._bodies]
        if not every:
            return []
        heard = np.concatenate([np.unique(np.concatenate([every[number] for number in alike])) for alike in by_subject])
        found, subjects = np.unique(heard, return_counts=True)
        boilerplate = found[subjects > BOILERPLATE_SUBJECTS]
        return [np.setdiff1d(own, boilerplate, assume_unique=True) for own in every]


def _read(articles: Sequence[Article]) -> tuple[list[Words], NDArray[np.int64]]:
    """Each body as numbers of words (0 for every bare number), and how many articles each word stands in."""
    numbers: dict[str, int] = {_BARE_NUMBER: 0}
    spelt: dict[str, int] = {}
    bodies = []
    for article in articles:
        words = _WORD.findall(_own_text(article))
        for word in set(words).difference(spelt):
            spelt[word] = 0 if word.isdecimal() else numbers.setdefault(word.casefold(), len(numbers))
        bodies.append(np.array([spelt[word] for word in words], dtype=np.int64))
    articles_with = np.ones(len(numbers), dtype=np.int64)
    for body in bodies:
        articles_with[np.unique(body)] += 1
    return bodies, articles_with


def _names(articles: Sequence[Article]) -> frozenset[str]:
    """The product's own names: words that half of the articles write with a capital within a sentence."""
    if len(articles) < LEAST_FOR_NAMES:
        return frozenset()
    found = Counter(name for article in articles for name in set(_NAME.findall(article.body)))
    return frozenset(name.casefold() for name, count in found.items() if count >= NAME_ARTICLES * len(articles))


def _own_text(article: Article) -> str:
    """The body without its callouts: the same warning stands under many an article."""
    return _CALLOUT.sub("", article.body)


def _matters_alike(word: str, first: int, second: int) -> bool:
    if not first and not second:
        return not _DIGIT.search(word)
    return min(first, second) >= LIKE_OFTEN * max(first, second)


def _language(article: Article) -> str:
    return article.locale.replace("_", "-").partition("-")[0].casefold()
