"""Where the passages of an article begin and end, drawn in its text. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.models import Passage


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an article's body, with the numbers (from 1) of the passages that it belongs to: of none where
    nothing is searched, and those that begin with it. `start` and `end` are indices into the body."""

    text: str
    start: int
    end: int
    numbers: tuple[int, ...]
    heading: str
    begins: tuple[int, ...] = ()


def in_order(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages as they are numbered, from 1."""
    return tuple(sorted(passages, key=lambda each: (each.start, each.end)))


def pieces_of(body: str, passages: Sequence[Passage]) -> tuple[Piece, ...]:
    """The body in order, cut wherever a passage begins or ends; together the pieces are the body, less the white space
    between passages."""
    ordered = in_order(passages)
    cuts = sorted({0, len(body), *(place for each in ordered for place in (each.start, each.end))})
    found = []
    for start, end in pairwise(cuts):
        over = [(number, each) for number, each in enumerate(ordered, 1) if each.start <= start and end <= each.end]
        if over or body[start:end].strip():
            heading = over[-1][1].heading if over else ""
            begins = tuple(number for number, each in over if each.start == start)
            found.append(Piece(body[start:end], start, end, tuple(number for number, _ in over), heading, begins))
    return tuple(found)
