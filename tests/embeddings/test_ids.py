"""Ids an index can hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.ids import LARGEST_ID, IdRows, checked_ids, places_among, spans


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


@given(st.lists(st.integers(0, LARGEST_ID), unique=True, max_size=12), st.randoms())
def test_finds_every_id_where_it_stands(ids: list[int], random: object) -> None:
    wanted = sorted(ids, key=lambda _: random.random())
    assert IdRows(np.array(ids, dtype=np.int64)).of(wanted, "it").tolist() == [ids.index(id_) for id_ in wanted]
    ascending = sorted(ids)
    places = places_among(np.array(ascending, dtype=np.int64), wanted, "it")
    assert [ascending[place] for place in places.tolist()] == wanted


@given(st.lists(st.integers(0, 9), unique=True, max_size=12), st.integers(-3, 12))
def test_an_id_that_is_not_there_is_named(ids: list[int], stranger: int) -> None:
    if stranger not in ids:
        with pytest.raises(ValueError, match=f"The id {stranger} is not in the list"):
            IdRows(np.array(ids, dtype=np.int64)).of([*ids, stranger], "the list")


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8), st.data())
def test_spans_are_the_numbers_of_each_row(lengths: list[int], data: st.DataObject) -> None:
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = data.draw(st.lists(st.integers(0, len(lengths) - 1)))
    expected = [number for row in rows for number in range(starts[row], starts[row + 1])]
    assert spans(starts, np.array(rows, dtype=np.int64)).tolist() == expected
