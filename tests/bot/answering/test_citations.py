from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import pytest

from bot.answering.citations import article_link, cite, text_directive
from bot.answering.pages import page_of
from knowledge.models import Article

LONG = (
    "A withdrawal that is held for review waits until a person has looked at it, which takes "
    + "a while and " * 12
    + "then ends."
)
ARTICLE = Article(
    id="fees",
    title="Fees",
    body=f"""Fees are low-cost & fair, **always**.

## Web, app

Confirm with your code. Ask us.

Confirm with your code. Ask us.

{LONG}

1. Open the menu.
   - Choose **Fees**.
   - Read them.""",
    updated_at=date(2026, 2, 9),
)


def span(text: str, occurrence: int = 0) -> tuple[int, int]:
    start = -1
    for _ in range(occurrence + 1):
        start = ARTICLE.body.index(text, start + 1)
    return start, start + len(text)


def test_the_text_a_browser_shows_percent_encoded() -> None:
    start, end = span("Fees are low-cost & fair, **always**.")
    assert text_directive(ARTICLE, start, end) == "Fees%20are%20low%2Dcost%20%26%20fair%2C%20always."


def test_text_that_stands_twice_is_told_apart_by_what_is_around_it() -> None:
    assert text_directive(ARTICLE, *span("Confirm with your code.")) == "app-,Confirm%20with%20your%20code."
    assert text_directive(ARTICLE, *span("Confirm with your code.", 1)) == "us.-,Confirm%20with%20your%20code."


def test_a_title_counts_as_a_place() -> None:
    article = Article(id="a", title="Which fees are there?", body="Hello.\n\nWhich fees are there?\n\nNone.")
    assert text_directive(article, 8, 29) == "Hello.-,Which%20fees%20are%20there%3F"


def test_text_whose_surroundings_are_the_same_too_is_linked_by_its_heading() -> None:
    article = Article(id="a", title="A", body="## One, two\n\nAgain.\n\nAgain.\n\nAgain.\n\nAgain.\n\nAgain.")
    assert article_link(article, 29, 35, "http://h") == "http://h/help/a#h-one-two"
    above = Article(id="a", title="A", body="Again.\n\nAgain.\n\nAgain.\n\nAgain.\n\nAgain.")
    assert article_link(above, 16, 22, "http://h") == "http://h/help/a"


@pytest.mark.parametrize("text", [LONG, "Open the menu.\n   - Choose **Fees**.\n   - Read them."])
def test_a_long_quote_or_several_blocks_are_linked_by_first_and_last_words(text: str) -> None:
    first, last = (text_directive(ARTICLE, *span(text)) or "").split(",")[-2:]
    shown = page_of(ARTICLE.body).text
    assert shown.count(unquote(first)) == 1
    assert unquote(last) in shown.split(unquote(first))[1]


def test_a_citation_says_where_and_when() -> None:
    start, end = span("Ask us.", 1)
    citation = cite(ARTICLE, start, end, 2, "http://help.example")
    assert (citation.number, citation.heading, citation.quote) == (2, "Web, app", "Ask us.")
    assert citation.updated_at == date(2026, 2, 9)
    assert citation.url == "http://help.example/help/fees#:~:text=Ask%20us.,-A"


def test_an_article_with_a_url_of_its_own_is_linked_there() -> None:
    article = Article(id="a", title="A", body="The first one. Two.", url="https://www.corvane.example/one")
    link = article_link(article, 0, 14, "http://help.example")
    assert link == "https://www.corvane.example/one#:~:text=The%20first%20one.,-Two."


def test_an_id_with_spaces_gives_a_valid_link() -> None:
    article = Article(id="guides/a b?", title="A", body="One.")
    assert article_link(article, 0, 4, "http://h") == "http://h/help/guides/a%20b%3F#:~:text=One."


def test_a_fragment_of_the_articles_own_url_stays_since_a_site_may_know_its_pages_by_it() -> None:
    article = Article(id="a", title="A", body="Open the whole menu.", url="https://help.example/x?lang=en#/article/7")
    assert article_link(article, 0, 20, "") == f"{article.url}:~:text=Open%20the%20whole%20menu."
    twice = replace(article, body="Again.\n\nAgain.\n\nAgain.\n\nAgain.\n\nAgain.")
    assert article_link(twice, 16, 22, "") == article.url


def test_a_page_elsewhere_is_never_given_our_anchors() -> None:
    body = "## One\n\nAgain.\n\nAgain.\n\nAgain.\n\nAgain.\n\nAgain."
    article = Article(id="a", title="A", body=body, url="https://www.corvane.example/a")
    assert article_link(article, 24, 30, "http://h") == "https://www.corvane.example/a"


def test_nothing_shown_has_no_directive() -> None:
    article = Article(id="a", title="A", body="One word.\n\n---\n\nTwo words.")
    assert text_directive(article, 11, 14) is None
    assert text_directive(article, 5, 5) is None
