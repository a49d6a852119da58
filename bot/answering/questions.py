"""A question as it is searched: its wordings, and the vectors of what each asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.answering.needs import needs_of, parts_of, to_the_point
from bot.answering.search_index import Indexes
from embeddings.encoders import Encoder, TokenVectors
from embeddings.errors import EncoderError
from embeddings.spelling import Spelling

POINT_SHARE = 2 / 3
"""What the wording without asides counts, beside the whole message."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is asked: its unit vector, shape (dimensions,), and its token vectors."""

    vector: NDArray[np.float32]
    tokens: TokenVectors


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that is searched, its needs (one, unless it is long), and how much it counts."""

    text: str
    needs: tuple[Need, ...]
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Question:
    """A message as it was written and, when it has asides, without them; the shares add up to 1.

    No wording has needs when the encoder failed; `problem` says how. Words and codes are searched all the same.
    """

    wordings: tuple[Wording, ...]
    corrections: tuple[tuple[str, str], ...] = ()
    """Misspelt words of the message, each with what was searched instead."""
    problem: str | None = None

    @property
    def text(self) -> str:
        """The wording that counts most."""
        return max(self.wordings, key=lambda wording: wording.share).text

    @property
    def needs(self) -> tuple[Need, ...]:
        """The needs of all wordings."""
        return tuple(need for wording in self.wordings for need in wording.needs)


def read_question(message: str, encoder: Encoder, indexes: Indexes, spelling: Spelling) -> Question:
    """The question in a message, with its vectors."""
    mended = spelling.correct(message)
    try:
        return Question(_wordings(mended.text, _Needs(encoder), indexes), mended.changes)
    except EncoderError as error:
        only_words = f"Only words and codes were searched. {error}"
        return Question((Wording(mended.text, ()),), mended.changes, only_words)


def _wordings(message: str, needs: "_Needs", indexes: Indexes) -> tuple[Wording, ...]:
    """The message, and when it has asides also what is to the point."""
    parts = parts_of(message)
    whole, each = needs.of(needs_of(message), parts)
    point = to_the_point(parts, [_nearness(need, indexes) for need in each])
    if point in ("", " ".join(parts)):
        return (Wording(message, whole),)
    (kept,) = needs.of(needs_of(point))
    return (Wording(message, whole, 1 - POINT_SHARE), Wording(point, kept, POINT_SHARE))


class _Needs:
    """Encodes each text of a message once: a part is often a need too."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Need] = {}

    def of(self, *groups: Sequence[str]) -> list[tuple[Need, ...]]:
        """The needs of each group of texts; those that are new are encoded together."""
        new = [text for text in dict.fromkeys(text for group in groups for text in group) if text not in self._known]
        if new:
            found = self._encoder.encode_queries(new)
            for text, vector, (start, end) in zip(new, found.vectors, pairwise(found.starts), strict=True):
                self._known[text] = Need(vector, found.tokens[start:end])
        return [tuple(self._known[text] for text in group) for group in groups]


def _nearness(need: Need, indexes: Indexes) -> float:
    nearest = [index.nearest(need.vector, 1)[1] for index in (indexes.dense, indexes.titles)]
    return float(np.concatenate(nearest).max(initial=0.0))
