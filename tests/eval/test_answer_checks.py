import pytest

from bot.answering.citations import cite
from bot.models import Citation
from eval.answer_checks import fragment_leads_to_quote, shown_text
from knowledge.models import Article

ARTICLE = Article(
    id="a",
    title="Fees",
    body="# Top\n\nOne fee.\n\n## Twice\n\nSame line.\n\nSame line.\n\n| A | B |\n|---|---|\n| 1 | 2 |",
)


def linked(url: str, quote: str = "One fee.") -> Citation:
    start = ARTICLE.body.index(quote)
    return Citation(
        number=1, article_id="a", title="", heading="", url=url, quote=quote,
        start=start, end=start + len(quote), updated_at=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("http://h/help/a#:~:text=One%20fee.", True),
        ("http://h/help/a#h-twice:~:text=One%20fee.", True),
        ("http://h/help/a#h-twice", True),
        ("http://h/help/a#h-thrice", False),
        ("http://h/help/a", False),
        ("http://h/help/a#:~:text=Same%20line.", False),
        ("http://h/help/a#:~:text=No%20fee.", False),
        ("http://h/help/a#:~:text=fee.", False),
    ],
)
def test_fragment_leads_to_quote(url: str, leads: bool) -> None:
    assert fragment_leads_to_quote(linked(url), ARTICLE) is leads


@pytest.mark.parametrize("quote", ["One fee.", "| 1 | 2 |"])
def test_citations_as_they_are_made_lead_there(quote: str) -> None:
    start = ARTICLE.body.index(quote)
    assert fragment_leads_to_quote(cite(ARTICLE, start, start + len(quote), 1, "http://h"), ARTICLE)


def test_shown_text_has_no_footnotes() -> None:
    assert (
        shown_text("1. Open **it**. [1]\n2. Close it. [12]\n\n| A |\n|---|\n| b [1] |") == "Open it.\nClose it.\nA\nb"
    )
    assert shown_text("See [1](/help/a).") == "See 1."
