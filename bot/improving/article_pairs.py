"""Which articles say the same, and which contradict each other in a number, a limit or a date: pure.

Each article is compared with those nearest to it. Their sentences are brought together by meaning; two articles that
cover each other are duplicates, unless they are the same text about two things or two versions of one. Where sentences
that say the same give different values, the articles contradict each other, and that is what is said of them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bot.improving.alignment import Alignment, align
from bot.improving.article_reading import ReadArticle, Sentence
from bot.improving.same_subject import is_other_subject, is_other_version
from bot.improving.slots import Slot, conflict

NEAREST = 12
"""Each article is compared with so many."""
LEAST_NEAR = 0.5
"""Articles whose mean sentences are less alike (cosine) are not compared."""
COVERED = 0.7
"""Of two duplicates each has, for a sentence of the other, one that is so alike on the average (cosine)."""
SHARED = 0.6
"""And so large a share of the sentences of each has one that may say the same."""
COPIED, COPIED_SENTENCES = 0.8, 6
"""Articles of so many sentences are made of one text when they cover each other so far."""
RELATED = 0.45
"""Articles can contradict each other when so large a share of the shorter one's sentences may say the same."""
BOILERPLATE_SUBJECTS = 4
"""A sentence under titles about more than so many subjects is boilerplate."""
COMMON_ARTICLES, COMMON_SHARE = 8, 0.05
"""A name in so many articles, and in so large a share of them, tells no two articles apart."""
CLOSE_WORDS = 0.8
"""Sentences of articles that have little else in common contradict each other only when they are so alike."""


class PairKind(StrEnum):
    """What is wrong with two articles."""

    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"
    NEAR_COPY = "near_copy"
    """One text about two things."""


@dataclass(frozen=True, slots=True)
class Place:
    """A span of an article's body, and what stands there."""

    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PairFinding:
    """Two articles, the two places that show what is wrong with them, and how sure that is (0–1)."""

    kind: PairKind
    first: Place
    second: Place
    says: str
    score: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands in many articles: sentences that are boilerplate, and names that tell no two articles apart."""

    boilerplate: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def compare_articles(
    articles: Sequence[ReadArticle], kin: Mapping[str, Collection[str]] | None = None
) -> list[PairFinding]:
    """What is wrong with pairs of articles, at most one finding for each pair, in the order of the articles. `kin` are
    the families that are known. Articles for other readers or in other languages are not compared."""
    surroundings = surroundings_of(articles)
    found = []
    for first, second in _candidates(articles, kin or {}):
        finding = compare(articles[first], articles[second], surroundings)
        if finding is not None:
            found.append(finding)
    return found


def surroundings_of(articles: Sequence[ReadArticle]) -> Surroundings:
    """What the articles of a help center have in common."""
    subjects: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    names: Counter[str] = Counter()
    for read in articles:
        names.update(read.names.keys())
        for sentence in read.sentences:
            subjects[sentence.text].add(read.subject)
    often = max(COMMON_ARTICLES, COMMON_SHARE * len(articles))
    return Surroundings(
        frozenset(text for text, under in subjects.items() if len(under) > BOILERPLATE_SUBJECTS),
        frozenset(name for name, count in names.items() if count >= often),
    )


def compare(
    one: ReadArticle,
    other: ReadArticle,
    surroundings: Surroundings = Surroundings(),
) -> PairFinding | None:
    """What is wrong with two articles: a contradiction before a duplicate; None when nothing is."""
    if not _comparable(one, other) or is_other_version(one, other):
        return None
    alignment = align(one, other, surroundings.boilerplate)
    if alignment.own:
        texts = [(one.sentences[left].text, other.sentences[right].text) for left, right in alignment.pairs]
        if not is_other_subject(one, other, texts, surroundings.names):
            return _contradiction(one, other, alignment) or _duplicate(one, other, alignment)
    return _near_copy(one, other, align(one, other))


def _candidates(articles: Sequence[ReadArticle], kin: Mapping[str, Collection[str]]) -> list[tuple[int, int]]:
    numbers = {read.article.id: number for number, read in enumerate(articles)}
    pairs = {
        (numbers[id_], numbers[other])
        for id_, family in kin.items()
        for other in family
        if id_ in numbers and other in numbers and numbers[id_] < numbers[other]
    }
    told = [number for number, read in enumerate(articles) if len(read.sentences)]
    if len(told) > 1:
        pairs.update(_nearest(articles, told))
    return sorted(pairs)


def _nearest(articles: Sequence[ReadArticle], told: Sequence[int]) -> Iterator[tuple[int, int]]:
    means = np.stack([articles[number].vectors.mean(axis=0) for number in told])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    near = min(NEAREST, len(told) - 1)
    for place, row in enumerate(means):
        alike = means @ row
        alike[place] = -1
        for other in np.argpartition(-alike, near - 1)[:near]:
            if alike[other] >= LEAST_NEAR:
                first, second = sorted((told[place], told[int(other)]))
                yield first, second


def _comparable(one: ReadArticle, other: ReadArticle) -> bool:
    languages = {read.article.locale.replace("_", "-").partition("-")[0].casefold() for read in (one, other)}
    return one.article.audience is other.article.audience and len(languages) == 1


def _contradiction(one: ReadArticle, other: ReadArticle, alignment: Alignment) -> PairFinding | None:
    shorter = min(len(one.sentences), len(other.sentences))
    close = alignment.own >= RELATED * shorter or one.subject == other.subject
    related = close or alignment.shared >= RELATED
    for left, right in sorted(alignment.pairs, key=lambda pair: -alignment.cosines[pair]):
        cosine = float(alignment.cosines[left, right])
        if not related and cosine < CLOSE_WORDS:
            break
        mine, its = one.sentences[left], other.sentences[right]
        if mine.row != its.row:
            continue
        slots = conflict(mine.claim, its.claim)
        if slots is None or not (close or slots[0].around & slots[1].around):
            continue
        if not _said_elsewhere(slots, one, other, alignment, (left, right)):
            says = f"{_told(slots[0])} here, {_told(slots[1])} there"
            return PairFinding(
                PairKind.CONTRADICTION, _place(one, mine), _place(other, its), says, round(min(cosine, 1.0), 4)
            )
    return None


def _said_elsewhere(
    slots: tuple[Slot, Slot], one: ReadArticle, other: ReadArticle, alignment: Alignment, pair: tuple[int, int]
) -> bool:
    """Whether each article also says what the other one says here, in a sentence about as alike: then they tell of two
    cases, and tell both."""
    left, right = pair
    level = float(alignment.cosines[left, right]) - 0.1
    mine = any(
        alignment.cosines[place, right] >= level and _gives(sentence, slots[1])
        for place, sentence in enumerate(one.sentences)
        if place != left
    )
    its = any(
        alignment.cosines[left, place] >= level and _gives(sentence, slots[0])
        for place, sentence in enumerate(other.sentences)
        if place != right
    )
    return mine or its


def _gives(sentence: Sentence, slot: Slot) -> bool:
    return any((each.unit, each.value) == (slot.unit, slot.value) for each in sentence.claim.slots)


def _duplicate(one: ReadArticle, other: ReadArticle, alignment: Alignment) -> PairFinding | None:
    if alignment.covered < COVERED or alignment.shared < SHARED:
        return None
    left, right = max(alignment.pairs, key=lambda pair: alignment.cosines[pair])
    share = round(100 * min(alignment.shared, 1.0))
    return PairFinding(
        PairKind.DUPLICATE,
        _place(one, one.sentences[left]),
        _place(other, other.sentences[right]),
        f"{share} % of each says what the other says",
        round(min(alignment.covered, 1.0), 4),
    )


def _near_copy(one: ReadArticle, other: ReadArticle, whole: Alignment) -> PairFinding | None:
    """Two articles that are mostly one text, boilerplate and all, though not about the same."""
    if min(whole.covered, whole.shared) < COPIED or min(len(one.sentences), len(other.sentences)) < COPIED_SENTENCES:
        return None
    left, right = min(whole.pairs, key=lambda pair: whole.cosines[pair])
    return PairFinding(
        PairKind.NEAR_COPY,
        _place(one, one.sentences[left]),
        _place(other, other.sentences[right]),
        f"{round(100 * whole.shared)} % of each stands in the other, about something else",
        round(min(whole.covered, 1.0), 4),
    )


def _place(read: ReadArticle, sentence: Sentence) -> Place:
    return Place(read.article.id, sentence.start, sentence.end, sentence.text)


def _told(slot: Slot) -> str:
    """A value as a person reads it."""
    if slot.unit == "second":
        return _span(int(float(slot.value)))
    if slot.unit == "date":
        return "-".join(part.zfill(2) for part in slot.value.split("/") if part != "?")
    if slot.unit == "time of day":
        return f"{int(slot.value) // 60:02d}:{int(slot.value) % 60:02d}"
    return f"{slot.value} {slot.unit}".strip() if slot.unit != "%" else f"{slot.value} %"


def _span(seconds: int) -> str:
    for size, name in ((604800, "week"), (86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds and seconds % size == 0:
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"
