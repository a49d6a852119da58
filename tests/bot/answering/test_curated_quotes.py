import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.curated_quotes import (
    compose_curated,
    composition_of,
    plain_markdown,
    problem_of,
    quotables_of,
)
from bot.storage.curated_answers import CuratedQuote
from knowledge.models import Article, Audience
from knowledge.rendering import plain_text
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, PLAYBOOK
from tests.curated import content, curated, quotes_in
from tests.knowledge.markdowns import markdown_bodies

ARTICLES = {article.id: article for article in (CHANGE_EMAIL, FEES, PLAYBOOK)}
STEPS = quotes_in(CHANGE_EMAIL, "**Menu**", "type in the new")


def composed(*quotes: CuratedQuote, lead: str = "", articles: dict[str, Article] = ARTICLES):
    return compose_curated(content(*quotes, lead=lead), articles, 0.4, "http://h")


def test_quotes_in_the_order_of_the_article_below_the_editors_line() -> None:
    answer = composed(*reversed(STEPS), *quotes_in(FEES, "fixed fee", "1.5"), lead="In *short*:")
    assert answer is not None
    assert answer.text == (
        "In \\*short\\*:\n\n"
        "1. Tap **Menu** > **Security** > **Email**. [1]\n"
        "2. Tap **Change email** and type in the new address. [1]\n   - Use an address that you can open.\n\n"
        "A withdrawal costs a fixed fee. [2]\n\n"
        "| Coin | Network | Fee |\n|---|---|---|\n| USDT | TRC20 | 1.5 USDT [2] |"
    )
    assert [(each.number, each.article_id) for each in answer.citations] == [
        (1, "change-email"),
        (1, "change-email"),
        (2, "withdrawal-fees"),
        (2, "withdrawal-fees"),
    ]
    assert all(ARTICLES[each.article_id].body[each.start : each.end] == each.quote for each in answer.citations)
    assert answer.confidence == 0.4


def test_the_account_names_answer_and_version() -> None:
    answer = composed(STEPS[0])
    assert answer is not None
    account = composition_of(curated(content(STEPS[0]), 3, version=2), answer, "new mail", 0.9).account
    assert account["composer"] == "curated"
    assert account["curated"] == {"number": 3, "version": 2, "wording": "new mail", "score": 0.9}
    (quoted,) = account["quoted"]
    assert quoted["article_id"] == "change-email" and len(quoted["spans"]) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"body": CHANGE_EMAIL.body.replace("Tap **Menu**", "Tap **More**")}, "does not stand in the article"),
        ({"body": CHANGE_EMAIL.body.replace("## On the app", "## On the phone")}, "under “On the app” any more."),
        ({"body": CHANGE_EMAIL.body.replace("1. Tap **Menu**", "1. Never tap **Menu**")}, "does not stand"),
        ({"audience": Audience.INTERNAL}, "is not for customers any more."),
        (None, "The article “change-email” is not in the index any more."),
    ],
)
def test_what_no_longer_stands_is_not_given(changed: dict[str, object] | None, sentence: str) -> None:
    articles = {} if changed is None else {"change-email": replace(CHANGE_EMAIL, **changed)}
    assert sentence in problem_of(content(*STEPS), articles)
    assert composed(*STEPS, articles=articles) is None


@pytest.mark.parametrize(
    "body",
    [
        CHANGE_EMAIL.body + "\n\nMore of it.",
        "Something new at the top.\n\n" + CHANGE_EMAIL.body,
        CHANGE_EMAIL.body.replace("Codes are valid for 10 minutes", "Codes are valid for 5 minutes"),
    ],
)
def test_what_is_changed_elsewhere_does_not_matter(body: str) -> None:
    articles = {"change-email": replace(CHANGE_EMAIL, body=body)}
    assert problem_of(content(*STEPS), articles) == ""
    answer = composed(*STEPS, articles=articles)
    assert answer is not None and [each.quote for each in answer.citations] == [quote.text for quote in STEPS]


def test_an_internal_article_is_never_quoted() -> None:
    assert composed(*quotes_in(PLAYBOOK, "Freeze")) is None


def test_text_that_comes_twice_in_a_place_is_there_once() -> None:
    article = Article(id="a", title="A", body="Tap it. Tap it.\n\n## Web\n\nTap it.")
    assert [quote.heading for quote, _ in quotables_of(article)] == ["", "Web"]


@given(markdown_bodies, st.text(max_size=200), st.data())
@settings(max_examples=80)
def test_what_is_shown_is_quotes_and_the_editors_line(body: str, lead: str, data: st.DataObject) -> None:
    """Everything that a customer reads stands in the article, but for the line, footnotes and the marks of lists; and
    every quote that was ticked is there."""
    article = Article(id="a", title="A", body=body)
    quotes = [quote for quote, _ in quotables_of(article)]
    if not quotes:
        return
    ticked = data.draw(st.lists(st.sampled_from(quotes), min_size=1, unique=True))
    answer = compose_curated(content(*ticked, lead=lead), {"a": article}, 0.5, "http://h")
    assert answer is not None
    own = plain_markdown(lead)
    assert answer.text.startswith(f"{own}\n\n" if lead else "")
    shown = answer.text.removeprefix(f"{own}\n\n") if lead else answer.text
    assert {each.quote for each in answer.citations} == {quote.text for quote in ticked}
    assert all(body[each.start : each.end] == each.quote for each in answer.citations)
    words = set(re.findall(r"\w+", re.sub(r" ?\[1\]", " ", shown)))
    numbers = {word for word in words if word.isdigit()}
    assert words - numbers <= set(re.findall(r"\w+", body)), "a word that is not the article's"


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"), max_codepoint=0x2FFF), max_size=80))
def test_an_editors_line_is_shown_as_it_was_written(line: str) -> None:
    assert " ".join(plain_text(plain_markdown(line)).split()) == " ".join(line.split())


@pytest.mark.parametrize("line", ["1. First", "- no list", "# no heading", "> no quote", "[1] is no footnote", "a_b_c"])
def test_a_line_is_no_markdown(line: str) -> None:
    assert plain_text(plain_markdown(line)) == line
    assert "[1]" not in plain_markdown(line)
