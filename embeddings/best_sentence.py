"""Passages by their best sentence: an index over vectors of sentences that answers with passages."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.dense import DenseIndex
from embeddings.errors import IndexFileError
from embeddings.ids import Ids
from embeddings.models import Match

SENTENCES_A_PASSAGE = 4
"""So many times more sentences than passages are looked for at first; a passage often has several good ones."""


class BestSentenceIndex:
    """A dense index of sentences, numbered from 0, and the passage of each. A list of example questions is a passage
    whose sentences are the questions. Never changed once built: threads may share it."""

    def __init__(self, sentences: DenseIndex, owners: Ids) -> None:
        """`owners` gives the passage of each sentence, shape (sentences,); ValueError when the two do not fit."""
        if sorted(sentences.ids) != list(range(len(owners))):
            raise ValueError(
                f"An index of {len(sentences)} sentences does not fit {len(owners)} owners; build the index again."
            )
        self._sentences = sentences
        self._owners = owners
        order = np.argsort(owners, kind="stable")
        passages, first = np.unique(owners[order], return_index=True)
        self._of = dict(zip(passages.tolist(), np.split(order, first[1:]), strict=True)) if len(owners) else {}

    @classmethod
    def load(cls, path: Path, owners: Ids) -> "BestSentenceIndex":
        """The index that `save` wrote; IndexFileError when it is missing, damaged or does not fit the owners."""
        try:
            return cls(DenseIndex.load(path), owners)
        except ValueError as error:
            raise IndexFileError(str(error)) from error

    def save(self, path: Path) -> None:
        """Writes the vectors of the sentences into one file, not atomically; the owners are kept elsewhere."""
        self._sentences.save(path)

    @property
    def ids(self) -> list[int]:
        """The ids of the passages, ascending."""
        return sorted(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def search(self, vector: NDArray[np.floating], k: int) -> list[Match]:
        """The `k` passages with the best sentences, best first, equal ones by id; fewer when there are fewer."""
        if k < 0:
            raise ValueError(f"A search for {k} results makes no sense; ask for 0 or more.")
        wanted = min(k, len(self))
        asked = SENTENCES_A_PASSAGE * k
        while True:
            best: dict[int, float] = {}
            for match in self._sentences.search(vector, asked):
                best.setdefault(int(self._owners[match.id]), match.score)
            if len(best) >= wanted or asked >= len(self._owners):
                break
            asked *= 2
        found = [Match(id_, score) for id_, score in best.items()]
        return sorted(found, key=lambda match: (-match.score, match.id))[:wanted]

    def scores(self, vector: NDArray[np.floating], ids: Sequence[int]) -> dict[int, float]:
        """The inner product with the best sentence of each of `ids`; ValueError for an id that is not in the index."""
        for id_ in ids:
            if id_ not in self._of:
                raise ValueError(f"The id {id_} has no sentence in the index.")
        rows = [self._of[id_] for id_ in ids]
        products = self._sentences.products(vector, [row for part in rows for row in part.tolist()])
        starts = np.cumsum([0, *map(len, rows[:-1])])
        best = np.maximum.reduceat(products, starts) if rows else products
        return dict(zip(ids, best.tolist(), strict=True))
