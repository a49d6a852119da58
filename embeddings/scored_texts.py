"""The scores of one question over all texts of an index: whom it proposes, and what given texts are worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.ids import IdRows, Ids
from embeddings.models import Match


@dataclass(frozen=True, slots=True, eq=False)
class ScoredTexts:
    """Scores, shape (texts,), of the texts `ids`; 0 is no match at all. Errors call the index `index`."""

    ids: Ids
    scores: NDArray[np.floating]
    rows: IdRows
    index: str

    def best(self, k: int) -> list[Match]:
        """The `k` texts of the highest score above 0, best first, equal ones by id."""
        if k < 0:
            raise ValueError(f"A search for {k} results makes no sense; ask for 0 or more.")
        rows = np.flatnonzero(self.scores > 0)
        if 0 < k < len(rows):
            lowest = np.partition(self.scores[rows], len(rows) - k)[len(rows) - k]
            rows = rows[self.scores[rows] >= lowest]
        order = np.lexsort((self.ids[rows], -self.scores[rows]))[:k]
        found = zip(self.ids[rows[order]].tolist(), self.scores[rows[order]].tolist(), strict=True)
        return [Match(id_, score) for id_, score in found]

    def of(self, ids: Sequence[int] | Ids) -> NDArray[np.floating]:
        """The score of each of `ids`, shape (len(ids),); ValueError for an unknown one."""
        return self.scores[self.rows.of(ids, self.index)]
