"""The sentences, bullets and rows of an article that answer a question, under a budget of words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.extractive.article_reading import ArticleReading, ScoredSection
from bot.answering.extractive.boilerplate import refers_back
from bot.answering.extractive.question_kinds import asks_for_the_whole
from bot.answering.extractive.sections import Quotable
from bot.answering.extractive.term_sets import term_set
from embeddings.terms import terms
from knowledge.structure import BlockKind

KEPT_SHARE = 0.8
"""Of a long list, the items are quoted whose relevance is at least this share of the best one's."""
SMALL_LIST_WORDS, MOST_ROWS = 90, 8
"""A list of up to so many words is quoted whole; of a longer one, and of a table, what matters."""
ANTECEDENT_WORDS = 30


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is quoted: words (the piece that answers is quoted however long it is), pieces, and how far below the
    best score."""

    words: int
    pieces: int
    within: float

    def times(self, share: float) -> "Limits":
        """A share of the room."""
        return Limits(int(self.words * share), max(1, round(self.pieces * share)), self.within)


FACT = Limits(words=80, pieces=4, within=0.35)
WHOLE = Limits(words=100, pieces=40, within=1.2)
SHORT_SECTION = 1.4
"""A section of up to so many times the room is told whole: its end would be missed more than its length."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Quotables of one section that belong together, in the article's order: a sentence (with the one that it refers
    back to), a list, the rows of a table that matter."""

    section: ScoredSection
    numbers: tuple[int, ...]

    @property
    def quotables(self) -> tuple[Quotable, ...]:
        """What is quoted."""
        return tuple(self.section.section.quotables[number] for number in self.numbers)

    @property
    def words(self) -> int:
        """Their words."""
        return sum(each.words for each in self.quotables)


def best_prose(reading: ArticleReading) -> float:
    """The score of the best piece that is not a step; below 0 when there is none."""
    return max(
        (
            score
            for section in reading.sections
            for each, score in zip(section.section.quotables, section.scores, strict=True)
            if _may_be_chosen(each)
        ),
        default=-1.0,
    )


def choose_prose(reading: ArticleReading, share: float = 1.0) -> tuple[Piece, ...]:
    """The pieces that answer under `share` of the usual budget.

    To a question for a fact the best comes first, then what follows it, then what stands before it and in other
    sections. What needs to be told as a whole is told in the article's order, out of one section, all of it when that
    is short.
    """
    ranked = _ranked(reading)
    if not ranked:
        return ()
    if asks_for_the_whole(reading.question):
        return _whole(reading, reading.sections[ranked[0][1]], WHOLE.times(share))
    return _best_first(_chosen(reading, ranked, FACT.times(share)))


def _ranked(reading: ArticleReading) -> list[tuple[float, int, int]]:
    """Minus the score, the number of the section and that of the quotable, best first."""
    return sorted(
        (-score, place, number)
        for place, section in enumerate(reading.sections)
        for number, score in enumerate(section.scores)
        if _may_be_chosen(section.section.quotables[number])
    )


def _may_be_chosen(each: Quotable) -> bool:
    """Steps are left to the instructions, and an announcement stands before what it announces or not at all."""
    return each.unit.block.kind is not BlockKind.STEP and not each.unit.announces


def _chosen(reading: ArticleReading, ranked: Sequence[tuple[float, int, int]], limits: Limits) -> list[Piece]:
    chosen: list[Piece] = []
    taken: set[tuple[int, int]] = set()
    room = limits.words
    for score, place, number in ranked:
        if len(chosen) == limits.pieces or score > ranked[0][0] + limits.within:
            break
        if (place, number) in taken:
            continue
        section = reading.sections[place]
        piece = _fresh(_piece(section, number, reading.question), place, taken)
        if chosen and piece.words > room and section.section.quotables[number].unit.block.kind is BlockKind.PARAGRAPH:
            piece = _fresh(Piece(section, _with_antecedent(section, number)), place, taken)
        if chosen and piece.words > room:
            continue
        chosen.append(piece)
        taken.update((place, other) for each in piece.numbers for other in (each, *_chosen_with(section, each)))
        room -= piece.words
    return chosen


def _fresh(piece: Piece, place: int, taken: set[tuple[int, int]]) -> Piece:
    """The piece without what is quoted already."""
    return Piece(piece.section, tuple(number for number in piece.numbers if (place, number) not in taken))


def _whole(reading: ArticleReading, section: ScoredSection, limits: Limits) -> tuple[Piece, ...]:
    """A section in its order; of a long one what answers, and single sentences between."""
    quotables = section.section.quotables
    if sum(each.words for each in quotables) <= SHORT_SECTION * limits.words:
        return (Piece(section, tuple(range(len(quotables) - quotables[-1].unit.announces))),)
    place = reading.sections.index(section)
    chosen = _chosen(reading, [entry for entry in _ranked(reading) if entry[1] == place], limits)
    numbers = {number for piece in chosen for number in piece.numbers}
    room = limits.words - sum(piece.words for piece in chosen)
    for number in range(1, len(quotables) - 1):
        between = {number - 1, number + 1} <= numbers and number not in numbers
        if between and quotables[number].words <= room and quotables[number].unit.block.kind is BlockKind.PARAGRAPH:
            numbers.add(number)
            room -= quotables[number].words
    return (Piece(section, tuple(sorted(numbers))),)


def _chosen_with(section: ScoredSection, number: int) -> tuple[int, ...]:
    """The whole list or table of a bullet or row: what matters of it is chosen once."""
    is_part = section.section.quotables[number].unit.block.kind in (BlockKind.TABLE_ROW, BlockKind.BULLET)
    return section.group(number) if is_part else ()


def _piece(section: ScoredSection, number: int, question: str) -> Piece:
    """The quotable with what it cannot stand without."""
    each = section.section.quotables[number]
    match each.unit.block.kind:
        case BlockKind.PARAGRAPH:
            return Piece(section, (*_with_antecedent(section, number), *_table_after(section, number, question)))
        case BlockKind.BULLET | BlockKind.STEP:
            return Piece(section, _with_list(section, number))
        case BlockKind.TABLE_ROW:
            return Piece(section, rows_that_matter(section, section.group(number), question))
    return Piece(section, (number,))


def _with_antecedent(section: ScoredSection, number: int) -> tuple[int, ...]:
    if number == 0 or not refers_back(section.section.quotables[number].text):
        return (number,)
    before, each = section.section.quotables[number - 1], section.section.quotables[number]
    joined = before.unit.block == each.unit.block and before.words <= ANTECEDENT_WORDS
    return (number - 1, number) if joined else (number,)


def _table_after(section: ScoredSection, number: int, question: str) -> tuple[int, ...]:
    """What matters of the table that the sentence stands right before."""
    after = section.section.quotables[number + 1 : number + 2]
    if not after or after[0].unit.block.kind is not BlockKind.TABLE_ROW:
        return ()
    rows = section.group(number + 1)
    kept = rows_that_matter(section, rows, question)
    return kept if len(rows) <= MOST_ROWS or len(kept) < MOST_ROWS else ()


def _with_list(section: ScoredSection, number: int) -> tuple[int, ...]:
    group = section.group(number)
    quotables = section.section.quotables
    if quotables[number].unit.block.kind is BlockKind.STEP:
        return group
    if sum(quotables[each].words for each in group) <= SMALL_LIST_WORDS:
        return _with_announcement(section, group)
    least = KEPT_SHARE * section.relevance[number]
    near = sorted(
        (each for each in group if section.relevance[each] >= least), key=lambda each: -section.relevance[each]
    )
    return tuple(sorted({number, *near[: MOST_ROWS - 1]}))


def rows_that_matter(section: ScoredSection, rows: Sequence[int], question: str) -> tuple[int, ...]:
    """The rows with most of the question's terms that neither the title and headings nor every row has (a number counts
    in the first cell only). When there are none: a small table whole, of a large one the rows nearest to the
    question."""
    asked = frozenset(terms(question)) - section.known
    spoken = [_row_terms(section.section.quotables[row].text) & asked for row in rows]
    common = frozenset.intersection(*spoken)
    counts = [len(each - common) for each in spoken]
    kept = [row for row, count in zip(rows, counts, strict=True) if count == max(counts)]
    if len(kept) > MOST_ROWS:
        kept = sorted(sorted(kept, key=lambda row: -section.relevance[row])[:MOST_ROWS])
    return tuple(kept)


def _row_terms(text: str) -> frozenset[str]:
    first, *others = text.split("\n")[-1].split("\t")
    return term_set(first).union(term for cell in others for term in term_set(cell) if not term.isdigit())


def _with_announcement(section: ScoredSection, group: tuple[int, ...]) -> tuple[int, ...]:
    """The list with the sentence that announces it, if that stands right before."""
    first = group[0]
    announced = first > 0 and section.section.quotables[first - 1].unit.announces
    return (first - 1, *group) if announced else group


def _best_first(chosen: Sequence[Piece]) -> tuple[Piece, ...]:
    if not chosen:
        return ()
    first = chosen[0]

    def order(piece: Piece) -> tuple[bool, bool, int]:
        return (piece.section is not first.section, _start(piece) < _start(first), _start(piece))

    return tuple(sorted(chosen, key=order))


def _start(piece: Piece) -> int:
    return piece.quotables[0].unit.start
