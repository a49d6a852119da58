import pytest

from bot.answering.pages import page_of
from bot.answering.sections import asks_how_to, choose_section, off_topic, sections_of
from bot.models import Hit
from embeddings.terms import terms
from knowledge.models import Passage
from tests.bot.answering.conftest import CHANGE_EMAIL

SECTIONS = sections_of(page_of(CHANGE_EMAIL.body).blocks)


def hit(heading: str, score: float) -> Hit:
    section = next(section for section in SECTIONS if section.headings[-1:] == (heading,))
    start, end = section.blocks[0].start, section.blocks[-1].end
    passage = Passage(
        id="0" * 15, article_id="change-email", title="", heading=heading, url=None,
        text=CHANGE_EMAIL.body[start:end], start=start, end=end,
    )  # fmt: skip
    return Hit(passage, score, {})


def test_sections_in_order_without_headings() -> None:
    names = [section.headings[-1] if section.headings else "" for section in SECTIONS]
    assert names == [
        "",
        "Before you start",
        "On the app",
        "On the web",
        "If you can't open your inbox",
        "After the change",
    ]


def test_a_how_to_question_gets_the_steps() -> None:
    chosen = choose_section(
        SECTIONS, [hit("After the change", 0.8), hit("On the web", 0.7)], "How do I change my email?"
    )
    assert chosen is not None and chosen.headings == ("On the web",)


def test_a_condition_that_was_not_asked_for_loses() -> None:
    hits = [hit("If you can't open your inbox", 0.76), hit("On the web", 0.71)]
    chosen = choose_section(SECTIONS, hits, "How do I change my email?")
    assert chosen is not None and chosen.headings == ("On the web",)


def test_a_condition_that_was_asked_for_wins() -> None:
    hits = [hit("If you can't open your inbox", 0.76), hit("On the web", 0.71)]
    chosen = choose_section(SECTIONS, hits, "How do I change my email if I can't open my inbox?")
    assert chosen is not None and chosen.headings == ("If you can't open your inbox",)


def test_other_questions_get_the_best_section() -> None:
    hits = [hit("After the change", 0.8), hit("On the web", 0.7)]
    chosen = choose_section(SECTIONS, hits, "Which address gets alerts after the change?")
    assert chosen is not None and chosen.headings == ("After the change",)


def test_no_hits_no_section() -> None:
    assert choose_section(SECTIONS, [], "?") is None


@pytest.mark.parametrize(
    ("question", "how_to"),
    [
        ("How do I change my email?", True),
        ("how to withdraw", True),
        ("Can I close my account?", True),
        ("I want to set a passkey", True),
        ("Where can I see my fees?", True),
        ("What are the fees?", False),
        ("How long does it take?", False),
        ("Why was it rejected?", False),
    ],
)
def test_asks_how_to(question: str, how_to: bool) -> None:
    assert asks_how_to(question) is how_to


@pytest.mark.parametrize(
    ("heading", "question", "share"),
    [
        ("On the web", "change email", 0.0),
        ("In the Corvane app", "change email", 0.0),
        ("Lost phone", "change email", 1.0),
        ("Lost phone", "I lost my phone", 0.0),
        ("Lost phone", "phone number", 0.5),
    ],
)
def test_off_topic(heading: str, question: str, share: float) -> None:
    assert off_topic((heading,), set(terms(question))) == share
