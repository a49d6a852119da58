from collections.abc import Sequence

import pytest

from bot.answering.checking.support import Logistic, SupportModel
from bot.answering.model.sentence_check import EncodedSentenceCheck
from bot.answering.verification import verify
from embeddings.encoders import Encoding, Progress
from embeddings.errors import EncoderError
from tests.fakes import LetterEncoder, TokenlessEncoder

MODEL = SupportModel(Logistic(-5.0, {"cosine": 10.0}, 0.6), Logistic(5.0, {}, 0.5), "by hand")
PASSAGE = "A withdrawal leaves Corvane within ten minutes."


class CountingEncoder(LetterEncoder):
    """Letters that tell what they encoded."""

    def __init__(self) -> None:
        self.history: list[tuple[str, ...]] = []

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        self.history.append(tuple(texts))
        return super().encode_passages(texts, progress)


class BrokenEncoder(LetterEncoder):
    """Letters that cannot be had."""

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        raise EncoderError("The model is gone.")


def test_a_near_sentence_is_supported_and_a_far_one_is_not() -> None:
    check = EncodedSentenceCheck(LetterEncoder(), MODEL)
    assert check("Withdrawals leave Corvane within ten minutes.", PASSAGE).supported
    far = check("Zzz.", PASSAGE, "Fees")
    assert not far.supported and far.why


def test_each_text_is_encoded_once() -> None:
    encoder = CountingEncoder()
    check = EncodedSentenceCheck(encoder, MODEL)
    for _ in range(3):
        check("Withdrawals leave within **ten minutes**.", PASSAGE, "Fees")
    assert encoder.history == [("Withdrawals leave within ten minutes.",), ("Fees", PASSAGE)]


@pytest.mark.parametrize("sentence", [PASSAGE, "A withdrawal leaves within twenty minutes."])
def test_what_is_decided_without_the_encoder_is_not_encoded(sentence: str) -> None:
    encoder = CountingEncoder()
    EncodedSentenceCheck(encoder, MODEL)(sentence, PASSAGE)
    assert encoder.history == []


def test_an_encoder_without_token_vectors_will_do() -> None:
    assert EncodedSentenceCheck(TokenlessEncoder(), MODEL)("Withdrawals leave Corvane in minutes.", PASSAGE).supported


def test_with_a_broken_encoder_words_decide() -> None:
    sentence = "Withdrawals leave Corvane in minutes."
    assert EncodedSentenceCheck(BrokenEncoder(), MODEL)(sentence, PASSAGE) == verify(sentence, PASSAGE, model=MODEL)


def test_old_encodings_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.answering.model.sentence_check.KEPT", 2)
    encoder = CountingEncoder()
    check = EncodedSentenceCheck(encoder, MODEL)
    for sentence in ("Withdrawals leave.", "Corvane leaves.", "Withdrawals leave."):
        check(sentence, PASSAGE)
    assert encoder.history.count(("Withdrawals leave.",)) == 2
