from dataclasses import replace

import pytest

from bot.improving.article_pairs import PairFinding, PairKind, compare_articles
from bot.improving.article_reading import read_articles
from knowledge.models import Article, Audience, Platform
from tests.bot.improving.words_encoder import word_vectors

LIMITS = Article(
    id="limits",
    title="Limits of the Copper card",
    body=(
        "With the Copper card you can spend 1,000 EUR a day. A lost Copper card is replaced for 5 EUR.\n\n"
        "- Delivery of the Copper card takes at most 7 days.\n- Freeze the Copper card in the security settings.\n\n"
        "The Copper card is made of recycled metal. Keep its number to yourself."
    ),
)
COPY = replace(LIMITS, id="limits-again", title="The Copper card and its limits")


def findings(*articles: Article) -> list[PairFinding]:
    return compare_articles(read_articles(articles, word_vectors))


def test_the_same_under_another_title_is_a_duplicate() -> None:
    (found,) = findings(LIMITS, COPY)
    assert found.kind is PairKind.DUPLICATE
    assert {found.first.article_id, found.second.article_id} == {"limits", "limits-again"}
    for place in (found.first, found.second):
        assert LIMITS.body[place.start : place.end].endswith(place.text[-10:])


def test_another_value_is_a_contradiction_and_no_duplicate() -> None:
    (found,) = findings(LIMITS, replace(COPY, body=COPY.body.replace("7 days", "two weeks")))
    assert (found.kind, found.says) == (PairKind.CONTRADICTION, "1 week here, 2 weeks there")
    assert "7 days" in found.first.text and "two weeks" in found.second.text


def test_another_spelling_is_no_contradiction() -> None:
    (found,) = findings(LIMITS, replace(COPY, body=COPY.body.replace("7 days", "one week")))
    assert found.kind is PairKind.DUPLICATE


OTHER_THING = replace(COPY, title="Limits of the Jade card", body=COPY.body.replace("Copper", "Jade"))


@pytest.mark.parametrize(
    "other",
    [
        replace(COPY, supersedes=("limits",), body=COPY.body.replace("5 EUR", "8 EUR")),
        replace(COPY, title="Limits of the Copper card in 2024", body=COPY.body.replace("5 EUR", "8 EUR")),
        replace(COPY, title="Limits of the Copper card for business customers"),
        replace(COPY, body=f"These rules are no longer valid.\n\n{COPY.body}"),
        replace(COPY, audience=Audience.INTERNAL),
        replace(COPY, locale="es"),
    ],
    ids=["superseding", "another year", "others' customers", "retired", "internal", "another language"],
)
def test_versions_and_others_are_neither(other: Article) -> None:
    assert [found for found in findings(LIMITS, other) if found.kind is not PairKind.NEAR_COPY] == []


def test_versions_of_two_platforms_are_neither() -> None:
    web, app = replace(LIMITS, platform=Platform.WEB), replace(COPY, platform=Platform.APP)
    assert findings(web, app) == []


def test_one_text_about_two_things_is_told_as_such() -> None:
    changed = replace(OTHER_THING, body=OTHER_THING.body.replace("7 days", "9 days"))
    assert [found.kind for found in findings(LIMITS, changed)] == [PairKind.NEAR_COPY]


def test_articles_about_other_things_are_nothing() -> None:
    other = Article(id="other", title="Passkeys", body="A passkey replaces your password. Set one up in the app.")
    assert findings(LIMITS, other) == []


def test_a_table_row_is_compared_with_the_row_of_the_same_name() -> None:
    table = "| Card | Fee |\n| --- | --- |\n| Copper | 5 EUR |\n| Jade | 8 EUR |\n\nFees of all cards are listed here."
    one = Article(id="one", title="Card fees", body=table)
    assert [found.kind for found in findings(one, replace(one, id="two"))] == [PairKind.DUPLICATE]
    (found,) = findings(one, replace(one, id="two", body=table.replace("8 EUR", "9 EUR")))
    assert (found.kind, "Jade" in found.first.text) == (PairKind.CONTRADICTION, True)


def test_empty_articles_are_no_problem() -> None:
    assert findings(replace(LIMITS, body=""), replace(COPY, body="\n"), Article(id="x", title="", body="?")) == []
