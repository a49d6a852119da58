from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from bot.answering import retrieval
from bot.answering.questions import Need, Question, Wording
from bot.answering.ranking import SIGNALS
from bot.answering.retrieval import (
    NEITHER_PLATFORM_PENALTY,
    OTHER_PLATFORM_PENALTY,
    SUPERSEDED_PENALTY,
    lesser_modes,
    passage_platform,
    retrieve,
    search,
)
from bot.models import Hit
from embeddings.encoders import Encoding
from embeddings.errors import EncoderError
from knowledge.models import Article, Audience, Passage, Platform
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, RANKING, Shelf
from tests.fakes import LetterEncoder, TokenlessEncoder

PENALTIES = {
    "other_platform": OTHER_PLATFORM_PENALTY,
    "neither_platform": NEITHER_PLATFORM_PENALTY,
    "superseded": SUPERSEDED_PENALTY,
}
LONG = "I would like to change the email of my account. What does a withdrawal of USDT on TRC20 cost today? " * 4


def with_encoder(shelf: Shelf, encoder: LetterEncoder) -> Shelf:
    """The same index, asked with another encoder."""
    other = copy(shelf)
    other.encoder = encoder
    return other


def weighted(hit: Hit, weights: Mapping[str, float]) -> float:
    """The score that the signals of a hit add up to."""
    penalties = sum(value for name, value in PENALTIES.items() if name in hit.signals)
    return sum(weight * hit.signals[name] for name, weight in weights.items()) - penalties


def test_best_first_and_explained(shelf: Shelf) -> None:
    hits = shelf.find("How do I change my email?")
    assert hits[0].passage.article_id == "change-email"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert set(hit.signals) - set(PENALTIES) == set(SIGNALS)
        assert all(0 <= hit.signals[name] <= 1.001 for name in SIGNALS), hit.signals
        assert hit.score == pytest.approx(weighted(hit, RANKING.weights))


def test_only_the_best_by_all_else_are_met_token_by_token(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = {hit.passage.key: hit.signals for hit in shelf.find("How do I change my email?")}
    monkeypatch.setattr(retrieval, "LATE_CANDIDATES", 2)
    hits = shelf.find("How do I change my email?")
    others = frozenset(SIGNALS) - {"late"}
    weights = RANKING.over(others)

    def without_late(hit: Hit) -> float:
        return sum(weights[name] * hit.signals[name] for name in others)

    best = sorted(hits, key=lambda hit: -without_late(hit))[:2]
    assert len(hits) > 2
    for hit in hits:
        expected = everybody[hit.passage.key]["late"] if hit in best else 0.0
        assert hit.signals["late"] == pytest.approx(expected)


@pytest.mark.parametrize(("platform", "first"), [(Platform.WEB, "freeze-web"), (Platform.APP, "freeze-app")])
def test_twins_follow_the_platform(shelf: Shelf, platform: Platform, first: str) -> None:
    hits = shelf.find("How do I freeze my account?", platform)
    assert hits[0].passage.article_id == first
    other = next(hit for hit in hits if hit.passage.article_id.startswith("freeze") and hit.passage.article_id != first)
    assert other.signals["other_platform"] == OTHER_PLATFORM_PENALTY


def test_of_two_that_are_nearly_as_good_the_one_for_the_platform_is_meant() -> None:
    for_all = Article(id="all", title="How do I lock my account?", body="Ask us to lock it.")
    for_app = Article(id="app", title="How do I lock my account now?", body="Tap **Lock**.", platform=Platform.APP)
    shelf = Shelf((for_all, for_app))
    hits = {hit.passage.article_id: hit for hit in shelf.find("How do I lock my account?", Platform.APP)}
    assert hits["all"].signals["neither_platform"] == NEITHER_PLATFORM_PENALTY
    assert "neither_platform" not in hits["app"].signals
    known = {hit.passage.article_id: hit.score for hit in shelf.find("How do I lock my account?")}
    assert hits["all"].score == pytest.approx(known["all"] - NEITHER_PLATFORM_PENALTY)
    assert hits["app"].score == pytest.approx(known["app"])


def test_the_newer_article_wins(shelf: Shelf) -> None:
    hits = [hit.passage.article_id for hit in shelf.find("What are the trading fees?")]
    assert hits.index("trading-fees") < hits.index("trading-fees-2024")


def test_internal_articles_are_never_found(shelf: Shelf) -> None:
    assert all(
        hit.passage.article_id != "playbook" for hit in shelf.find("Internal playbook: freeze withdrawals first")
    )


def test_one_candidate_an_index(shelf: Shelf) -> None:
    """Passages, sentences, terms and codes: four indexes propose."""
    assert 1 <= len(shelf.find("How do I change my email?", candidates=1)) <= 4


def test_more_candidates_than_passages_are_all_of_them(shelf: Shelf) -> None:
    hits = shelf.find("USDT", candidates=10_000)
    assert {hit.passage.key for hit in hits} == set(shelf.passages)
    assert len(hits) == len(shelf.passages)


def test_without_token_vectors_the_other_signals_make_up_for_them() -> None:
    lesser = Shelf((CHANGE_EMAIL, FEES), TokenlessEncoder())
    assert lesser.indexes.late is None
    assert ["no token vectors" in mode for mode in lesser_modes(lesser.indexes, lesser.question("fees"))] == [True]
    hits = lesser.find("How do I change my email?")
    assert hits[0].passage.article_id == "change-email"
    weights = RANKING.over(frozenset(SIGNALS) - {"late"})
    for hit in hits:
        assert "late" not in hit.signals
        assert hit.score == pytest.approx(weighted(hit, weights))
    exact = lesser.find(f"{FEES.title} A withdrawal costs a fixed fee. Coin Network Fee")[0]
    assert exact.passage.article_id == "withdrawal-fees"
    assert exact.score > sum(weights.values()) / 2


def test_a_question_without_token_vectors_is_ranked_without_them(shelf: Shelf) -> None:
    question = with_encoder(shelf, TokenlessEncoder()).question("How do I change my email?")
    hits = retrieve(shelf, question, RANKING, candidates=60)
    assert hits[0].passage.article_id == "change-email"
    assert all("late" not in hit.signals for hit in hits)
    assert "no token vectors" in "".join(lesser_modes(shelf.indexes, question))
    assert hits[0].score == pytest.approx(weighted(hits[0], RANKING.over(frozenset(SIGNALS) - {"late"})))


def test_when_the_encoder_fails_words_and_codes_are_searched(shelf: Shelf) -> None:
    class Broken(LetterEncoder):
        def encode_queries(self, texts: Sequence[str]) -> Encoding:
            raise EncoderError("The model is damaged.")

    broken = with_encoder(shelf, Broken())
    question = broken.question("What does a withdrawal of USDT cost?")
    assert (question.needs, question.problem) == ((), "Only words and codes were searched. The model is damaged.")
    assert lesser_modes(shelf.indexes, question) == (question.problem,)
    hits = retrieve(shelf, question, RANKING, candidates=60)
    assert hits[0].passage.article_id == "withdrawal-fees"
    assert all(set(hit.signals) - set(PENALTIES) == {"lexical", "code"} for hit in hits)
    weights = RANKING.over(frozenset({"lexical", "code"}))
    assert all(hit.score == pytest.approx(weighted(hit, weights)) for hit in hits)
    assert broken.find("zzz qqq") == ()


def test_a_search_tells_all_that_an_agent_needs_to_see_why(shelf: Shelf) -> None:
    question = shelf.question("How do I freeze my account?")
    told = search(shelf, question, RANKING, candidates=60, platform=Platform.WEB)
    assert (told.text, told.generation, told.corrections, told.lesser_modes) == (question.text, 7, (), ())
    assert told.hits == shelf.find(question.text, Platform.WEB)
    assert told.weights == pytest.approx(RANKING.weights)
    lesser = search(Shelf((FEES,), TokenlessEncoder()), question, RANKING, candidates=60, platform=Platform.ANY)
    assert "late" not in lesser.weights
    assert sum(lesser.weights.values()) == pytest.approx(sum(RANKING.weights.values()))
    assert search(Shelf(()), question, RANKING, candidates=60, platform=Platform.ANY).weights == {}


def test_with_everything_there_no_mode_is_lesser(shelf: Shelf) -> None:
    assert lesser_modes(shelf.indexes, shelf.question("fees")) == ()
    assert lesser_modes(Shelf(()).indexes, shelf.question("fees")) == ()


@pytest.mark.parametrize("text", ["zzz qqq", "🙂", "的", "?!", "the of and", "x" * 2_000, "\ud800"])
def test_a_question_without_known_words_is_ranked_by_meaning(shelf: Shelf, text: str) -> None:
    hits = shelf.find(text)
    assert hits
    assert all(hit.signals["lexical"] == hit.signals["code"] == 0.0 for hit in hits)
    assert all(np.isfinite(hit.score) for hit in hits)


def test_nothing_to_find() -> None:
    assert Shelf(()).find("How do I change my email?") == ()


def test_a_code_in_the_question_lifts_the_passage_that_has_it() -> None:
    cause = "The request was refused. Try again in a minute, then ask us."
    shelf = Shelf(Article(id=code, title="Error", body=f"Error code {code}. {cause}") for code in ("50101", "50102"))
    for code in ("50101", "50102"):
        first, second = shelf.find(f"my request was refused with {code}, what now?")
        assert (first.passage.article_id, first.signals["code"], second.signals["code"]) == (code, 1.0, 0.0)
        assert first.score - second.score >= RANKING.weights["code"] * 0.5


def test_a_code_proposes_its_passage_however_many_others_are_nearer() -> None:
    near = [Article(id=f"near-{number}", title="How do I log in?", body=f"Log in {number}.") for number in range(30)]
    far = Article(id="far", title="Zebra", body="Quux zzz ERR_TOKEN_7 xylophone.")
    hits = Shelf((*near, far)).find("How do I log in? err_token_7", candidates=1)
    assert "far" in {hit.passage.article_id for hit in hits}


def test_both_halves_of_a_long_message_are_found(shelf: Shelf) -> None:
    hits = shelf.find(LONG)
    assert {hit.passage.article_id for hit in hits[:4]} >= {"change-email", "withdrawal-fees"}
    assert all(hit.score == pytest.approx(weighted(hit, RANKING.weights)) for hit in hits)


def test_a_vector_that_is_not_finite_finds_no_wrong_passage(shelf: Shelf) -> None:
    (need,) = shelf.question("fees").needs
    spoilt = Question((Wording("fees", (Need(np.full(64, np.nan, dtype=np.float32), need.tokens),)),))
    with pytest.raises(ValueError, match="not finite"):
        retrieve(shelf, spoilt, RANKING, candidates=60)


def test_a_title_may_name_the_platform() -> None:
    passage = Passage(id="0" * 15, article_id="a", title="t", heading="", url=None, text="x", start=0, end=1)
    article = Article(id="a", title="How do I freeze my account? (web)", body="x")
    assert passage_platform(passage, article) is Platform.WEB


@pytest.mark.parametrize(
    ("article_platform", "heading", "platform"),
    [
        (Platform.WEB, "On the app", Platform.WEB),
        (Platform.ANY, "On the app", Platform.APP),
        (Platform.ANY, "Reset › On the website", Platform.WEB),
        (Platform.ANY, "App or web?", Platform.ANY),
        (Platform.ANY, "Before you start", Platform.ANY),
        (Platform.ANY, "Approval", Platform.ANY),
    ],
)
def test_what_a_passage_speaks_of(article_platform: Platform, heading: str, platform: Platform) -> None:
    passage = Passage(id="0" * 15, article_id="a", title="t", heading=heading, url=None, text="x", start=0, end=1)
    assert passage_platform(passage, Article(id="a", title="t", body="x", platform=article_platform)) is platform


def test_an_internal_successor_takes_nothing_from_a_public_article() -> None:
    shelf = Shelf(
        (
            Article(id="fees", title="Fees", body="Fees are low."),
            Article(id="draft", title="Draft", body="Fees rise.", audience=Audience.INTERNAL, supersedes=("fees",)),
        )
    )
    assert "superseded" not in shelf.find("What are the fees?")[0].signals


def test_an_article_is_found_by_what_customers_ask_though_it_says_it_nowhere() -> None:
    told = replace(CHANGE_EMAIL, questions=("zzz quux xylophone", "my inbox was hacked"))
    plain, asked = Shelf((CHANGE_EMAIL, FEES)), Shelf((told, FEES))
    for text in told.questions:
        assert "asked" not in plain.find(text)[0].signals
        first = asked.find(text, candidates=1)[0]
        assert first.passage.article_id == told.id
        assert first.signals["asked"] == pytest.approx(1.0, abs=1e-3)
        assert first.signals["asked_words"] == 1.0


def test_an_article_that_says_nothing_of_it_competes_by_its_title() -> None:
    told = replace(CHANGE_EMAIL, questions=("my inbox was hacked",))
    found = {hit.passage.article_id: hit for hit in Shelf((told, FEES)).find(FEES.title)}
    assert found[FEES.id].signals["asked"] == pytest.approx(1.0, abs=1e-3)


def test_what_customers_ask_is_found_by_words_when_the_encoder_fails() -> None:
    told = replace(CHANGE_EMAIL, questions=("zzz quux xylophone",))
    question = Question((Wording("quux", ()),), problem="It failed.")
    first = retrieve(Shelf((told, FEES)), question, RANKING, candidates=60)[0]
    assert (first.passage.article_id, first.signals["asked_words"]) == (told.id, 1.0)
