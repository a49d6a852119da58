import pytest

from bot.answering.extractive.joining import missing_terms, second_article
from bot.models import Hit
from embeddings.terms import terms
from knowledge.models import Passage


def hit(article_id: str, score: float, text: str, title: str = "") -> Hit:
    passage = Passage(
        id="0" * 15, article_id=article_id, title=title, heading="", url=None, text=text, start=0, end=len(text)
    )
    return Hit(passage, score, {})


SAID = set(terms("A withdrawal costs a fee."))


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What are the withdrawal fees and limits?", "limit"),
        ("withdrawal fee & limit", "limit"),
        ("What is the fee? And the limit?", "limit"),
        ("What is the limit?", ""),
        ("What is the withdrawal fee and how do I raise it?", ""),
        ("What is the withdrawal fee and the cost?", ""),
        ("Which limits and levels are there?", ""),
    ],
)
def test_missing_terms(question: str, missing: str) -> None:
    assert missing_terms(question, SAID) == frozenset(missing.split())


def test_a_story_is_not_taken_apart() -> None:
    assert missing_terms("fee and " + "limit " * 30, SAID) == frozenset()


def test_the_second_article_speaks_of_what_is_missing_by_name_if_one_does() -> None:
    hits = [
        hit("fees", 1.0, "fee"),
        hit("rewards", 0.9, "no limit on rewards"),
        hit("limits", 0.85, "your limit", title="Withdrawal limits"),
    ]
    assert second_article(hits, "fees", {"limit"}) == "limits"
    assert second_article(hits[:2], "fees", {"limit"}) == "rewards"
    assert second_article(hits, "fees", {"stake"}) is None


def test_an_article_far_from_the_top_does_not_join() -> None:
    assert second_article([hit("fees", 1.0, "fee"), hit("limits", 0.5, "limit")], "fees", {"limit"}) is None
    many = [hit("fees", 1.0, "fee"), *(hit(str(n), 0.9, "x") for n in range(5)), hit("limits", 0.9, "limit")]
    assert second_article(many, "fees", {"limit"}) is None
