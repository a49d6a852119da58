"""Numbers with their units, dates and clock times: what is written in many ways, brought to one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.answering.checking.lexemes import Lexeme, LexemeKind
from bot.answering.checking.vocabulary import NAMED

_TIME_UNITS = {
    "second": (("second", "seconds", "sec", "secs", "s"), 1),
    "minute": (("minute", "minutes", "min", "mins"), 60),
    "hour": (("hour", "hours", "h", "hr", "hrs"), 3600),
    "day": (("day", "days"), 86400),
    "week": (("week", "weeks"), 604800),
}
UNITS: dict[str, tuple[str, Decimal]] = {
    **{name: ("second", Decimal(factor)) for names, factor in _TIME_UNITS.values() for name in names},
    **dict.fromkeys(("month", "months"), ("month", Decimal(1))),
    **dict.fromkeys(("year", "years"), ("month", Decimal(12))),
    **dict.fromkeys(("%", "percent"), ("%", Decimal(1))),
    **dict.fromkeys(("bps", "bp"), ("%", Decimal("0.01"))),
    **dict.fromkeys(("eur", "euro", "euros", "€"), ("eur", Decimal(1))),
    **dict.fromkeys(("usd", "dollar", "dollars", "$"), ("usd", Decimal(1))),
    **dict.fromkeys(("gbp", "pound", "pounds", "£"), ("gbp", Decimal(1))),
    **dict.fromkeys(("jpy", "yen", "¥"), ("jpy", Decimal(1))),
    **{name: (name, Decimal(1)) for name in ("kb", "mb", "gb", "tb", "x", "px")},
}
"""Word (lower case) to unit and how many of that unit it is: 2 hours are 7200 seconds."""
_BUSINESS = {"business", "working", "banking"}
_MULTIPLES = {
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    "k": Decimal(1000),
    "million": Decimal(10**6),
    "m": Decimal(10**6),
    "billion": Decimal(10**9),
    "bn": Decimal(10**9),
}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SPELLED = {word: number for number, word in enumerate((_ONES + "eighteen nineteen").split())} | {
    word: 10 * number for number, word in enumerate(_TENS.split(), start=2)
}
_CONNECTORS = {"or", "and", "to", ",", "–", "—", "/", "-", "through"}
_NUMBER = re.compile(r"([$€£¥]?)\s?([\d,]+(?:\.\d+)?)(%|k|m|bn|x|h|s)?(?:st|nd|rd|th)?", re.IGNORECASE)
_YEAR = re.compile(r"(?:199|20[0-5])\d")
_TICKER = re.compile(r"[A-Z][A-Z0-9]{1,5}")
_SPAN_OF = {
    *("within", "after", "for", "in", "about", "atleast", "atmost", "morethan", "lessthan", "takes", "take", "upto"),
    *("under", "over", "around", "approximately", "roughly"),
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in its smallest unit: "two hours" is 7200 of "second". `unit` is None where none is written."""

    number: str
    unit: str | None

    def fits(self, other: "Quantity") -> bool:
        """Whether both may mean the same: a missing unit fits every unit."""
        return self.number == other.number and (self.unit == other.unit or None in (self.unit, other.unit))


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """A date as far as it is written."""

    year: int | None
    month: int
    day: int | None

    def fits(self, other: "CalendarDate") -> bool:
        """Whether nothing that both name differs."""
        pairs = ((self.year, other.year), (self.day, other.day))
        return self.month == other.month and all(own == its or None in (own, its) for own, its in pairs)


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity in the lexemes `first` to `last`, as it was written times `factor`."""

    value: Quantity
    first: int
    last: int
    factor: Decimal = Decimal(1)


def quantities(found: Sequence[Lexeme]) -> list[Found]:
    """The quantities of a sentence in order. "7, 30 or 90 days" are three of days; "one" counts only with a unit."""
    read = [quantity for place in range(len(found)) if (quantity := _quantity_at(found, place))]
    for place in reversed(range(len(read) - 1)):
        left, right = read[place], read[place + 1]
        between = found[left.last + 1 : right.first]
        is_name = left.first > 0 and found[left.first - 1].text.lower() in NAMED
        if (
            left.value.unit is None
            and not is_name
            and between
            and all(lexeme.text.lower() in _CONNECTORS for lexeme in between)
        ):
            number = _plain(Decimal(left.value.number) * right.factor)
            read[place] = Found(Quantity(number, right.value.unit), left.first, left.last, right.factor)
    return read


def date_of(text: str) -> CalendarDate:
    """The date that a DATE lexeme writes."""
    if iso := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text):
        return CalendarDate(int(iso[1]), int(iso[2]), int(iso[3]))
    month = next(number for number, name in enumerate(_MONTHS, start=1) if re.search(rf"\b{name}", text.lower()))
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    year = next((number for number in numbers if number > 999), None)
    return CalendarDate(year, month, next((number for number in numbers if number < 100), None))


def minutes_of(text: str) -> int:
    """The minutes since midnight of a TIME lexeme."""
    lower = text.lower()
    if lower in ("noon", "midnight"):
        return 720 if lower == "noon" else 0
    numbers = [int(number) for number in re.findall(r"\d+", lower)]
    hour = numbers[0] % 12 + (12 if "p" in lower else 0) if re.search("[ap]", lower) else numbers[0]
    return 60 * hour + (numbers[1] if numbers[1:] else 0)


def _quantity_at(found: Sequence[Lexeme], place: int) -> Found | None:
    lexeme = found[place]
    if lexeme.kind is LexemeKind.NUMBER:
        match = _NUMBER.fullmatch(lexeme.text)
        if not match:
            return None
        number, sign, suffix = Decimal(match[2].replace(",", "")), match[1], (match[3] or "").lower()
        if suffix in _MULTIPLES:
            number, suffix = number * _MULTIPLES[suffix], ""
        return _with_unit(found, place, number, sign or suffix)
    if lexeme.kind is not LexemeKind.WORD:
        return None
    return _spelled_at(found, place)


def _spelled_at(found: Sequence[Lexeme], place: int) -> Found | None:
    """A number in words. "One" and "a" count before a unit only, "a" besides only after a word such as "within"."""
    words = found[place].text.lower().split("-")
    number = sum(_SPELLED[word] for word in words) if all(word in _SPELLED for word in words) else None
    if number is None and len(words) == 2 and words[0] in _SPELLED and words[1] in UNITS:
        unit, factor = UNITS[words[1]]
        return Found(Quantity(_plain(_SPELLED[words[0]] * factor), unit), place, place, factor)
    if words == ["half"] and [lexeme.text.lower() for lexeme in found[place + 1 : place + 2]] in (["a"], ["an"]):
        half = _with_unit(found, place + 1, Decimal("0.5"), "")
        return Found(half.value, place, half.last, half.factor) if half.value.unit else None
    if number is None and words[0] in ("a", "an") and place and found[place - 1].text.lower() in _SPAN_OF:
        number = 1
    if number is None:
        return None
    read = _with_unit(found, place, Decimal(number), "")
    return None if number == 1 and (read.value.unit is None or read.last == place) else read


def _with_unit(found: Sequence[Lexeme], place: int, number: Decimal, sign: str) -> Found:
    last = place
    following = [lexeme.text for lexeme in found[place + 1 : place + 4]]
    if following and following[0].lower() in _MULTIPLES:
        number, last, following = number * _MULTIPLES[following[0].lower()], last + 1, following[1:]
    if sign:
        unit, factor = UNITS[sign]
        return Found(Quantity(_plain(number * factor), unit), place, last, factor)
    lower = [word.lower() for word in following]
    if lower[:1] and lower[0] in _BUSINESS and lower[1:2] and lower[1] in ("day", "days", "hour", "hours"):
        return Found(Quantity(_plain(number), f"business {lower[1].rstrip('s')}"), place, last + 2)
    if lower[:1] and lower[0] in UNITS:
        unit, factor = UNITS[lower[0]]
        return Found(Quantity(_plain(number * factor), unit), place, last + 1, factor)
    is_name = place > 0 and found[place - 1].text.lower() in NAMED
    if following and _TICKER.fullmatch(following[0]) and following[0].lower() not in NAMED and not is_name:
        return Found(Quantity(_plain(number), following[0].lower()), place, last + 1)
    before = found[place - 1].text.lower() if place else ""
    if _YEAR.fullmatch(found[place].text) and last == place:
        return Found(Quantity(_plain(number), "calendar year"), place, last)
    currency = before if before in ("eur", "usd", "gbp") else None
    return Found(Quantity(_plain(number), currency), place, last)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
