import pytest

from bot.answering.confidence import SIGNALS, ConfidenceModel, confidence_signals, load_confidence_model
from bot.answering.retrieval import retrieve
from tests.bot.answering.conftest import Shelf


def signals(shelf: Shelf, question: str) -> dict[str, float]:
    hits = retrieve(shelf, question, shelf.vector(question), candidates=60)
    return confidence_signals(hits, question, shelf.lexical)


def test_hand_computed() -> None:
    model = ConfidenceModel(-1.0, {"dense": 2.0}, "by hand")
    assert model.probability({"dense": 0.5}) == 0.5
    assert model.probability({"dense": 1.0}) == pytest.approx(0.7310586)


def test_the_shipped_model_knows_its_signals_and_none_may_hurt() -> None:
    model = load_confidence_model()
    assert set(model.weights) == set(SIGNALS)
    assert all(weight >= 0 for weight in model.weights.values())
    assert "fit" in model.provenance


def test_signals_lie_between_0_and_1(shelf: Shelf) -> None:
    for question in ("How do I change my email?", "zzz qqq", "USDT"):
        found = signals(shelf, question)
        assert set(found) == set(SIGNALS)
        assert all(0 <= value <= 1 for value in found.values()), found


def test_a_covered_question_is_surer_than_a_foreign_one(shelf: Shelf) -> None:
    model = load_confidence_model()
    covered = model.probability(signals(shelf, "How do I change my email?"))
    foreign = model.probability(signals(shelf, "zebra quux xylophone"))
    assert covered > foreign


def test_nothing_found(shelf: Shelf) -> None:
    assert confidence_signals((), "anything", shelf.lexical) == dict.fromkeys(SIGNALS, 0.0)
