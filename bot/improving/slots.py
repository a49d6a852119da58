"""Numbers, limits, dates and times of a sentence, and whether two sentences that say the same give different ones.
Pure.

"Withdrawals take up to 24 hours" and "a withdrawal can take 48 hours" contradict each other; "up to 24 hours" and "one
day" do not, nor do "at least 10" and "at most 500", nor what holds and what held until June.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.checking.lexemes import Lexeme, LexemeKind, lexemes
from bot.answering.checking.quantities import date_of, minutes_of, quantities
from bot.answering.checking.vocabulary import BEFORE_NUMBERS, COINS, NAMED, NETWORKS, OPPOSITES, SHOUTED

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
PAST = re.compile(
    rf"\b(?:previous(?:ly)?|former(?:ly)?|used to|no longer|earlier (?:limit|fee|rule|version)s?|originally|"
    rf"in the past|until (?:then|now|recently|\d|(?:{_MONTHS})\w* \d|the end of)|before (?:\d|(?:{_MONTHS})\w* \d)|"
    r"(?:was|were|had been)\s+(?:\d|lowered|raised|changed|reduced|increased)|from [\d.,]+\s?\S* to\b|"
    r"(?:lowered|raised|changed|reduced|increased|cut) (?:from|to))",
    re.IGNORECASE,
)
"""What a sentence says of earlier times holds no more."""
EXAMPLE = re.compile(r"\b(?:for example|for instance|e\.\s?g\.|such as|suppose|example:|imagine)", re.IGNORECASE)
CONDITION = re.compile(
    r"\b(?:weekends?|weekdays?|holidays?|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|"
    r"(?:new|existing|first-time|returning) (?:customer|user|account|client|member)s?|business (?!day|hour)|corporate|"
    r"personal|individual|premium|standard|basic|advanced|express|instant|priority|verified|unverified|domestic|"
    r"international|adults?|children|minors?|students?|promotional|introductory|ios|android|iphone|virtual|physical|"
    r"spot|futures|maker|taker)\b",
    re.IGNORECASE,
)
"""Words that say of whom or when a number holds. A sentence with one speaks of something else than one without."""
REACH = 4
"""So many words on either side of a number say what it is."""

_UNITLESS = ""
_DATE, _TIME = "date", "time of day"
_PRICES = frozenset(("%", "eur", "usd", "gbp", "jpy", "usdt", "usdc"))
_NAME = re.compile(r"[A-Z0-9][A-Z0-9-]+|[A-Za-z]+\d\w*|\d+[A-Za-z]\w*")
_WORD = re.compile(r"[^\W_]+")
_SMALL_TEXT = """
a an and are as at be been by can do does for from has have how if in into is it its may might must no not of on once or
our so that the their them then there these they this those to up upto was we were when which will with within you your
after before about around atleast atmost least most morethan lessthan only also
"""
_SMALL = frozenset(_SMALL_TEXT.split())
_LIMITS = frozenset(("bound", "comparison"))


@dataclass(frozen=True, slots=True)
class Slot:
    """A value of a unit, the words around it, and which bound it is (None: neither least nor most). Values of one unit
    are written alike."""

    unit: str
    value: str
    around: frozenset[str]
    bound: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says in numbers, and of what: `names` are proper names and codes, `sides` the sides that it takes
    in pairs of opposites, `conditions` of whom or when it holds."""

    slots: tuple[Slot, ...]
    names: frozenset[str]
    sides: frozenset[tuple[str, int]]
    conditions: frozenset[str]
    past: bool
    example: bool


def claim_of(text: str) -> Claim:
    """What a sentence of Markdown claims. Takes any string."""
    found = lexemes(text)
    return Claim(
        slots=tuple(_slots(found)),
        names=frozenset(_names(found)),
        sides=frozenset(_sides(found)),
        conditions=frozenset(word.lower().rstrip("s") for word in CONDITION.findall(text)),
        past=bool(PAST.search(text)),
        example=bool(EXAMPLE.search(text)),
    )


def conflict(one: Claim, other: Claim) -> tuple[Slot, Slot] | None:
    """The two values that contradict each other, given that the sentences speak of the same; None when none do."""
    if one.past or other.past or one.example or other.example:
        return None
    if one.names != other.names or one.conditions != other.conditions or _opposed(one.sides, other.sides):
        return None
    for unit in {slot.unit for slot in one.slots} & {slot.unit for slot in other.slots}:
        mine, its = _only(one.slots, other.slots, unit), _only(other.slots, one.slots, unit)
        pair = _most_alike(mine, its) if len(mine) == len(its) else None
        if pair is not None:
            return pair
    return _in_other_units(one, other)


def _in_other_units(one: Claim, other: Claim) -> tuple[Slot, Slot] | None:
    """The only value of each, when one is an amount and the other a share or another currency."""
    if len(one.slots) != 1 or len(other.slots) != 1:
        return None
    mine, its = one.slots[0], other.slots[0]
    alike = mine.around == its.around and {mine.unit, its.unit} <= _PRICES
    return (mine, its) if alike and mine.unit != its.unit else None


def _only(slots: Sequence[Slot], others: Sequence[Slot], unit: str) -> list[Slot]:
    """The slots of a unit whose value the other sentence does not give."""
    left = Counter(slot.value for slot in others if slot.unit == unit)
    return [slot for slot in slots if slot.unit == unit and not _taken(slot.value, left)]


def _taken(value: str, left: Counter[str]) -> bool:
    fitting = value if left[value] else next((each for each in left if left[each] and _same_date(value, each)), None)
    if fitting is None:
        return False
    left[fitting] -= 1
    return True


def _same_date(value: str, other: str) -> bool:
    """Whether two dates are one, as far as both are written: "?" stands for a part that is not."""
    mine, its = value.split("/"), other.split("/")
    return len(mine) == len(its) == 3 and all(a == b or "?" in (a, b) for a, b in zip(mine, its, strict=True))


def _most_alike(mine: Sequence[Slot], its: Sequence[Slot]) -> tuple[Slot, Slot] | None:
    pairs = [(one, other) for one in mine for other in its if _same_bound(one, other)]
    if not pairs:
        return None
    return max(pairs, key=lambda pair: len(pair[0].around & pair[1].around))


def _same_bound(one: Slot, other: Slot) -> bool:
    return one.bound == other.bound or None in (one.bound, other.bound)


def _opposed(sides: frozenset[tuple[str, int]], others: frozenset[tuple[str, int]]) -> bool:
    """Whether the two take different sides of something that both speak of."""
    mine, its = _by_group(sides), _by_group(others)
    return any(not mine[group] & its[group] for group in set(mine) & set(its) if group not in _LIMITS)


def _by_group(sides: frozenset[tuple[str, int]]) -> dict[str, set[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for group, side in sides:
        found[group].add(side)
    return found


def _slots(found: Sequence[Lexeme]) -> Iterator[Slot]:
    for quantity in quantities(found):
        before = found[quantity.first - 1].text.lower() if quantity.first else ""
        if before in NAMED and quantity.value.unit is None:
            continue
        yield Slot(
            quantity.value.unit or _UNITLESS,
            quantity.value.number,
            _around(found, quantity.first, quantity.last),
            _bound(found, quantity.first, quantity.last),
        )
    for place, lexeme in enumerate(found):
        if lexeme.kind is LexemeKind.DATE:
            day = date_of(lexeme.text)
            written = "/".join("?" if part is None else str(part) for part in (day.year, day.month, day.day))
            yield Slot(_DATE, written, _around(found, place, place), None)
        elif lexeme.kind is LexemeKind.TIME:
            yield Slot(_TIME, str(minutes_of(lexeme.text)), _around(found, place, place), None)


def _around(found: Sequence[Lexeme], first: int, last: int) -> frozenset[str]:
    near = [*found[max(0, first - REACH) : first], *found[last + 1 : last + 1 + REACH]]
    return frozenset(
        lexeme.text.lower() for lexeme in near if lexeme.kind is LexemeKind.WORD and lexeme.text.lower() not in _SMALL
    )


def _bound(found: Sequence[Lexeme], first: int, last: int) -> int | None:
    for lexeme in reversed(found[max(0, first - 3) : first]):
        word = lexeme.text.lower()
        group, side = BEFORE_NUMBERS.get(word) or OPPOSITES.get(word, ("", 0))
        if group == "bound":
            return side
    after = found[last + 1].text.lower() if last + 1 < len(found) else ""
    return {"ormore": 0, "orless": 1}.get(after)


def _names(found: Sequence[Lexeme]) -> Iterator[str]:
    """Names and codes: what is written in capitals or with digits, and numbers that name something (VIP 2). A unit is
    no name."""
    units = {place for quantity in quantities(found) for place in range(quantity.first, quantity.last + 1)}
    for place, lexeme in enumerate(found):
        if place in units and not (place and found[place - 1].text.lower() in NAMED):
            continue
        word = lexeme.text.lower()
        if word in NETWORKS or word in COINS:
            yield COINS.get(word) or NETWORKS[word]
        elif lexeme.kind is LexemeKind.WORD and _NAME.fullmatch(lexeme.text) and word not in SHOUTED:
            yield COINS.get(word) or NETWORKS.get(word) or word
        if lexeme.kind is LexemeKind.NUMBER and place and found[place - 1].text.lower() in NAMED:
            yield f"{found[place - 1].text.lower()} {lexeme.text}"


def _sides(found: Sequence[Lexeme]) -> Iterator[tuple[str, int]]:
    return (OPPOSITES[word] for lexeme in found if (word := lexeme.text.lower()) in OPPOSITES)
