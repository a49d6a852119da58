"""What editors' rules do to a search: pinned passages come first, muted ones are gone. Pure.

A rule for a question holds for questions like it. How alike is enough was measured on the wordings of the sample help
center (tests/bot/answering/test_passage_rules.py holds the numbers).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from bot.answering.question_likeness import Least
from bot.answering.search_index import SearchIndex
from bot.answering.versions import Kin
from bot.models import Hit, Search
from bot.storage.passage_rules import PassageRule, RuleKind
from embeddings.terms import terms
from knowledge.models import Passage

SAME, LIKE = Least(meaning=0.9, words=0.62), Least(meaning=0.735, words=0.44)
"""How alike two questions are that ask the same, or much the same."""
FIRST_ARTICLES = 3
"""A question that is much the same counts where the article of the rule is among so many that were found first."""
FIRST_PLACES = 3
"""A mute has weighed in a reply where its passage would have stood among so many that were found first."""
PINNED = "pinned_by_an_editor"
"""Among the signals of a hit what a pin has given to its score, counted as a penalty: below 0."""
PIN_LEAD = 0.001
"""By so much a pinned passage comes before the next: a pin changes the order, and makes no answer look surer."""

_HOW = frozenset(terms("app mobile phone web website browser desktop tap click select press choose"))
"""In what versions of an article for the web and the app differ though they say the same."""

Span = tuple[int, int]
Alike = Callable[[str, Least], bool]
"""Whether a customer's question and another are at least so alike."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule that holds for a question, and the passages it is about: its own, and of a mute those with the same words
    in other versions of the article."""

    rule: PassageRule
    passages: tuple[Passage, ...]


def rulings_on(
    hits: Sequence[Hit], index: SearchIndex, rules: Iterable[PassageRule], is_like: Alike
) -> tuple[Ruling, ...]:
    """The rules that hold for a question, by what was found for it. A rule whose passage is no longer as it was holds
    for none."""
    found = list(dict.fromkeys(hit.passage.article_id for hit in hits))
    rulings = []
    for rule in rules:
        family = index.kin.get(rule.passage.article_id, (rule.passage.article_id,))
        place = next((at for at, id_ in enumerate(found) if id_ in family), None)
        passage = ruled_passage(rule, index)
        if place is None or passage is None or not _concerns(rule, place, is_like):
            continue
        copies = _copies(passage, index) if rule.kind is RuleKind.MUTE else ()
        rulings.append(Ruling(rule, (passage, *copies)))
    return tuple(rulings)


def ruled_passage(rule: PassageRule, index: SearchIndex) -> Passage | None:
    """The passage that a rule is for; None when its text is another now, or gone."""
    own = (index.passages[key] for key in index.passage_keys.get(rule.passage.article_id, ()))
    return next((each for each in own if each.id == rule.passage.passage_id), None)


def pins_in(rulings: Iterable[Ruling]) -> tuple[Passage, ...]:
    """The passages that are to come first, that of the newest rule at the top; none that is muted too."""
    each_of = list(rulings)
    muted = _muted_ids(each_of)
    pinned = [each for each in reversed(each_of) if each.rule.kind is RuleKind.PIN]
    return tuple({each.id: each for ruling in pinned for each in ruling.passages if each.id not in muted}.values())


def ruled(search: Search, rulings: Sequence[Ruling]) -> Search:
    """The search with pinned passages first and without muted ones; the others keep their order. `rules` tells each
    ruling. Only what was found is moved."""
    if not rulings:
        return search
    muted = _muted_ids(rulings)
    left = [hit for hit in search.hits if hit.passage.id not in muted]
    by_id = {hit.passage.id: hit for hit in left}
    pinned = [by_id[each.id] for each in pins_in(rulings) if each.id in by_id]
    hits = left if left[: len(pinned)] == pinned else _with_first(pinned, left)
    places = {hit.passage.id: place for place, hit in enumerate(search.hits, start=1)}
    return replace(search, hits=tuple(hits), rules=tuple(_told(ruling, places, muted) for ruling in rulings))


def muted_places(rules: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Span, ...]]:
    """From the `rules` of a search, which stretches of which articles (by id) are not to be quoted."""
    places: dict[str, tuple[Span, ...]] = {}
    for rule in rules:
        if rule["kind"] == RuleKind.MUTE.value:
            for each in rule["passages"]:
                own = places.get(each["article_id"], ())
                places[each["article_id"]] = (*own, (each["start"], each["end"]))
    return places


def without_rivals(search: Search, kin: Kin) -> tuple[Hit, ...]:
    """The hits between which the customer may be asked to choose: where a passage is pinned, those of the family that
    it puts first."""
    hits = search.hits
    if not any(rule["pins"] for rule in search.rules) or not hits:
        return hits
    first = hits[0].passage.article_id
    family = kin.get(first, (first,))
    return tuple(hit for hit in hits if hit.passage.article_id in family)


def _concerns(rule: PassageRule, place: int, is_like: Alike) -> bool:
    """Whether a rule is for a question for which its article was found at a place (from 0)."""
    if rule.question is None:
        return True
    return is_like(rule.question, LIKE if place < FIRST_ARTICLES else SAME)


def _copies(passage: Passage, index: SearchIndex) -> Iterable[Passage]:
    words = _words_of(passage)
    for id_ in index.kin.get(passage.article_id, (passage.article_id,)):
        for each in (index.passages[key] for key in index.passage_keys.get(id_, ())):
            if each.id != passage.id and _words_of(each) == words:
                yield each


def _words_of(passage: Passage) -> tuple[tuple[str, ...], ...]:
    """What a passage says, and under which heading, whatever device it is said for."""
    return tuple(tuple(term for term in terms(text) if term not in _HOW) for text in (passage.heading, passage.text))


def _muted_ids(rulings: Iterable[Ruling]) -> Collection[str]:
    return {each.id for ruling in rulings if ruling.rule.kind is RuleKind.MUTE for each in ruling.passages}


def _with_first(pinned: Sequence[Hit], left: Sequence[Hit]) -> list[Hit]:
    best = max(hit.score for hit in left)
    scores = (best + PIN_LEAD * step for step in count(len(pinned), -1))
    first = [_lifted(hit, score) for hit, score in zip(pinned, scores, strict=False)]
    ids = {hit.passage.id for hit in pinned}
    return [*first, *(hit for hit in left if hit.passage.id not in ids)]


def _lifted(hit: Hit, score: float) -> Hit:
    return replace(hit, score=score, signals={**hit.signals, PINNED: hit.score - score})


def _told(ruling: Ruling, places: Mapping[str, int], muted: Collection[str]) -> dict[str, Any]:
    """A ruling as JSON values, with a sentence for people."""
    rule, own = ruling.rule, ruling.passages[0]
    place = places.get(own.id)
    is_pin = rule.kind is RuleKind.PIN
    what = "pins" if is_pin else "mutes"
    pins = is_pin and place is not None and own.id not in muted
    if is_pin and own.id in muted:
        then = "another rule mutes it, and that counts"
    elif is_pin:
        then = "it comes first"
    else:
        then = f"it was found at place {place} and is not used" if place else "it is not used"
    told = f"Rule {rule.number} of {rule.made_by} {what} “{rule.passage.beginning}” until {rule.last_day}: {then}."
    return {
        "number": rule.number,
        "kind": rule.kind.value,
        "pins": pins,
        "weighs": pins or (not is_pin and place is not None and place <= FIRST_PLACES),
        "question": rule.question,
        "reason": rule.reason,
        "last_day": rule.last_day.isoformat(),
        "place": place,
        "passages": [_named(each) for each in ruling.passages],
        "told": f"{told} Reason: {rule.reason}",
    }


def _named(passage: Passage) -> dict[str, Any]:
    return {
        "passage_id": passage.id,
        "article_id": passage.article_id,
        "title": passage.title,
        "heading": passage.heading,
        "start": passage.start,
        "end": passage.end,
    }
