from datetime import date
from urllib.parse import unquote

import pytest

from bot.answering.citations import article_link, cite, encode_fragment, place
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
    assert place(ARTICLE, start, end) == "#:~:text=Fees%20are%20low%2Dcost%20%26%20fair%2C%20always."


def test_text_that_stands_twice_is_linked_by_its_heading() -> None:
    assert place(ARTICLE, *span("Confirm with your code.")) == "#h-web-app"


def test_text_that_stands_twice_above_all_headings_is_linked_by_the_article() -> None:
    article = Article(id="a", title="A", body="Again.\n\nAgain.")
    assert place(article, 0, 6) == ""


@pytest.mark.parametrize("text", [LONG, "Open the menu.\n   - Choose **Fees**.\n   - Read them."])
def test_a_long_quote_or_several_blocks_are_linked_by_first_and_last_words(text: str) -> None:
    first, last = place(ARTICLE, *span(text)).removeprefix("#:~:text=").split(",")
    shown = page_of(ARTICLE.body).text
    assert shown.count(unquote(first)) == 1
    assert unquote(last) in shown.split(unquote(first))[1]


def test_a_citation_says_where_and_when() -> None:
    start, end = span("Ask us.", 1)
    citation = cite(ARTICLE, start, end, 2, "http://help.example")
    assert (citation.number, citation.heading, citation.quote) == (2, "Web, app", "Ask us.")
    assert citation.updated_at == date(2026, 2, 9)
    assert citation.url == "http://help.example/help/fees#h-web-app"


def test_an_article_with_a_url_of_its_own_is_linked_there() -> None:
    article = Article(id="a", title="A", body="One. Two.", url="https://www.corvane.example/one")
    assert article_link(article, 0, 4, "http://help.example") == "https://www.corvane.example/one#:~:text=One."


def test_an_id_with_spaces_gives_a_valid_link() -> None:
    article = Article(id="guides/a b?", title="A", body="One.")
    assert article_link(article, 0, 4, "http://h") == "http://h/help/guides/a%20b%3F#:~:text=One."


@pytest.mark.parametrize(
    ("text", "encoded"), [("a-b", "a%2Db"), ("a,b", "a%2Cb"), ("a&b", "a%26b"), ("é", "%C3%A9"), ("a b", "a%20b")]
)
def test_encoding(text: str, encoded: str) -> None:
    assert encode_fragment(text) == encoded


def test_the_place_stands_instead_of_a_fragment_of_the_articles_own_url() -> None:
    article = Article(id="a", title="A", body="Open it. Read it.", url="https://help.example/x?lang=en#top")
    assert article_link(article, 0, 8, "") == "https://help.example/x?lang=en#:~:text=Open%20it."
    twice = Article(id="a", title="A", body="Read it. Read it.", url="https://help.example/x#top")
    assert article_link(twice, 0, 8, "") == "https://help.example/x#top"


def test_a_page_elsewhere_is_never_given_our_anchors() -> None:
    article = Article(id="a", title="A", body="## One\n\nAgain.\n\nAgain.", url="https://www.corvane.example/a")
    assert article_link(article, 8, 14, "http://h") == "https://www.corvane.example/a"
