from collections.abc import Sequence
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.reports import Cited
from bot.web.console.article_list import (
    ON_PAGE,
    SORTS,
    ArticleRow,
    ListQuery,
    article_path,
    article_rows,
    list_page,
    read_list_query,
)
from knowledge.models import Article, Audience, Platform
from tests.seeded_store import seeded_articles

ARTICLES = (
    Article(id="fees", title="Fees", body="What it costs.", section="faq", views=5, updated_at=date(2026, 1, 1)),
    Article(
        id="email", title="Change your email", body="Two ways.", platform=Platform.APP, published_at=date(2025, 1, 1)
    ),
    Article(id="playbook", title="How we do it", body="Fees too.", audience=Audience.INTERNAL, views=9),
)
CITED = (Cited("email", 7, 2, 3), Cited("gone", 4, 0, 0))


def rows() -> list[ArticleRow]:
    return article_rows(ARTICLES, {"fees": (1, 2)}, {"fees": ("fees", "fees-2024")}, {"email"}, CITED)


def ids(query: ListQuery) -> list[str]:
    return [row.article.id for row in list_page(rows(), query).rows]


def test_a_row_has_what_is_known_of_an_article() -> None:
    fees, email, _ = rows()
    assert (fees.passages, fees.family, fees.cited, fees.superseded) == (2, 2, Cited("fees", 0, 0, 0), False)
    assert (email.passages, email.family, email.cited, email.superseded) == (0, 1, Cited("email", 7, 2, 3), True)
    assert email.to_json()["thumbs_down"] == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (ListQuery(), ["email", "fees", "playbook"]),
        (ListQuery(words="FEES"), ["fees", "playbook"]),
        (ListQuery(words="fees too"), ["playbook"]),
        (ListQuery(platform="app"), ["email"]),
        (ListQuery(audience="internal"), ["playbook"]),
        (ListQuery(section="none"), []),
        (ListQuery(sort="cited"), ["email", "fees", "playbook"]),
        (ListQuery(sort="views"), ["playbook", "fees", "email"]),
        (ListQuery(sort="updated"), ["fees", "email", "playbook"]),
        (ListQuery(sort="outdated"), ["playbook", "email", "fees"]),
        (ListQuery(sort="down"), ["email", "fees", "playbook"]),
    ],
)
def test_it_is_narrowed_and_sorted(query: ListQuery, found: Sequence[str]) -> None:
    assert ids(query) == found


def test_pages_hold_every_row_once() -> None:
    many = article_rows(seeded_articles(2 * ON_PAGE + 1), {}, {}, (), ())
    pages = [list_page(many, ListQuery(page=number)) for number in (1, 2, 3, 99)]
    assert [len(page.rows) for page in pages] == [ON_PAGE, ON_PAGE, 1, 1]
    assert len({row.article.id for page in pages for row in page.rows}) == pages[0].total == 2 * ON_PAGE + 1
    assert (pages[0].before, pages[0].after) == (None, "/console/knowledge?page=2")
    assert pages[3].after is None
    empty = list_page([], ListQuery(page=3))
    assert (empty.rows, empty.total, empty.before, empty.after) == ((), 0, None, None)


def test_an_address_reads_back_as_it_was() -> None:
    query = ListQuery(words="a & b", section="faq", platform="web", audience="public", sort="views", page=3)
    assert read_list_query(dict(parse_qsl(urlsplit(query.address()).query))) == query
    assert query.address(section="x").endswith("sort=views")
    assert ListQuery().address() == "/console/knowledge"
    assert article_path("guide/first steps?") == "/console/knowledge/guide/first%20steps%3F"


@given(st.dictionaries(st.sampled_from(["q", "section", "platform", "audience", "sort", "page"]), st.text(max_size=20)))
def test_whatever_stands_in_an_address_is_a_list(fields: dict[str, str]) -> None:
    query = read_list_query(fields)
    assert query.sort in SORTS
    assert query.page >= 1
    list_page(rows(), query)
