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
