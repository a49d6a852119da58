"""Signals added up, by hand and for any numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.fusion import fuse

WEIGHTS = {"dense": 0.55, "lexical": 0.35, "title": 0.1}
VALUES = st.dictionaries(st.integers(0, 9), st.floats(-2, 30))


def test_by_hand() -> None:
    found = fuse({"dense": {1: 0.8, 2: 0.4, 3: -0.2}, "lexical": {2: 1.0, 1: 0.25}}, {"dense": 0.5, "lexical": 0.5})
    assert [match.id for match in found] == [2, 1, 3]
    assert [match.score for match in found] == pytest.approx([0.7, 0.525, 0.0])
    assert found[0].signals == {"dense": 0.4, "lexical": 1.0}
    assert found[1].signals == {"dense": 0.8, "lexical": 0.25}
    assert found[2].signals == {"dense": 0.0, "lexical": 0.0}


def test_equal_scores_come_in_the_order_of_ids() -> None:
    assert [match.id for match in fuse({"dense": {7: 0.5, 3: 0.5, 5: 0.5}}, WEIGHTS)] == [3, 5, 7]


@pytest.mark.parametrize("lexical", [{}, {1: 0.0, 2: 0.0}, {1: -3.0}])
def test_a_lexical_signal_without_a_match_adds_nothing(lexical: dict[int, float]) -> None:
    found = fuse({"dense": {1: 0.3, 2: 0.6}, "lexical": lexical}, {"dense": 1.0, "lexical": 1.0})
    assert [(match.id, match.score) for match in found] == [(2, 0.6), (1, 0.3)]


def test_nothing_gives_nothing() -> None:
    assert fuse({}, WEIGHTS) == []
    assert fuse({"dense": {}, "lexical": {}}, WEIGHTS) == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_refuses_numbers_that_are_not_finite(value: float) -> None:
    with pytest.raises(ValueError, match="'dense' gives id 4"):
        fuse({"dense": {3: 0.1, 4: value}}, WEIGHTS)
    with pytest.raises(ValueError, match="weight of signal 'dense'"):
        fuse({"dense": {3: 0.1}}, {"dense": value})


def test_refuses_a_signal_without_a_weight() -> None:
    with pytest.raises(ValueError, match="'clicks' has no weight"):
        fuse({"clicks": {1: 1.0}}, WEIGHTS)


@given(VALUES, VALUES, VALUES)
def test_every_id_once_best_first_and_the_score_is_the_sum(
    dense: dict[int, float], lexical: dict[int, float], title: dict[int, float]
) -> None:
    signals = {"dense": dense, "lexical": lexical, "title": title}
    found = fuse(signals, WEIGHTS)
    assert sorted(match.id for match in found) == sorted({*dense, *lexical, *title})
    assert [(-match.score, match.id) for match in found] == sorted((-match.score, match.id) for match in found)
    for match in found:
        assert match.score == pytest.approx(sum(WEIGHTS[name] * value for name, value in match.signals.items()))
        assert all(value >= 0 for value in match.signals.values())
    assert fuse(dict(reversed(signals.items())), WEIGHTS) == found
