import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.improving.shared_sections import AHEAD, NEARNESS, STEP, nearest_sections, shared_sections


def test_the_nearest_passage_of_a_section_counts() -> None:
    assert nearest_sections([("a", 0.3), ("b", 0.2), ("a", 0.7), ("a", 0.1)]) == {"a": 0.7, "b": 0.2}
    assert nearest_sections([]) == {}


def test_the_same_near_section_is_shared() -> None:
    shared = shared_sections([{"fees": 0.9}, {"fees": 0.9, "cards": 0.2}, {"cards": 0.9}])
    assert shared[0, 1] == pytest.approx(1, abs=1e-3)
    assert shared[0, 2] == 0
    assert shared[1, 2] < 0.01


def test_a_section_on_the_edge_is_half_shared() -> None:
    shared = shared_sections([{"fees": NEARNESS}] * 2)
    assert shared[0, 1] == pytest.approx(0.5)


def test_one_step_nearer_counts_e_times_as_much() -> None:
    (own, *_), *_ = shared_sections([{"fees": NEARNESS + STEP}])
    assert own == pytest.approx(np.e / (1 + np.e))


def test_neighbours_of_what_is_missing_are_not_shared() -> None:
    neighbours = {"fees": 0.8, "cards": 0.8, "limits": 0.79}
    assert shared_sections([neighbours] * 2)[0, 1] < 0.25
    ahead = {"fees": 0.8, "cards": 0.8 - AHEAD}
    assert shared_sections([ahead] * 2)[0, 1] == pytest.approx(0.5, abs=0.1)


def test_who_finds_nothing_shares_nothing() -> None:
    assert shared_sections([{}, {}]).tolist() == [[0, 0], [0, 0]]
    assert shared_sections([]).shape == (0, 0)
    assert shared_sections([{}, {"fees": 0.8}])[0].tolist() == [0, 0]


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.floats(0, 1), max_size=3), max_size=12))
def test_shares_are_shares_whoever_is_asked_first(near: list[dict[str, float]]) -> None:
    shared = shared_sections(near)
    assert np.array_equal(shared, shared.T)
    assert shared.min(initial=0) >= 0 and shared.max(initial=0) <= 1 + 1e-5
