from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.answering.confidence import (
    ASKED_SIGNALS,
    SIGNALS,
    WITHHELD_SIGNAL,
    Confidence,
    ConfidenceModel,
    confidence_signals,
    length_of,
    load_confidence,
    load_confidence_model,
)
from bot.answering.questions import Question, Wording
from bot.answering.retrieval import retrieve, search
from bot.models import Hit
from knowledge.models import Passage, Platform
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, PLAYBOOK, RANKING, Shelf


class Wordless:
    """Words of which no text covers anything of a question."""

    def coverage(self, query: str, id: int) -> float:
        return 0.0


WORDLESS: Any = SimpleNamespace(indexes=SimpleNamespace(lexical=Wordless(), asked=None), kin={})


def hit(article_id: str, score: float) -> Hit:
    passage = Passage(id="0" * 15, article_id=article_id, title="", heading="", url=None, text="", start=0, end=0)
    return Hit(passage, score, {"lexical": 0.0, "sentence": 0.0})


def signals(shelf: Shelf, question: str) -> dict[str, float]:
    found = search(shelf, shelf.question(question), RANKING, candidates=60, platform=Platform.ANY)
    return confidence_signals(found.hits, question, shelf, found.withheld)


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
        assert -1 <= found.pop("belonging_margin") <= 1
        assert all(0 <= value <= 1 for value in found.values()), found


def test_a_question_is_as_long_as_its_different_terms() -> None:
    assert length_of("") == length_of("?!") == 0
    assert 0 < length_of("email") == length_of("Email, email, EMAIL!") < length_of("change email") < 1
    assert length_of(" ".join(f"word{number}" for number in range(50))) == 1


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
    asked, withheld = ConfidenceModel(0.0, {"asked": 9.0}, "asked"), ConfidenceModel(-9.0, {}, "withheld")
    confidence = Confidence(ConfidenceModel(0.0, {}, "plain"), asked, withheld)
    assert confidence.probability({"dense": 1.0}) == 0.5
    assert confidence.probability({"dense": 1.0, "asked": 1.0}) > 0.99
    assert confidence.probability({"dense": 1.0, "asked": 1.0, WITHHELD_SIGNAL: 1.0}) < 0.01
    assert confidence.probability({"dense": 1.0, WITHHELD_SIGNAL: 1.0}) == 0.5


def test_what_only_internal_articles_answer_is_less_sure() -> None:
    told = replace(CHANGE_EMAIL, questions=("wrong address in my profile",))
    internal = replace(PLAYBOOK, questions=("what do they check when I call", "wrong address in my profile"))
    without, shelf = Shelf((told, FEES, PLAYBOOK)), Shelf((told, FEES, internal))
    known, asked = "wrong address in my profile", "what do they check when I call"
    assert WITHHELD_SIGNAL not in signals(without, known)
    assert signals(shelf, known)[WITHHELD_SIGNAL] > 0.8, "what another article answers is not withheld"
    found = signals(shelf, asked)
    assert found[WITHHELD_SIGNAL] < 0.2 and found["belonging_margin"] < -0.8
    assert found["belonging_margin"] < signals(without, asked)["belonging_margin"]
    assert all(hit.passage.article_id != internal.id for hit in shelf.find(asked))


def test_no_signal_of_the_shipped_models_for_what_is_asked_may_hurt() -> None:
    asked, withheld = load_confidence().asked, load_confidence().withheld
    assert set(ASKED_SIGNALS) <= set(asked.weights) <= {*SIGNALS, *ASKED_SIGNALS}
    assert set(withheld.weights) == {*asked.weights, WITHHELD_SIGNAL}
    for model in (asked, withheld):
        assert all(weight >= 0 for weight in model.weights.values())
        assert "fit-asked" in model.provenance


def test_nothing_found(shelf: Shelf) -> None:
    assert confidence_signals((), "anything", shelf) == dict.fromkeys(SIGNALS, 0.0)
