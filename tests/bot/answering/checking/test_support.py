import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.checking.support import (
    Logistic,
    Nearness,
    SupportModel,
    load_support_model,
    longest_subsequence,
    nearness,
    parts_of,
    word_features,
)
from embeddings.encoders import Encoding, without_tokens
from tests.fakes import LetterEncoder

PASSAGE = "A withdrawal leaves within ten minutes.\n\n| Coin | Fee |\n| --- | --- |\n| BTC | 2 |\n"


def test_parts_are_sentences_and_rows_after_title_and_headings() -> None:
    assert parts_of(PASSAGE, "Fees\nOn the app") == (
        "Fees",
        "On the app",
        "A withdrawal leaves within ten minutes.",
        "Coin Fee BTC 2",
    )
    assert parts_of("") == ("",)


def test_word_features_by_hand() -> None:
    same = word_features("A withdrawal leaves within ten minutes.", PASSAGE)
    assert same == {"terms": 1.0, "bigrams": 1.0, "order": 1.0, "missing": 0.0, "speaker": 0.0, "asks": 0.0}
    other = word_features("I think minutes leave bananas?", PASSAGE)
    assert other["terms"] == 0.5 and other["order"] == 0.25 and other["bigrams"] == 0.0
    assert other["missing"] == pytest.approx(math.log(3))
    assert (other["speaker"], other["asks"]) == (1.0, 1.0)


def test_a_sentence_without_terms_has_features_too() -> None:
    assert word_features("", PASSAGE)["terms"] == 1.0
    assert word_features("minutes", "")["terms"] == 0.0


def test_who_speaks_counts_only_where_the_passage_does_not() -> None:
    assert word_features("We pay daily.", "We pay rewards.")["speaker"] == 0.0


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_the_longest_subsequence_is_that_of_the_textbook(own: list[str], other: list[str]) -> None:
    table = [[0] * (len(other) + 1) for _ in range(len(own) + 1)]
    for i, one in enumerate(own, start=1):
        for j, two in enumerate(other, start=1):
            table[i][j] = table[i - 1][j - 1] + 1 if one == two else max(table[i - 1][j], table[i][j - 1])
    assert longest_subsequence(own, other) == table[-1][-1]


def test_nearness_of_the_same_words_is_one() -> None:
    encoder = LetterEncoder()
    near = nearness(encoder.encode_passages(["ten minutes"]), encoder.encode_passages(["fees", "ten minutes"]))
    assert near.cosine == pytest.approx(1.0, abs=1e-3) and near.weakest == pytest.approx(1.0, abs=0.02)


def test_the_weakest_tokens_are_those_that_are_met_worst() -> None:
    unit = np.rint(127 * np.eye(4)).astype(np.int8)
    vectors = np.eye(1, 4, dtype=np.float32)
    sentence = Encoding(vectors, unit, np.array([0, 4]))
    parts = Encoding(vectors, unit[:3], np.array([0, 3]))
    near = nearness(sentence, parts)
    assert (near.cosine, near.late, near.weakest) == (1.0, 0.75, 0.0)


def test_without_token_vectors_the_cosine_stands_for_them() -> None:
    vectors = np.array([[0.6, 0.8]], dtype=np.float32)
    near = nearness(without_tokens(vectors), without_tokens(np.eye(2, dtype=np.float32)))
    assert near.cosine == near.late == near.weakest == pytest.approx(0.8)


def test_a_logistic_model_by_hand() -> None:
    model = Logistic(-1.0, {"terms": 2.0, "missing": -1.0}, 0.5)
    assert model.probability({"terms": 0.5, "missing": 0.0}) == 0.5
    assert model.probability({"terms": 0.0, "missing": 5000.0}) == pytest.approx(0.0)


def test_the_words_model_serves_without_nearness() -> None:
    model = SupportModel(Logistic(0.0, {"cosine": 0.0}, 0.7), Logistic(2.0, {}, 0.3), "by hand")
    assert model.score({}, None) == pytest.approx((0.88, 0.3), abs=0.01)
    assert model.score({}, Nearness(1, 1, 1)) == (0.5, 0.7)


def test_the_model_that_ships_weighs_known_features_in_their_sense() -> None:
    model = load_support_model()
    features = word_features("A withdrawal leaves within ten minutes.", PASSAGE)
    for one in (model.near, model.words):
        assert all((weight >= 0) != (name in ("missing", "speaker", "asks")) for name, weight in one.weights.items())
        assert 0 < one.threshold < 1
    assert set(model.words.weights) == set(features)
    near, threshold = model.score(features, Nearness(1.0, 1.0, 1.0))
    far, _ = model.score(word_features("I like bananas, do you?", PASSAGE), Nearness(0.1, 0.2, 0.1))
    assert near > 0.9 > threshold > far
    assert "begin_faithfulness" in model.provenance
