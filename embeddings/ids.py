"""The ids under which an index knows its texts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
"""Shape (texts,), unique, none negative."""

LARGEST_ID = 2**63 - 1


def checked_ids(ids: Sequence[int], texts: int) -> Ids:
    """The ids as an array; ValueError when one is negative, too large or there twice, or when their number is wrong."""
    if len(ids) != texts:
        raise ValueError(f"There are {len(ids)} ids for {texts} texts; an index needs one id for each text.")
    seen: set[int] = set()
    for id_ in ids:
        if not 0 <= id_ <= LARGEST_ID:
            raise ValueError(f"The id {id_} does not fit an index; ids are integers from 0 to 2**63 - 1.")
        if id_ in seen:
            raise ValueError(f"The id {id_} stands for two texts; an index needs a different id for each.")
        seen.add(id_)
    return np.fromiter(ids, dtype=np.int64, count=len(ids))


class IdRows:
    """Where each id of an index stands. Looks many of them up at once."""

    def __init__(self, ids: Ids) -> None:
        self._order = np.argsort(ids)
        self._sorted = ids[self._order]

    def of(self, ids: Sequence[int] | Ids, index: str) -> NDArray[np.int64]:
        """The row of each of `ids`, in their order; ValueError for one that is not in the index, which is called so."""
        rows: NDArray[np.int64] = self._order[places_among(self._sorted, ids, index)]
        return rows


def places_among(ascending: Ids, ids: Sequence[int] | Ids, index: str) -> NDArray[np.int64]:
    """Where each of `ids` stands among the ids of an index; ValueError for one that is not there."""
    wanted = np.asarray(ids, dtype=np.int64)
    places = np.searchsorted(ascending, wanted)
    there = places < len(ascending)
    there[there] = ascending[places[there]] == wanted[there]
    if not there.all():
        raise ValueError(f"The id {wanted[~there][0]} is not in {index}.")
    return places


def spans(starts: NDArray[np.int64], rows: NDArray[np.integer]) -> NDArray[np.int64]:
    """The numbers from starts[row] up to starts[row + 1] for each of `rows`, one after the other."""
    lengths = starts[rows + 1] - starts[rows]
    ends = np.cumsum(lengths)
    numbers: NDArray[np.int64] = np.repeat(starts[rows] - ends + lengths, lengths) + np.arange(lengths.sum())
    return numbers
