"""Scores over all texts against sorting them by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.ids import IdRows
from embeddings.scored_texts import ScoredTexts

SCORES = st.dictionaries(st.integers(0, 2**60), st.sampled_from([0.0, 0.25, 0.5, 1.0, 7.0]), max_size=12)


def scored(scores: dict[int, float]) -> ScoredTexts:
    ids = np.array(list(scores), dtype=np.int64)
    return ScoredTexts(ids, np.array(list(scores.values())), IdRows(ids), "the index of tests")


@given(SCORES, st.integers(0, 14))
def test_the_best_come_first_and_equal_ones_by_id(scores: dict[int, float], k: int) -> None:
    expected = sorted(((-score, id_) for id_, score in scores.items() if score > 0))[:k]
    assert [(-match.score, match.id) for match in scored(scores).best(k)] == expected


@given(SCORES, st.randoms())
def test_gives_the_scores_of_any_ids_in_their_order(scores: dict[int, float], random: object) -> None:
    wanted = sorted([*scores, *scores], key=lambda _: random.random())
    assert scored(scores).of(wanted).tolist() == [scores[id_] for id_ in wanted]


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="search for -1 results"):
        scored({3: 1.0}).best(-1)
    for scores in ({3: 1.0}, {}):
        with pytest.raises(ValueError, match="The id 4 is not in the index of tests"):
            scored(scores).of([4])
