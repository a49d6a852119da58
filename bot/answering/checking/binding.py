"""Whether what a sentence claims stands in a passage with the same things around it.

A claim is looked up where the rest of the sentence points: of all places in the passage where something of its kind
stands, the one whose neighbours are the claim's neighbours must say the same.
"""

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.answering.checking.claims import Claim, Kind, comparable, is_currency, same_value
from bot.answering.checking.reading import Reading, key_of
from bot.answering.checking.statements import INHERITED, PassageReading, Statement, context
from bot.answering.checking.vocabulary import COINS, OPPOSITES, STRICT, STRICT_WORDS, SYNONYMS, WAYS
from embeddings.terms import terms

MARGIN = 0.05
"""By so much may another place fit better before it counts as the one that is meant."""
EXACT, EXACT_MARGIN = 0.95, 0.01
"""A place that fits in nearly everything speaks against one that fits in less."""
SWAP_MARGIN = 0.02
MEANT = {Kind.MENU: 0.65, Kind.CODE: 0.6, Kind.OPPOSITE: 0.5}
MEANT_ELSE = 0.4
"""How well a place must fit to speak against a claim that stands elsewhere in the passage, too, by kind."""
MEANT_ALONE = 0.12
"""The same, where the passage denies a word wherever it uses it, or never does."""
SAME_WORDS = 0.9
"""Sentences that share so many of their words are the same sentence, so they deny as often."""
SAME_WORDING = 0.95
"""A place that fits so well says it in the same words: no other word denies there what one does not."""
NEAR_BEST = 0.75
"""A statement is about the same when it has this share of the shared words of the one that has most."""
_HEAVY = 2.0
_TELLS = 1.5
"""Names, tickers and numbers say more about a place than other words, and so do words with an opposite."""
RARE = 0.5
"""A word that stands in many places tells little about one."""
_BINDING = (Kind.NETWORK, Kind.CODE, Kind.NAMED_NUMBER)
_NOT_LOOKED_UP = (Kind.NAME, Kind.ADDRESS, Kind.PATH, Kind.ALIAS)
_TELLING = frozenset(term for word in OPPOSITES for term in terms(SYNONYMS.get(word, word)))


@dataclass(frozen=True, slots=True, order=True)
class Fit:
    """How well a claim's neighbours fit a place of the passage, 0–1, and which place (statement, place)."""

    likeness: float = 0.0
    at: tuple[int, int] = (-1, -1)


@dataclass(frozen=True, slots=True)
class Around:
    """The neighbours of a place of the sentence (key, nearness and weight of each), and what they make at most."""

    neighbours: tuple[tuple[str, float, float], ...]
    total: float

    @classmethod
    def of(cls, near: Iterable[tuple[str, float]], passage: PassageReading) -> "Around":
        """Each neighbour with its weight, less the more often the passage has the word."""
        found = tuple((word, closeness, _weight(word, passage)) for word, closeness in near)
        return cls(found, sum(closeness * weight for _, closeness, weight in found))


Fits = Mapping[Hashable, Fit]
"""The best fit by the value that stands there."""


def _weight(word: str, passage: PassageReading) -> float:
    kind = _HEAVY if word[0] in "=#[" else _TELLS if word in _TELLING else 1.0
    return kind / (1 + RARE * math.log(max(1, len(passage.places.get(word, ())))))


def objection(sentence: Reading, passage: PassageReading) -> str | None:
    """The first claim that the passage does not bear, as a sentence; None when it bears all."""
    return next(_objections(sentence, passage), None)


def _objections(sentence: Reading, passage: PassageReading) -> Iterator[str]:
    for claim in sentence.claims:
        if claim.kind is not Kind.OPPOSITE and not _stands(claim, passage):
            yield f'The {claim.kind.value} "{claim.text}" does not stand in the passage.'
    fits = {claim: _fits(sentence, claim, passage) for claim in sentence.claims if claim.kind not in _NOT_LOOKED_UP}
    for claim in fits:
        if _is_displaced(claim, fits, sentence, passage):
            if claim.kind is Kind.OPPOSITE:
                yield f'The passage says the opposite of "{claim.text}" at that place.'
            else:
                yield f'The {claim.kind.value} "{claim.text}" stands in the passage with other things around it.'
        elif _is_incompatible(sentence, claim, passage):
            yield f'The {claim.kind.value} "{claim.text}" stands in the passage with another name beside it.'
    yield from _polarity(sentence, passage)
    yield from _strict(sentence, passage)


def _stands(claim: Claim, passage: PassageReading) -> bool:
    """Whether the passage, its title or its headings have that claim at all."""
    if claim.kind is Kind.ADDRESS:
        return str(claim.value) in passage.text
    if claim.kind in (Kind.NAME, Kind.MENU):
        is_known = claim.kind is Kind.NAME and key_of(claim.text) in passage.places
        return is_known or _has_phrase(str(claim.value), passage)
    if any(_says(claim, number, other, passage) for number, other in passage.of_kind(claim.kind)):
        return True
    if any(comparable(claim, other) and same_value(claim, other) for other in passage.above.claims):
        return True
    if claim.kind is Kind.NETWORK:
        return any(other.value == COINS.get(str(claim.value)) for _, other in passage.of_kind(Kind.CODE))
    if claim.kind is Kind.CODE:
        return claim.value in _units(passage) or _has_phrase(claim.text.lower(), passage)
    return False


def _says(claim: Claim, number: int, other: Claim, passage: PassageReading) -> bool:
    """Whether a claim of a statement says the same; a number without its currency, only where the statement names
    it."""
    if not (comparable(claim, other) and same_value(claim, other)):
        return False
    if claim.kind is not Kind.QUANTITY or other.group or not is_currency(claim.group or "%"):
        return True
    statement = passage.statements[number]
    return f"={claim.group}" in statement.above or f"={claim.group}" in statement.reading.words


def _has_phrase(phrase: str, passage: PassageReading) -> bool:
    padded = f" {phrase} "
    return padded in passage.above.text or any(padded in one.reading.text for one in passage.statements)


def _fits(sentence: Reading, claim: Claim, passage: PassageReading) -> Fits:
    """How well the claim's neighbours fit each value of its kind in the passage, at its best place."""
    found: dict[Hashable, Fit] = {}
    around = _around(sentence, claim.place, passage)
    for number, other in passage.of_kind(claim.kind):
        if not comparable(claim, other):
            continue
        value = claim.value if same_value(claim, other) else other.value
        if _is_beside_its_names(sentence, claim, passage, number):
            fit = Fit(_likeness(around, passage, number, other.place), (number, other.place))
            found[value] = max(found.get(value, Fit()), fit)
    return found


def _is_displaced(claim: Claim, fits: Mapping[Claim, Fits], sentence: Reading, passage: PassageReading) -> bool:
    """Whether another value stands where the claim should. A place that another claim of the sentence takes counts only
    when both would fit better the other way round."""
    own, enough = fits[claim].get(claim.value, Fit()).likeness, MEANT.get(claim.kind, MEANT_ELSE)
    for value, fit in fits[claim].items():
        if value == claim.value or fit.likeness < enough:
            continue
        taken = [
            other
            for other in fits
            if claim.group not in WAYS and comparable(claim, other) and other.value == value
            if fits[other].get(value, Fit()).at == fit.at
        ]
        if not taken:
            if fit.likeness > own + (EXACT_MARGIN if fit.likeness >= EXACT else MARGIN):
                return True
        elif all(_swap_is_better(claim, other, fits, sentence, passage) for other in taken):
            return True
    return False


def _swap_is_better(
    claim: Claim, other: Claim, fits: Mapping[Claim, Fits], sentence: Reading, passage: PassageReading
) -> bool:
    """Whether two claims fit better at each other's places, their own two values left out of the comparison."""
    if claim.value not in fits[other] or claim.value not in fits[claim]:
        return False
    word_at = _words_by_place(sentence)
    without = frozenset((word_at[claim.place], word_at[other.place]))
    score = {}
    for one, value in ((claim, claim.value), (other, other.value), (claim, other.value), (other, claim.value)):
        around = _around(sentence, one.place, passage, without)
        score[one, value] = _likeness(around, passage, *fits[one][value].at)
    straight = score[claim, claim.value] + score[other, other.value]
    return score[claim, other.value] + score[other, claim.value] > straight + SWAP_MARGIN


def _is_incompatible(sentence: Reading, claim: Claim, passage: PassageReading) -> bool:
    """Whether the claim stands only in statements about another network, ticker or named number."""
    if claim.kind not in (Kind.QUANTITY, Kind.DATE, Kind.TIME):
        return False
    numbers = [n for n, other in passage.of_kind(claim.kind) if comparable(claim, other) and same_value(claim, other)]
    return bool(numbers) and not any(_is_beside_its_names(sentence, claim, passage, number) for number in numbers)


def _is_beside_its_names(sentence: Reading, claim: Claim, passage: PassageReading, number: int) -> bool:
    """Whether the sentence's nearest network, ticker and named number are among the statement's, where it has any."""
    near = context(sentence, claim.place)
    word_at = _words_by_place(sentence)
    for kind in _BINDING:
        others = [other for other in sentence.claims if other.kind is kind and other.place != claim.place]
        if kind is claim.kind or not others:
            continue
        nearest = max(others, key=lambda other: near.get(word_at[other.place], 0.0))
        if kind is Kind.CODE and nearest.value not in _units(passage):
            continue
        there = passage.statements[number].entities(kind, nearest.group)
        if there and nearest.value not in there:
            return False
    return True


def _words_by_place(sentence: Reading) -> dict[int, str]:
    """The first word of each place: of a number, not its currency."""
    return dict(zip(reversed(sentence.places), reversed(sentence.words), strict=True))


def _units(passage: PassageReading) -> set[str]:
    return {other.group for _, other in passage.of_kind(Kind.QUANTITY)}


def _around(sentence: Reading, place: int, passage: PassageReading, without: frozenset[str] = frozenset()) -> Around:
    near = [entry for entry in context(sentence, place).items() if entry[0] not in without]
    return Around.of(near, passage)


def _likeness(around: Around, passage: PassageReading, number: int, place: int) -> float:
    """How many of the neighbours, by weight and nearness, stand as near to a place of the passage, 0–1."""
    statement = passage.statements[number]
    near, above = context(statement.reading, place, statement.cell), statement.above
    shared = 0.0
    for word, closeness, weight in around.neighbours:
        there = near.get(word, 0.0) or (INHERITED if word in above else 0.0)
        shared += weight * (closeness if closeness < there else there)
    return shared / around.total if around.total else 1.0


def _polarity(sentence: Reading, passage: PassageReading) -> Iterator[str]:
    """Words that the one denies and the other does not, unless it denies as much in other words."""
    if any(_differs_in_denial(sentence, passage.statements[number]) for number in _alike(sentence, passage)):
        yield "The passage says the same but for a denial."
    if sentence.negators and sentence.denials > _most_denials(sentence, passage):
        yield "The sentence denies more than the passage does there."
    denied_here = {word for word, at in zip(sentence.words, sentence.places, strict=True) if at in sentence.denied}
    for word, at in zip(sentence.words, sentence.places, strict=True):
        denies = at in sentence.denied
        if word not in passage.places or (not denies and word in denied_here):
            continue
        around = _around(sentence, at, passage)
        fits: dict[bool, tuple[float, int]] = {True: (0.0, 0), False: (0.0, 0)}
        for number, there in passage.places[word]:
            if passage.statements[number].asks:
                continue
            reading = passage.statements[number].reading
            fit = _likeness(around, passage, number, there)
            fits[there in reading.denied] = max(fits[there in reading.denied], (fit, reading.denials))
        (fit, denials), own = fits[not denies], fits[denies][0]
        excused = fit < SAME_WORDING and (denials >= sentence.denials if denies else sentence.denials >= denials)
        if fit > own + MARGIN and fit > (MEANT_ELSE if own else MEANT_ALONE) and not excused:
            yield f'The passage {"does not deny" if denies else "denies"} "{word}" at that place.'


def _differs_in_denial(sentence: Reading, statement: Statement) -> bool:
    own, its = set(sentence.words), set(statement.reading.words)
    same = len(own & its) >= SAME_WORDS * len(own | its)
    return same and not statement.cell and sentence.negators != statement.reading.negators


def _strict(sentence: Reading, passage: PassageReading) -> Iterator[str]:
    """Words such as "only", which say more than the same sentence without them. "Only" before a number does not."""
    spoken = sentence.text.split()
    for place, word in enumerate(spoken):
        before_number = any(character.isdigit() for character in "".join(spoken[place + 1 : place + 2]))
        if word in STRICT_WORDS and not before_number:
            near = {said for number in _alike(sentence, passage) for said in _text(passage, number).split()}
            if not STRICT[STRICT_WORDS[word]] & near:
                yield f'The passage does not say "{word}".'


def _most_denials(sentence: Reading, passage: PassageReading) -> int:
    """How much the statements like the sentence deny, and those that deny a word that it denies."""
    denied = {word for word, at in zip(sentence.words, sentence.places, strict=True) if at in sentence.denied}
    numbers = {
        number
        for word in denied
        for number, there in passage.places.get(word, ())
        if there in passage.statements[number].reading.denied
    }
    numbers.update(_alike(sentence, passage))
    return max((passage.statements[number].reading.denials for number in numbers), default=0)


def _text(passage: PassageReading, number: int) -> str:
    return passage.statements[number].reading.text


def _alike(sentence: Reading, passage: PassageReading) -> list[int]:
    """The statements that share the most words with the sentence."""
    own = set(sentence.words)
    shared = [0 if one.asks else len(own & set(one.reading.words)) for one in passage.statements]
    most = max(shared, default=0)
    return [number for number, count in enumerate(shared) if count and count >= NEAR_BEST * most]
