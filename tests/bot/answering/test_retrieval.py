import pytest

from bot.answering.retrieval import OTHER_PLATFORM_PENALTY, passage_platform, retrieve
from bot.models import Hit
from embeddings.fusion import DEFAULT_WEIGHTS
from knowledge.models import Article, Audience, Passage, Platform
from tests.bot.answering.conftest import Shelf


def ask(shelf: Shelf, question: str, platform: Platform = Platform.ANY, candidates: int = 60) -> tuple[Hit, ...]:
    return retrieve(shelf, question, shelf.vector(question), candidates=candidates, platform=platform)


def test_best_first_and_explained(shelf: Shelf) -> None:
    hits = ask(shelf, "How do I change my email?")
    assert hits[0].passage.article_id == "change-email"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        weighted = sum(weight * hit.signals[name] for name, weight in DEFAULT_WEIGHTS.items())
        assert hit.score == pytest.approx(weighted - hit.signals.get("superseded", 0.0))


@pytest.mark.parametrize(("platform", "first"), [(Platform.WEB, "freeze-web"), (Platform.APP, "freeze-app")])
def test_twins_follow_the_platform(shelf: Shelf, platform: Platform, first: str) -> None:
    hits = ask(shelf, "How do I freeze my account?", platform)
    assert hits[0].passage.article_id == first
    other = next(hit for hit in hits if hit.passage.article_id.startswith("freeze") and hit.passage.article_id != first)
    assert other.signals["other_platform"] == OTHER_PLATFORM_PENALTY


def test_the_newer_article_wins(shelf: Shelf) -> None:
    hits = [hit.passage.article_id for hit in ask(shelf, "What are the trading fees?")]
    assert hits.index("trading-fees") < hits.index("trading-fees-2024")


def test_internal_articles_are_never_found(shelf: Shelf) -> None:
    assert all(
        hit.passage.article_id != "playbook" for hit in ask(shelf, "Internal playbook: freeze withdrawals first")
    )


def test_one_candidate_a_signal(shelf: Shelf) -> None:
    assert 1 <= len(ask(shelf, "How do I change my email?", candidates=1)) <= 2


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
    assert "superseded" not in ask(shelf, "What are the fees?")[0].signals
