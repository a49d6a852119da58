"""Passages by their best sentence: an index over vectors of sentences that answers with passages."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.dense import DenseIndex
from embeddings.errors import IndexFileError
from embeddings.ids import IdRows, Ids, spans
from embeddings.models import Match

SENTENCES_A_PASSAGE = 3
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
        self._order = np.argsort(owners, kind="stable")
        self._passages, first = np.unique(owners[self._order], return_index=True)
        self._starts = np.append(first, len(owners))
        self._rows = IdRows(self._passages)

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
        ids: list[int] = self._passages.tolist()
        return ids

    def __len__(self) -> int:
        return len(self._passages)

    def search(self, vector: NDArray[np.floating], k: int) -> list[Match]:
        """The `k` passages with the best sentences, best first, equal ones by id; fewer when there are fewer."""
        ids, scores = self.nearest(vector, k)
        return [Match(id_, score) for id_, score in zip(ids.tolist(), scores.tolist(), strict=True)]

    def nearest(self, vector: NDArray[np.floating], k: int) -> tuple[Ids, NDArray[np.float32]]:
        """What `search` finds, as ids and their scores."""
        if k < 0:
            raise ValueError(f"A search for {k} results makes no sense; ask for 0 or more.")
        wanted = min(k, len(self))
        asked = SENTENCES_A_PASSAGE * k
        while True:
            sentences, scores = self._sentences.nearest(vector, asked)
            passages, first = np.unique(self._owners[sentences], return_index=True)
            if len(passages) >= wanted or asked >= len(self._owners):
                break
            asked *= 2
        best = scores[first]
        order = np.lexsort((passages, -best))[:wanted]
        return passages[order], best[order]

    def products(self, vector: NDArray[np.floating], ids: Sequence[int] | Ids) -> NDArray[np.float32]:
        """The inner product with the best sentence of each of `ids`, shape (len(ids),); ValueError for an id that is
        not in the index."""
        passages = self._rows.of(ids, "the index of sentences")
        products = self._sentences.products(vector, self._order[spans(self._starts, passages)])
        if not len(passages):
            return products
        lengths = self._starts[passages + 1] - self._starts[passages]
        best: NDArray[np.float32] = np.maximum.reduceat(products, np.cumsum(lengths) - lengths)
        return best
