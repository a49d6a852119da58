import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.improving.clustering import cluster_labels, most_typical
from tests.bot.improving.words_encoder import word_vectors

CARDS = ["my card was stolen", "the card is stolen", "somebody has stolen the card", "stolen card help"]
RATES = ["which exchange rate applies", "exchange rate today", "the rate of exchange", "what exchange rate"]
PINS = ["forgot the pin number", "pin number forgotten", "a forgotten pin number", "forgot my pin number"]


def test_questions_about_the_same_are_one_group() -> None:
    texts = [text for trio in zip(CARDS, RATES, PINS, strict=True) for text in trio]
    labels = cluster_labels(texts, word_vectors(texts))
    assert labels.tolist() == [0, 1, 2] * 4


def test_a_question_like_no_other_is_alone() -> None:
    texts = [*CARDS, *RATES, "zebra crossing"]
    labels = cluster_labels(texts, word_vectors(texts))
    assert list(labels).count(labels[-1]) == 1


def test_too_few_to_compare_stay_apart() -> None:
    assert cluster_labels([], word_vectors([])).tolist() == []
    assert cluster_labels(["a", "a"], word_vectors(["a", "a"])).tolist() == [0, 1]


def test_equal_questions_are_together() -> None:
    texts = ["how do I pay"] * 40
    assert set(cluster_labels(texts, word_vectors(texts)).tolist()) == {0}


def test_questions_without_a_word_are_no_problem() -> None:
    texts = ["?", "!!", "…", "the"]
    assert len(cluster_labels(texts, word_vectors(texts))) == 4


@settings(max_examples=25)
@given(st.lists(st.text("abc ?", max_size=12), max_size=24))
def test_every_question_gets_a_group_and_groups_are_counted_from_0(texts: list[str]) -> None:
    labels = cluster_labels(texts, word_vectors(texts))
    assert len(labels) == len(texts)
    first_seen = list(dict.fromkeys(labels.tolist()))
    assert first_seen == list(range(len(first_seen)))


def test_what_finds_the_same_section_is_about_the_same() -> None:
    wishes = ["a dumbbell", "whey protein", "fish oil", "olive soap"]
    complaints = ["broken parcel", "late delivery", "refund please", "wrong size"]
    texts = [*wishes, *complaints]
    near = [{"buying": 0.8, "returns": 0.4}] * 4 + [{"returns": 0.7}] * 4
    assert cluster_labels(texts, word_vectors(texts), near).tolist() == [0] * 4 + [1] * 4
    assert len(set(cluster_labels(texts, word_vectors(texts)).tolist())) > 2, "by words alone they cannot be known"


def test_a_section_that_is_not_near_changes_nothing() -> None:
    texts = [text for trio in zip(CARDS, RATES, PINS, strict=True) for text in trio]
    far = [{"about us": 0.2, "jobs": 0.1}] * len(texts)
    assert cluster_labels(texts, word_vectors(texts), far).tolist() == [0, 1, 2] * 4


def test_sections_join_only_who_finds_them() -> None:
    texts = [*CARDS, *RATES, "zebra crossing", "giraffe feeding"]
    near = [{}] * 8 + [{"zoo": 0.8}] * 2
    assert cluster_labels(texts, word_vectors(texts), near).tolist() == [0] * 4 + [1] * 4 + [2] * 2


def test_the_order_of_the_questions_is_nothing() -> None:
    texts = [*CARDS, *RATES, *PINS, "zebra crossing"]
    near = [{"cards": 0.6}] * 4 + [{"rates": 0.6}] * 4 + [{}] * 5
    order = random.Random(1).sample(range(len(texts)), len(texts))
    shuffled = [texts[place] for place in order]
    groups = cluster_labels(texts, word_vectors(texts), near)
    again = cluster_labels(shuffled, word_vectors(shuffled), [near[place] for place in order])
    assert _together(groups[order].tolist()) == _together(again.tolist())


def _together(labels: list[int]) -> set[frozenset[int]]:
    return {frozenset(place for place, own in enumerate(labels) if own == label) for label in labels}


def test_the_middle_is_most_typical() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)
    assert most_typical(vectors)[0] == 1
