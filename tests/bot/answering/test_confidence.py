from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.answering.confidence import (
    ASKED_SIGNALS,
    SIGNALS,
    Confidence,
    ConfidenceModel,
    confidence_signals,
    load_confidence,
    load_confidence_model,
)
from bot.answering.questions import Question, Wording
from bot.answering.retrieval import retrieve
from bot.models import Hit
from knowledge.models import Passage
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, RANKING, Shelf


class Wordless:
    """Words of which no text covers anything of a question."""

    def coverage(self, query: str, id: int) -> float:
        return 0.0


WORDLESS: Any = SimpleNamespace(indexes=SimpleNamespace(lexical=Wordless(), asked=None))


def hit(article_id: str, score: float) -> Hit:
    passage = Passage(id="0" * 15, article_id=article_id, title="", heading="", url=None, text="", start=0, end=0)
    return Hit(passage, score, {"lexical": 0.0, "sentence": 0.0})


def signals(shelf: Shelf, question: str) -> dict[str, float]:
    return confidence_signals(shelf.find(question), question, shelf)


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
    found = confidence_signals(hits, question, shelf)
    assert set(found) == set(SIGNALS)
    assert found["dense"] == found["sentence"] == found["late"] == found["title"] == 0.0
    assert found["coverage"] > 0 and found["margin"] > 0


def test_margin_and_lead_are_measured_between_articles() -> None:
    hits = [hit("best", 0.9), hit("best", 0.8), *(hit(f"rival-{place}", 0.7 - 0.01 * place) for place in range(20))]
    found = confidence_signals(hits, "fees", WORDLESS)
    assert found["margin"] == pytest.approx(0.9 - 0.7)
    assert found["lead"] == pytest.approx(0.9 - sum(0.7 - 0.01 * place for place in range(4, 15)) / 11)
    few = confidence_signals(hits[:4], "fees", WORDLESS)
    assert few["lead"] == pytest.approx(0.9 - 0.69)
    alone = confidence_signals(hits[:2], "fees", WORDLESS)
    assert alone["margin"] == 0.9


def test_what_customers_ask_tells_more_where_articles_say_it() -> None:
    told = replace(CHANGE_EMAIL, questions=("I lost access to my old inbox", "wrong address in my profile"))
    shelf = Shelf((told, FEES))
    found = signals(shelf, "wrong address in my profile")
    assert set(found) == {*SIGNALS, *ASKED_SIGNALS}
    assert found["asked"] == pytest.approx(1.0, abs=1e-3) and found["asked_coverage"] == 1.0
    assert 0 < found["asked_margin"] < found["asked"]


def test_the_model_is_the_one_for_the_signals() -> None:
    confidence = Confidence(ConfidenceModel(0.0, {}, "plain"), ConfidenceModel(0.0, {"asked": 9.0}, "asked"))
    assert confidence.probability({"dense": 1.0}) == 0.5
    assert confidence.probability({"dense": 1.0, "asked": 1.0}) > 0.99


def test_no_signal_of_the_shipped_model_for_what_is_asked_may_hurt() -> None:
    model = load_confidence().asked
    assert set(ASKED_SIGNALS) <= set(model.weights) <= {*SIGNALS, *ASKED_SIGNALS}
    assert all(weight >= 0 for weight in model.weights.values())
    assert "fit-asked" in model.provenance


def test_nothing_found(shelf: Shelf) -> None:
    assert confidence_signals((), "anything", shelf) == dict.fromkeys(SIGNALS, 0.0)
