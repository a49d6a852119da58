"""Payment card numbers (ISO/IEC 7812): an issuer's prefix and length, in the groups people write, and check digit."""

import re
from bisect import bisect
from collections.abc import Iterator, Sequence

from stdnum import iban, luhn

from bot.safety.findings import Span

_ANY_16_TO_19 = range(16, 20)
_ISSUERS: tuple[tuple[range, int, range | tuple[int, ...]], ...] = (
    (range(4, 5), 1, (13, 16, 19)),  # Visa
    (range(51, 56), 2, (16,)),  # Mastercard
    (range(2221, 2721), 4, (16,)),
    (range(34, 35), 2, (15,)),  # American Express
    (range(37, 38), 2, (15,)),
    (range(6011, 6012), 4, _ANY_16_TO_19),  # Discover
    (range(644, 650), 3, _ANY_16_TO_19),
    (range(65, 66), 2, _ANY_16_TO_19),
    (range(300, 306), 3, (14, 16)),  # Diners Club
    (range(309, 310), 3, (14, 16)),
    (range(36, 37), 2, (14, 16)),
    (range(38, 40), 2, (14, 16)),
    (range(3528, 3590), 4, _ANY_16_TO_19),  # JCB
    (range(62, 63), 2, _ANY_16_TO_19),  # UnionPay
    (range(8100, 8172), 4, _ANY_16_TO_19),
    (range(2200, 2205), 4, _ANY_16_TO_19),  # Mir
    (range(9792, 9793), 4, (16,)),  # Troy
    (range(5018, 5019), 4, range(13, 20)),  # Maestro
    (range(5020, 5021), 4, range(13, 20)),
    (range(5038, 5039), 4, range(13, 20)),
    (range(5893, 5894), 4, range(13, 20)),
    (range(6304, 6305), 4, range(13, 20)),
    (range(6759, 6764), 4, range(13, 20)),
    (range(5060, 5062), 4, (16, 19)),  # Verve
    (range(5080, 5090), 4, (16,)),  # RuPay
    (range(6069, 6070), 4, (16,)),
    (range(6521, 6523), 4, (16,)),
)
"""First and last prefix, digits of the prefix, lengths."""
_SEPARATOR = r"[\s‐-―._*|/-]{1,3}"
_NUMBERS = re.compile(rf"(?<!\d)(?<!\d[.,])\d(?>\d|{_SEPARATOR}(?=\d))*(?!\.\d)")
_GROUP = re.compile(r"\d+")
_GROUPINGS = frozenset(
    {
        (4, 4, 4, 4),
        (4, 6, 5),
        (4, 6, 4),
        (6, 13),
        (4, 4, 4, 4, 3),
        (4, 4, 4, 1),
        (4, 4, 4, 2),
        (4, 4, 4, 3),
        (8, 8),
        (6, 4, 6),
        (6, 7),
    }
)
_GROUP_COUNTS = range(2, 6)
_SPACED = re.compile(r"[\d \n‐-―-]+")
_ORDER_BEFORE = re.compile(
    r"(?:order|invoice|ticket|tracking|shipment|purchase|uid|user|id|txid|reference|ref|request|case)(?:\s?(?:id|no|nr|number|#))?[\s:#.]{0,3}$",
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?(?![0-9A-Za-z])")
_DECIMALS_AFTER = re.compile(r"[.]\d")
_DECIMALS_BEFORE = re.compile(r"\d[.]$")
_SHORTEST, _LONGEST = 13, 19
_IN_URL = re.compile(r"(?:://|www\.)\S*+$")
_URL = 200
_BEFORE = 24


def card_numbers(text: str) -> Iterator[Span]:
    """Where card numbers stand in a folded text; they may overlap. Bank accounts (IBAN) and web addresses stay."""
    accounts = [match.span() for match in _IBAN.finditer(text)]
    for start, end in _cards(text):
        around = accounts[bisect(accounts, (start, end)) - 1 :][:1]
        if not any(begin <= start and end <= stop and iban.is_valid(text[begin:stop]) for begin, stop in around):
            yield start, end


def _cards(text: str) -> Iterator[Span]:
    for match in _NUMBERS.finditer(text):
        start, end = match.span()
        if end - start < _SHORTEST or text.endswith("+", 0, start) or _in_url(text, start):
            continue
        groups = [group.span() for group in _GROUP.finditer(text, start, end)]
        yield from _grouped(text, groups)
        if 1 < len(groups) <= _LONGEST and _SPACED.fullmatch(match.group()) and _is_card(match.group(), _SHORTEST + 1):
            yield start, end


def _in_url(text: str, at: int) -> bool:
    return _IN_URL.search(text, max(0, at - _URL), at) is not None


def _grouped(text: str, groups: Sequence[Span]) -> Iterator[Span]:
    """Cards in neighbouring groups of digits, of one of the known sizes, or in one group among others."""
    sizes = tuple(end - start for start, end in groups)
    for at, (start, end) in enumerate(groups):
        if _SHORTEST <= sizes[at] <= _LONGEST and _is_card(text[start:end]) and not _is_other(text, start, end):
            yield start, end
        for count in _GROUP_COUNTS:
            if sizes[at : at + count] in _GROUPINGS and at + count <= len(groups):
                last = groups[at + count - 1][1]
                if _is_card(text[start:last]):
                    yield start, last


def _is_other(text: str, start: int, end: int) -> bool:
    """Whether a group of digits is called an order or the like, or is part of a decimal number."""
    if _ORDER_BEFORE.search(text, max(0, start - _BEFORE), start) or _DECIMALS_AFTER.match(text, end):
        return True
    return _DECIMALS_BEFORE.search(text, max(0, start - 2), start) is not None


def _is_card(text: str, least: int = _SHORTEST) -> bool:
    number = "".join(_GROUP.findall(text))
    issued = any(len(number) in lengths and int(number[:digits]) in prefixes for prefixes, digits, lengths in _ISSUERS)
    return issued and len(number) >= least and luhn.is_valid(number)
