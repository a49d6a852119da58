"""What a sentence can claim that is true or false by itself, and when two claims say the same."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum

from bot.answering.checking.quantities import CalendarDate, Quantity


class Kind(StrEnum):
    """What a claim is about. A sentence's claim of any kind but the last must stand in its passage."""

    QUANTITY = "quantity"
    DATE = "date"
    TIME = "time"
    NETWORK = "network"
    CODE = "code"
    NAMED_NUMBER = "named number"
    PLATFORM = "platform"
    MENU = "menu name"
    PATH = "menu path"
    ALIAS = "pair of names"
    NAME = "name"
    ADDRESS = "address"
    OPPOSITE = "opposite"


@dataclass(frozen=True, slots=True)
class Claim:
    """A value at a place (one of `Reading.places`), and how it was written.

    `group` tells apart what cannot stand for each other: the unit of a quantity, the word of a named number, the pair
    of an opposite.
    """

    kind: Kind
    group: str
    value: Hashable
    place: int
    text: str


def comparable(claim: Claim, other: Claim) -> bool:
    """Whether one could stand for the other: quantities of one unit (one may lack its currency), named numbers of one
    name, sides of one opposite."""
    if claim.kind is not other.kind:
        return False
    if claim.kind is Kind.QUANTITY and claim.group != other.group and "" in (claim.group, other.group):
        return is_currency(claim.group or other.group)
    return claim.group == other.group


def same_value(claim: Claim, other: Claim) -> bool:
    """Whether two comparable claims say the same."""
    one, two = claim.value, other.value
    if isinstance(one, Quantity) and isinstance(two, Quantity):
        return one.fits(two)
    if isinstance(one, CalendarDate) and isinstance(two, CalendarDate):
        return one.fits(two)
    return one == two


def is_currency(unit: str) -> bool:
    """Whether a unit is a currency or a ticker, which a table names in the head of its column."""
    return unit not in ("second", "month", "%", "x", "px", "kb", "mb", "gb", "tb") and " " not in unit
