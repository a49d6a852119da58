from collections.abc import Sequence

import numpy as np
import pytest

from bot.answering.questions import Need, Question, Wording
from bot.answering.relevance import LATE_WEIGHT, TERM_WEIGHT, relevance_to
from embeddings.encoded_texts import EncodedTexts
from embeddings.encoders import Encoding, Progress
from tests.fakes import LetterEncoder


class CountingEncoder(LetterEncoder):
    """Keeps the texts it was given."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        self.texts.extend(texts)
        return super().encode_passages(texts, progress)


ENCODER = LetterEncoder()
NOTHING = EncodedTexts.build([], ENCODER.encode_passages([]))


def asked(*texts: str) -> Question:
    """A message with a need for each of `texts`."""
    vectors = ENCODER.encode_queries(texts).vectors
    needs = tuple(Need(vector, np.zeros((0, 32), dtype=np.int8)) for vector in vectors)
    return Question((Wording(" ".join(texts), needs),))


def relevances(question: str, texts: list[str]) -> list[float]:
    return relevance_to(asked(question), ENCODER, NOTHING)(texts)


def test_meaning_plus_shared_terms() -> None:
    same, other = relevances("change email", ["change email", "xyz"])
    assert same == pytest.approx(1 + TERM_WEIGHT, abs=1e-5)
    assert 0 <= other < 1


def test_no_texts() -> None:
    assert relevances("q", []) == []


def test_a_question_without_terms_is_judged_by_meaning_alone() -> None:
    assert relevances("the", ["the"]) == [pytest.approx(1.0, abs=1e-5)]


def test_a_stored_text_is_not_encoded_again_and_judged_the_same() -> None:
    encoder, texts = CountingEncoder(), ["Change it.", "Keep it.", "Change it.", "Lose it."]
    stored = EncodedTexts.build(["Keep it.", "Change it."], ENCODER.encode_passages(["Keep it.", "Change it."]))
    relevance = relevance_to(asked("change it"), encoder, stored)
    assert relevance(texts) == pytest.approx(relevances("change it", texts))
    assert encoder.texts == ["Lose it."]
    encoder.texts.clear()
    relevance(texts[:3])
    assert encoder.texts == []


def test_a_stored_vector_counts_as_it_is_stored() -> None:
    question = asked("change it")
    opposite = ENCODER.encode_passages(["change it"])
    stored = EncodedTexts.build(["zz"], Encoding(-opposite.vectors, opposite.tokens, opposite.starts))
    assert relevance_to(question, ENCODER, stored)(["zz"]) == [0.0]


def test_a_text_counts_by_the_need_that_it_is_nearest_to() -> None:
    both = asked("change email", "freeze account")
    for text in ("change email", "freeze account"):
        (relevance,) = relevance_to(both, ENCODER, NOTHING)([text])
        assert relevance == pytest.approx(1 + TERM_WEIGHT / 2, abs=1e-5)


def test_without_the_encoder_shared_terms_are_left() -> None:
    relevance = relevance_to(Question((Wording("change email", ()),), problem="It failed."), ENCODER, NOTHING)
    assert relevance(["change email", "change it", "xyz"]) == pytest.approx([TERM_WEIGHT, TERM_WEIGHT / 2, 0.0])
    assert relevance([]) == []


def late(question: str, texts: list[str]) -> list[float]:
    """Relevances less those without token vectors."""
    encoded = ENCODER.encode_queries([question])
    with_tokens = Question((Wording(question, (Need(encoded.vectors[0], encoded.tokens),)),))
    both = zip(relevance_to(with_tokens, ENCODER, NOTHING)(texts), relevances(question, texts), strict=True)
    return [found - without for found, without in both]


def test_late_interaction_counts_how_well_each_word_is_met() -> None:
    whole, half, none = late("abc xyz", ["xyz then abc", "abc", "mm"])
    assert whole == pytest.approx(LATE_WEIGHT, abs=0.02)
    assert none < half < whole


def test_stored_token_vectors_are_used_as_they_are() -> None:
    encoded = ENCODER.encode_queries(["abc"])
    question = Question((Wording("abc", (Need(encoded.vectors[0], encoded.tokens),)),))
    texts = ["abc", "zz"]
    stored = EncodedTexts.build(texts, ENCODER.encode_passages(texts))
    judged = relevance_to(question, CountingEncoder(), stored)(texts)
    assert judged == pytest.approx(relevance_to(question, ENCODER, NOTHING)(texts))
    assert judged[0] == pytest.approx(1 + LATE_WEIGHT + TERM_WEIGHT, abs=0.02)


def test_a_text_without_tokens_is_met_by_none() -> None:
    assert late("abc", ["", "abc"])[0] == pytest.approx(0, abs=1e-6)
