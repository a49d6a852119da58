"""A sentence read for its check: its content words with their places, and everything that it claims."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from bot.answering.checking.claims import Claim, Kind
from bot.answering.checking.lexemes import PATH_MARKS, Lexeme, LexemeKind, lexemes
from bot.answering.checking.negation import negated
from bot.answering.checking.pairing import paired
from bot.answering.checking.quantities import Found, date_of, minutes_of, quantities
from bot.answering.checking.vocabulary import (
    BEFORE_NUMBERS,
    COINS,
    LABELS,
    NAMED,
    NEGATORS,
    NETWORKS,
    OPPOSITES,
    OTHER_APPS,
    PLATFORMS,
    SHOUTED,
    SOFT_DENIALS,
    SYNONYMS,
)
from embeddings.terms import terms

MENU_WORDS = 10
"""A longer marked span is a sentence that is put in bold, not a name."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a sentence says. `words` are its content words as keys (stems, `=name`, `#number`, `[menu name]`), `places`
    where each stands (a menu name and its words share one) and `clauses` in which clause.

    `denied` are the places of words that a negator speaks of, `negators` how many negators there are, `denials` how
    many words deny (softly too: "until", "lost"), `pairs` the places of names and numbers that belong together across
    two lists. `text` holds all words in lower case, each with a space around it.
    """

    words: tuple[str, ...]
    places: tuple[int, ...]
    clauses: tuple[int, ...]
    claims: tuple[Claim, ...]
    denied: frozenset[int]
    negators: int
    denials: int
    pairs: tuple[tuple[int, int], ...]
    text: str


@lru_cache(maxsize=4096)
def read(markdown: str) -> Reading:
    """The reading of a sentence, step or cells of Markdown. Takes any string."""
    return _Reader(lexemes(markdown)).reading()


@lru_cache(maxsize=8192)
def key_of(word: str) -> str:
    """The stem of a content word, one for synonyms; empty for a stop word or a negator."""
    lower = word.lower()
    if lower in NEGATORS:
        return ""
    stems = terms(SYNONYMS.get(lower, lower))
    return stems[0] if stems else ""


class _Reader:
    """Goes through the lexemes of one sentence, once."""

    def __init__(self, found: Sequence[Lexeme]) -> None:
        self._found = found
        self._words: list[str] = []
        self._places: list[int] = []
        self._clauses: list[int] = []
        self._claims: list[Claim] = []
        self._next = 0
        self._content: dict[int, int] = {}
        """Lexeme to the place of its word."""
        self._quantities: dict[int, Found] = {quantity.first: quantity for quantity in quantities(found)}
        self._past = 0
        self._menu: tuple[int, int] = (0, 0)
        """The span that is being read as a menu name, and its place."""
        self._menu_names: list[tuple[int, int, str]] = []
        self._spans: set[int] = set()

    def reading(self) -> Reading:
        for place in range(len(self._found)):
            self._take(place)
        self._paths()
        self._aliases()
        lower = [lexeme.text.lower() for lexeme in self._found if lexeme.kind is not LexemeKind.MARK]
        spoken = self._outside_menu_names()
        return Reading(
            words=tuple(self._words),
            places=tuple(self._places),
            clauses=tuple(self._clauses),
            claims=tuple(self._claims),
            denied=frozenset(self._content[place] for place in negated(spoken, self._deniable())),
            negators=sum(_is_one_of(lexeme, NEGATORS) for lexeme in spoken),
            denials=sum(_is_one_of(lexeme, NEGATORS | SOFT_DENIALS) for lexeme in spoken),
            pairs=self._pairs(),
            text=f" {' '.join(lower)} ",
        )

    def _take(self, place: int) -> None:
        lexeme = self._found[place]
        if lexeme.kind is LexemeKind.MARK or place < self._past:
            return
        if quantity := self._quantities.get(place):
            self._quantity(place, quantity)
            return
        match lexeme.kind:
            case LexemeKind.DATE:
                self._claim(place, Kind.DATE, date_of(lexeme.text), f"date:{lexeme.text.lower()}")
            case LexemeKind.TIME:
                minutes = minutes_of(lexeme.text)
                self._claim(place, Kind.TIME, minutes, f"time:{minutes}")
            case LexemeKind.ADDRESS:
                address = lexeme.text.lower().rstrip("/.")
                self._claim(place, Kind.ADDRESS, address, address)
            case _:
                self._menu_name(place)
                self._word(place, lexeme)

    def _quantity(self, place: int, quantity: Found) -> None:
        value, before = quantity.value, self._found[place - 1].text.lower() if place else ""
        key = f"#{value.number}"
        if value.unit is None and before in NAMED:
            self._claim(place, Kind.NAMED_NUMBER, value.number, key, before, f"{before} {value.number}")
        else:
            text = " ".join(lexeme.text for lexeme in self._found[place : quantity.last + 1])
            self._claim(place, Kind.QUANTITY, value, key, value.unit or "", text)
        if value.unit and self._found[quantity.last].text.lower() == value.unit:
            self._add_at(self._content[place], quantity.last, f"={value.unit}")
        self._past = quantity.last + 1

    def _word(self, place: int, lexeme: Lexeme) -> None:
        word, lower = lexeme.text, lexeme.text.lower()
        bare = lower.replace("-", "")
        if bare in NETWORKS:
            self._claim(place, Kind.NETWORK, NETWORKS[bare], f"={NETWORKS[bare]}")
        elif lower in COINS:
            self._claim(place, Kind.CODE, COINS[lower], f"={COINS[lower]}")
        elif lower in PLATFORMS and not self._is_other_app(place):
            self._claim(place, Kind.PLATFORM, PLATFORMS[lower], f"={PLATFORMS[lower]}")
        elif _is_code(word):
            code = (bare[:-1] if word.endswith("s") and word[:-1].isupper() else bare).replace(".", "")
            self._claim(place, Kind.CODE, code, f"={code}")
        else:
            if word[0].isupper() and not self._begins(place) and not lexeme.span and lower != "i":
                self._claims.append(Claim(Kind.NAME, "", lower, self._next, word))
            if lower in OPPOSITES and not self._menu[0]:
                numbered = place + 1 in self._quantities and lower in BEFORE_NUMBERS
                group, side = BEFORE_NUMBERS[lower] if numbered else OPPOSITES[lower]
                self._claim(place, Kind.OPPOSITE, side, key_of(word) or lower, group)
            else:
                self._add(place, key_of(word))

    def _menu_name(self, place: int) -> None:
        """A marked span that begins with a capital names something on the screen, unless it is long."""
        span = self._found[place].span
        if span == self._menu[0]:
            return
        self._menu = (0, 0)
        if not span or span in self._spans:
            return
        self._spans.add(span)
        inside = [lexeme for lexeme in self._found[place:] if lexeme.span == span]
        words = [lexeme.text for lexeme in inside if lexeme.kind is not LexemeKind.MARK]
        is_name = words[0][0].isupper() and len(words) <= MENU_WORDS and words[0].lower() not in LABELS
        if is_name and all(lexeme.text not in (":", ";") for lexeme in inside):
            name = " ".join(words)
            self._menu_names.append((place, place + len(inside) - 1, name))
            self._claim(place, Kind.MENU, name.lower(), f"[{name.lower()}]", text=name)
            self._menu = (span, self._next - 1)

    def _paths(self) -> None:
        """Menu names with an arrow between them: the one leads to the other."""
        for (_, last, name), (first, _, other) in pairwise(self._menu_names):
            between = [lexeme.text for lexeme in self._found[last + 1 : first]]
            aside = between[:-1]
            if between[-1:] and between[-1] in PATH_MARKS and (not aside or (aside[0], aside[-1]) == ("(", ")")):
                value = f"{name} > {other}"
                self._claims.append(Claim(Kind.PATH, "", value.lower(), self._content[first], value))

    def _aliases(self) -> None:
        """Two names of which the second stands in brackets, or two networks side by side, are said to be one."""
        at = {place: lexeme for lexeme, place in reversed(self._content.items())}
        names = [claim for claim in self._claims if claim.kind in (Kind.NETWORK, Kind.CODE)]
        for one, other in pairwise(names):
            between = [lexeme.text for lexeme in self._found[at[one.place] + 1 : at[other.place]]]
            adjacent = not between and one.kind is other.kind is Kind.NETWORK
            if (between == ["("] or adjacent) and one.value != other.value:
                value = (one.value, other.value)
                self._claims.append(Claim(Kind.ALIAS, "", value, other.place, f"{one.text} ({other.text})"))

    def _pairs(self) -> tuple[tuple[int, int], ...]:
        at = {place: lexeme for lexeme, place in reversed(self._content.items())}
        kinds = (Kind.NETWORK, Kind.CODE, Kind.NAMED_NUMBER, Kind.PLATFORM)
        names = [
            (at[one.place] - (one.kind is Kind.NAMED_NUMBER), at[one.place], one.place, one.kind.value)
            for one in self._claims
            if one.kind in kinds
        ]
        numbers = [(one.first, one.last, self._content[one.first]) for one in self._quantities.values()]
        return paired(self._found, names, [one for one in numbers if one[2] not in {name[2] for name in names}])

    def _claim(
        self, place: int, kind: Kind, value: Hashable, key: str, group: str = "", text: str | None = None
    ) -> None:
        self._claims.append(Claim(kind, group, value, self._place(place), text or self._found[place].text))
        self._add(place, key)

    def _add(self, place: int, key: str) -> None:
        if key:
            self._add_at(self._place(place), place, key)

    def _add_at(self, at: int, place: int, key: str) -> None:
        self._content[place] = at
        self._words.append(key)
        self._places.append(at)
        self._clauses.append(self._found[place].clause)
        self._next = max(self._next, at + 1)

    def _place(self, place: int) -> int:
        span, own = self._menu
        return own if span and self._found[place].span == span else self._next

    def _outside_menu_names(self) -> list[Lexeme]:
        """The lexemes, those of menu names as marks: "Not arrived" on a button denies nothing."""
        inside = {place for first, last, _ in self._menu_names for place in range(first, last + 1)}
        return [
            replace(lexeme, kind=LexemeKind.MARK) if place in inside else lexeme
            for place, lexeme in enumerate(self._found)
        ]

    def _deniable(self) -> frozenset[int]:
        return frozenset(place for place in self._content if place not in self._quantities)

    def _begins(self, place: int) -> bool:
        """Whether a capital at `place` says nothing: the sentence, or a part of it after a mark, begins there."""
        return place == 0 or self._found[place - 1].text in (":", ";", "(")

    def _is_other_app(self, place: int) -> bool:
        return any(lexeme.text.lower() in OTHER_APPS for lexeme in self._found[max(0, place - 2) : place])


def _is_one_of(lexeme: Lexeme, words: frozenset[str]) -> bool:
    return lexeme.kind is LexemeKind.WORD and lexeme.text.lower() in words


def _is_code(word: str) -> bool:
    letters = [character for character in word if character.isalpha()]
    if any(character.isdigit() for character in word):
        return len(word) > 1
    capitals = word[:-1] if word.endswith("s") and word[:-1].isupper() and len(word) > 3 else word
    return len(letters) > 1 and capitals.isupper() and len(word) <= 10 and word.lower() not in SHOUTED
