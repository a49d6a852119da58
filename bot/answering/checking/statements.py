"""A passage as statements: its sentences, steps and bullets, and of its tables each cell with the row's name and the
column's head."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.answering.checking.claims import Claim, Kind, is_currency
from bot.answering.checking.lexemes import without_marker
from bot.answering.checking.reading import Reading, read
from knowledge.structure import Block, BlockKind, outline
from knowledge.units import Unit, table_head, units_of

INHERITED = 0.25
"""How near a word of the title or a heading counts to everything below it."""
GAP = 0.25
CLAUSE = 0.6
LEAST_OF_CLAUSES = 0.25

_HEADINGS_APART = re.compile(r"\n| › ")


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A part of a passage that says something by itself; `above` are the keys of title, headings and the rest of a
    table's row, `cell` tells a table's cell from prose, and `asks` a question, which asserts nothing."""

    reading: Reading
    above: frozenset[str]
    cell: bool = False
    asks: bool = False

    def entities(self, kind: Kind, group: str) -> frozenset[object]:
        """The values of that kind in it; a quantity's unit is a ticker too."""
        return _entities(self, kind, group)


@dataclass(frozen=True, slots=True, eq=False)
class PassageReading:
    """The statements of a passage, what of each kind stands where (number of the statement, claim), the words where
    they stand (number of the statement, place), and all its text in lower case."""

    statements: tuple[Statement, ...]
    claims: dict[tuple[Kind, str], tuple[tuple[int, Claim], ...]]
    places: dict[str, tuple[tuple[int, int], ...]]
    above: Reading
    text: str

    def of_kind(self, kind: Kind) -> tuple[tuple[int, Claim], ...]:
        """The claims of a kind, in every group."""
        return tuple(entry for (found, _), entries in self.claims.items() if found is kind for entry in entries)


@lru_cache(maxsize=256)
def read_passage(passage: str, about: str = "") -> PassageReading:
    """The statements of a Markdown passage; `about` are title and headings, for what the passage leaves unsaid."""
    above = read(" ; ".join(without_marker(part) for part in _HEADINGS_APART.split(about)))
    statements = tuple(_statements(passage, above))
    claims: dict[tuple[Kind, str], list[tuple[int, Claim]]] = {}
    places: dict[str, list[tuple[int, int]]] = {}
    for number, statement in enumerate(statements):
        for claim in statement.reading.claims:
            claims.setdefault((claim.kind, claim.group), []).append((number, claim))
        for word, place in zip(statement.reading.words, statement.reading.places, strict=True):
            places.setdefault(word, []).append((number, place))
    return PassageReading(
        statements,
        {key: tuple(found) for key, found in claims.items()},
        {word: tuple(found) for word, found in places.items()},
        above,
        f"{passage}\n{about}".lower(),
    )


@lru_cache(maxsize=16384)
def context(reading: Reading, place: int, cell: bool = False) -> dict[str, float]:
    """How near each other word stands to the one at `place`, 0–1: less with every word between, and in another clause.
    In a table's cell, where order says nothing, and across lists that pair up, words are as near as can be."""
    near: dict[str, float] = {}
    here = next((clause for at, clause in zip(reading.places, reading.clauses, strict=True) if at == place), 0)
    partners = dict(reading.pairs) | {number: name for name, number in reading.pairs}
    for word, at, clause in zip(reading.words, reading.places, reading.clauses, strict=True):
        if at == place or (place in partners and at in partners and at != partners[place]):
            continue
        crossed = max(LEAST_OF_CLAUSES, CLAUSE ** abs(clause - here))
        closeness = crossed / (1 + GAP * (abs(at - place) - 1))
        closeness = 1.0 if cell or partners.get(place) == at else closeness
        near[word] = max(near.get(word, 0.0), closeness)
    return near


def _statements(passage: str, above: Reading) -> Iterator[Statement]:
    blocks = outline(passage)
    for block in blocks:
        inherited = frozenset(above.words) | frozenset(word for head in block.headings for word in read(head).words)
        if block.kind is BlockKind.HEADING:
            heading = passage[block.start : block.end].lstrip("# ")
            yield Statement(read(heading), inherited, asks=heading.rstrip().endswith("?"))
        for unit in units_of(block, passage):
            if block.kind is BlockKind.TABLE_ROW:
                row = inherited | frozenset(read(passage[unit.start : unit.end]).words)
                for cell in _cells(unit, block, passage, blocks):
                    yield Statement(read(cell), row, cell=True)
            else:
                yield Statement(read(passage[unit.start : unit.end]), inherited)


def _cells(unit: Unit, block: Block, passage: str, blocks: tuple[Block, ...]) -> Iterator[str]:
    """Each cell of a row: the cells that name the row, the column's head, and itself."""
    cells = _split(passage[unit.start : unit.end])
    head_lines = table_head(block, passage, blocks).splitlines()
    heads = _split(head_lines[0]) if head_lines else []
    naming = [place for place, cell in enumerate(cells) if place == 0 or _is_name(cell)]
    for place, cell in enumerate(cells):
        names = [cells[other] for other in naming if other != place]
        head = [heads[place]] if place < len(heads) else []
        yield " . ".join([*names, *head, cell])


def _split(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _is_name(cell: str) -> bool:
    """Whether a cell names what its row is about: it holds a network, ticker or named number and no quantity."""
    kinds = {claim.kind for claim in read(cell).claims}
    return bool(kinds & {Kind.NETWORK, Kind.CODE, Kind.NAMED_NUMBER}) and Kind.QUANTITY not in kinds


@lru_cache(maxsize=16384)
def _entities(statement: Statement, kind: Kind, group: str) -> frozenset[object]:
    claims = statement.reading.claims
    found: set[object] = {claim.value for claim in claims if claim.kind is kind and claim.group == group}
    if kind is Kind.CODE:
        found |= {
            claim.group for claim in claims if claim.kind is Kind.QUANTITY and claim.group and is_currency(claim.group)
        }
    return frozenset(found)
