import pytest

from bot.answering.confidence import SIGNALS, ConfidenceModel, confidence_signals, load_confidence_model
from bot.answering.questions import Question, Wording
from bot.answering.retrieval import retrieve
from bot.models import Hit
from knowledge.models import Passage
from tests.bot.answering.conftest import RANKING, Shelf


class Wordless:
    """An index in which no text covers anything of a question."""

    def coverage(self, query: str, id: int) -> float:
        return 0.0


def hit(article_id: str, score: float) -> Hit:
    passage = Passage(id="0" * 15, article_id=article_id, title="", heading="", url=None, text="", start=0, end=0)
    return Hit(passage, score, {"lexical": 0.0, "sentence": 0.0})


def signals(shelf: Shelf, question: str) -> dict[str, float]:
    return confidence_signals(shelf.find(question), question, shelf.indexes.lexical)


def test_hand_computed() -> None:
    model = ConfidenceModel(-1.0, {"dense": 2.0}, "by hand")
    assert model.probability({"dense": 0.5}) == 0.5
    assert model.probability({"dense": 1.0}) == pytest.approx(0.7310586)


def test_the_shipped_model_knows_its_signals_and_none_may_hurt() -> None:
    model = load_confidence_model()
    assert set() < set(model.weights) <= set(SIGNALS)
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


def test_without_the_encoder_words_and_the_distance_to_others_are_left(shelf: Shelf) -> None:
    question = "What does a withdrawal cost?"
    hits = retrieve(shelf, Question((Wording(question, ()),), problem="It failed."), RANKING, candidates=60)
    found = confidence_signals(hits, question, shelf.indexes.lexical)
    assert set(found) == set(SIGNALS)
    assert found["dense"] == found["sentence"] == found["late"] == found["title"] == 0.0
    assert found["coverage"] > 0 and found["margin"] > 0


def test_margin_and_lead_are_measured_between_articles() -> None:
    hits = [hit("best", 0.9), hit("best", 0.8), *(hit(f"rival-{place}", 0.7 - 0.01 * place) for place in range(20))]
    found = confidence_signals(hits, "fees", Wordless())
    assert found["margin"] == pytest.approx(0.9 - 0.7)
    assert found["lead"] == pytest.approx(0.9 - sum(0.7 - 0.01 * place for place in range(4, 15)) / 11)
    few = confidence_signals(hits[:4], "fees", Wordless())
    assert few["lead"] == pytest.approx(0.9 - 0.69)
    alone = confidence_signals(hits[:2], "fees", Wordless())
    assert alone["margin"] == 0.9


def test_nothing_found(shelf: Shelf) -> None:
    assert confidence_signals((), "anything", shelf.indexes.lexical) == dict.fromkeys(SIGNALS, 0.0)
