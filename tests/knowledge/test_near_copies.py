"""Nearly equal texts meet, others hardly ever, and nobody compares each with each."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from knowledge.near_copies import NEIGHBOURS, jaccard, likely_copies, neighbours, shingles

WORDS = st.lists(st.integers(0, 50), max_size=60).map(lambda numbers: np.array(numbers, dtype=np.int64))


def text(seed: int, words: int = 300) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, 5000, size=words)


def test_a_shingle_is_four_words_in_order() -> None:
    assert len(shingles(np.array([1, 2, 3, 4, 5]))) == 2
    assert len(shingles(np.array([1, 1, 1, 1, 1]))) == 1
    assert not np.intersect1d(shingles(np.array([1, 2, 3, 4])), shingles(np.array([4, 3, 2, 1]))).size


@pytest.mark.parametrize(("words", "found"), [([], 0), ([7], 1), ([7, 8, 9], 1)])
def test_short_texts(words: list[int], found: int) -> None:
    assert len(shingles(np.array(words, dtype=np.int64))) == found


def test_jaccard_by_hand() -> None:
    first, second = np.array([1, 2, 3], dtype=np.uint64), np.array([2, 3, 4, 5], dtype=np.uint64)
    assert jaccard(first, second) == 2 / 5
    assert jaccard(first[:0], second[:0]) == 0


@given(WORDS, WORDS)
def test_jaccard_is_symmetric_and_1_for_the_same(first: NDArray[np.int64], second: NDArray[np.int64]) -> None:
    one, other = shingles(first), shingles(second)
    assert jaccard(one, other) == jaccard(other, one)
    assert not len(one) or jaccard(one, one) == 1
    assert np.all(np.diff(one.astype(object)) > 0)


def test_copies_with_a_changed_sentence_meet() -> None:
    texts = []
    for seed in range(60):
        whole = text(seed)
        changed = whole.copy()
        changed[100:112] = text(seed + 1000, 12)
        texts += [shingles(whole), shingles(changed)]
    met = set(likely_copies(texts))
    assert {(2 * seed, 2 * seed + 1) for seed in range(60)} <= met
    assert len(met) < 2 * 60


def test_strangers_do_not_meet() -> None:
    met = set(likely_copies([shingles(text(seed)) for seed in range(200)]))
    assert len(met) < 20


def test_texts_without_words_meet_nobody() -> None:
    assert not list(likely_copies([shingles(np.zeros(0, dtype=np.int64))] * 3))
    assert not list(likely_copies([]))


def test_a_small_group_is_compared_in_full_a_large_one_is_not() -> None:
    assert set(neighbours([3, 5, 9])) == set(combinations([3, 5, 9], 2))
    assert len(list(neighbours(range(1000)))) <= 1000 * NEIGHBOURS


def test_a_crowd_of_equals_hangs_together() -> None:
    own = shingles(text(1))
    met = set(likely_copies([own] * 200))
    assert {(number, number + 1) for number in range(199)} <= met
    assert len(met) <= 200 * NEIGHBOURS
