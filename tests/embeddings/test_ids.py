"""Ids an index can hold."""

import numpy as np
import pytest

from embeddings.ids import LARGEST_ID, checked_ids


def test_keeps_the_order() -> None:
    ids = checked_ids([7, 0, LARGEST_ID, 2**60 - 1], 4)
    assert ids.dtype == np.int64
    assert ids.tolist() == [7, 0, LARGEST_ID, 2**60 - 1]
    assert checked_ids([], 0).shape == (0,)


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        ([1, 2, 1], "id 1 stands for two"),
        ([-1, 2, 3], "id -1"),
        ([1, 2, 2**63], "does not fit"),
        ([1, 2], "2 ids for 3"),
    ],
)
def test_refuses_others(ids: list[int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        checked_ids(ids, 3)
