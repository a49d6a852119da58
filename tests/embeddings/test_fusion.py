"""Signals added up, by hand and for any numbers."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.fusion import Fused, fuse

WEIGHTS = {"dense": 0.55, "lexical": 0.35, "title": 0.1}
ROWS = st.dictionaries(st.integers(0, 2**60), st.tuples(*[st.floats(-2, 30)] * 3), max_size=9)


def fused(ids: Sequence[int], signals: dict[str, Sequence[float]], weights: dict[str, float] = WEIGHTS) -> Fused:
    return fuse(np.array(ids, dtype=np.int64), {name: np.array(values) for name, values in signals.items()}, weights)


def test_by_hand() -> None:
    found = fused([1, 2, 3], {"lexical": [0.25, 1.0, 0.0], "dense": [0.8, 0.4, -0.2]}, {"dense": 0.5, "lexical": 0.5})
    assert found.ids.tolist() == [2, 1, 3]
    assert found.scores == pytest.approx([0.7, 0.525, 0.0])
    assert found.names == ("dense", "lexical")
    assert found.values.tolist() == [[0.4, 1.0], [0.8, 0.25], [0.0, 0.0]]


def test_equal_scores_come_in_the_order_of_ids() -> None:
    assert fused([7, 3, 5], {"dense": [0.5, 0.5, 0.5]}).ids.tolist() == [3, 5, 7]


@pytest.mark.parametrize("lexical", [[0.0, 0.0], [-3.0, 0.0]])
def test_a_lexical_signal_without_a_match_adds_nothing(lexical: list[float]) -> None:
    found = fused([1, 2], {"dense": [0.3, 0.6], "lexical": lexical}, {"dense": 1.0, "lexical": 1.0})
    assert (found.ids.tolist(), found.scores.tolist()) == ([2, 1], [0.6, 0.3])


@pytest.mark.parametrize("signals", [{}, {"dense": [], "lexical": []}])
def test_nothing_gives_nothing(signals: dict[str, Sequence[float]]) -> None:
    found = fused([], signals)
    assert (found.ids.tolist(), found.scores.tolist()) == ([], [])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_refuses_numbers_that_are_not_finite(value: float) -> None:
    with pytest.raises(ValueError, match="'dense' gives id 4"):
        fused([3, 4], {"dense": [0.1, value]})
    with pytest.raises(ValueError, match="weight of signal 'dense'"):
        fused([3], {"dense": [0.1]}, {"dense": value})


def test_refuses_a_signal_without_a_weight() -> None:
    with pytest.raises(ValueError, match="'clicks' has no weight"):
        fused([1], {"clicks": [1.0]})


@given(ROWS)
def test_every_id_once_best_first_and_the_score_is_the_sum(rows: dict[int, tuple[float, float, float]]) -> None:
    signals: dict[str, Sequence[float]] = {
        name: [values[place] for values in rows.values()] for place, name in enumerate(WEIGHTS)
    }
    found = fused(list(rows), signals)
    assert sorted(found.ids.tolist()) == sorted(rows)
    order = list(zip((-found.scores).tolist(), found.ids.tolist(), strict=True))
    assert order == sorted(order)
    assert found.scores == pytest.approx(found.values @ [WEIGHTS[name] for name in found.names])
    assert (found.values >= 0).all()
    again = fused(list(rows), dict(reversed(signals.items())))
    assert (again.ids.tolist(), again.scores.tolist()) == (found.ids.tolist(), found.scores.tolist())
