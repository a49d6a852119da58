import pytest

from bot.answering.extractive.article_reading import ArticleReading, read_article
from knowledge.models import Article, Platform
from tests.bot.answering.readings import evidence, reading


def scores(read: ArticleReading) -> dict[str, float]:
    return {
        each.text: score
        for section in read.sections
        for each, score in zip(section.section.quotables, section.scores, strict=True)
    }


def test_boilerplate_and_the_other_platform_are_not_read() -> None:
    read = reading(
        "Keys are long. Was this article helpful?\n\n## On the app\n\nTap it.\n\n## On the web\n\nSelect it.",
        "Where is it?",
        platform=Platform.WEB,
    )
    assert set(scores(read)) == {"Keys are long.", "Select it."}


def test_a_better_passage_lifts_its_sentences() -> None:
    read = scores(reading("One thing.\n\n## Two\n\nOther thing.", "two things", scores={"Other": 0.9}))
    assert read["Other thing."] > read["One thing."]


def test_a_heading_about_something_else_lowers_what_stands_below() -> None:
    body = "## Lost phone\n\nAsk for a reset.\n\n## Change\n\nAsk for a change."
    read = scores(reading(body, "How do I change it?"))
    assert read["Ask for a change."] > read["Ask for a reset."]


@pytest.mark.parametrize(
    ("question", "better", "worse"),
    [
        ("How long does it take?", "It takes 3 days.", "It takes patience."),
        ("What is funding?", "Funding is a payment.", "Past payments are listed."),
        ("Why pay fees?", "Networks are busy.", "Fees."),
    ],
)
def test_what_the_question_asks_for(question: str, better: str, worse: str) -> None:
    read = scores(reading(f"Begin.\n\n{worse}\n\n{better}", question))
    assert read[better] > read[worse]


def test_an_article_that_is_read_for_a_part_is_read_for_its_terms() -> None:
    article = Article(id="a", title="Title", body="Begin here.\n\nFees are low.\n\nLimits are high.")
    given = evidence(article, "fees and limits", {})
    read = scores(read_article(article, given, {"limit"}))
    assert read["Limits are high."] - read["Fees are low."] == pytest.approx(0.5)


def test_what_no_passage_has_counts_below_its_section() -> None:
    article = Article(id="a", title="Title", body="One thing is here. Other things are there.")
    given = evidence(article, "things", {})
    (hit,) = given.hits
    cut = type(hit)(type(hit.passage)(**{**hit.passage.to_json(), "end": 18}), 0.5, {})
    read = scores(read_article(article, type(given)(**{**_fields(given), "hits": (cut,)})))
    assert read["Other things are there."] == pytest.approx(read["One thing is here."] - 0.1)


def _fields(given: object) -> dict[str, object]:
    return {name: getattr(given, name) for name in type(given).__dataclass_fields__}
