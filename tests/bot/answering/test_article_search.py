from collections.abc import Sequence

import pytest

from bot.answering.article_search import ArticleSearch, ArticlesFound, completed, cut, cut_left, suits
from embeddings.encoders import Encoding
from embeddings.errors import EncoderError
from knowledge.models import Article, Audience, Platform
from tests.bot.answering.conftest import (
    CHANGE_EMAIL,
    FEES,
    FREEZE_APP,
    FREEZE_WEB,
    NEW_FEES,
    OLD_FEES,
    RANKING,
    Shelf,
)
from tests.fakes import LetterEncoder

SECRET = Article(id="secret", title="Email rules", body="Email is read by us.", audience=Audience.INTERNAL)


def found(shelf: Shelf, query: str, platform: Platform = Platform.ANY) -> ArticlesFound:
    search = ArticleSearch(encoder=shelf.encoder, spellings=shelf.spellings, ranking=RANKING, candidates=20)
    return search.find(query, shelf, platform)


def ids(articles: ArticlesFound) -> list[str]:
    return [hit.passage.article_id for hit in articles.hits]


def test_each_article_is_found_once_and_the_best_first(shelf: Shelf) -> None:
    articles = ids(found(shelf, "change my email address"))
    assert articles[0] == "change-email"
    assert len(articles) == len(set(articles))


def test_the_sentence_that_answers_is_marked_and_linked(shelf: Shelf) -> None:
    articles = found(shelf, "codes are valid for 10 minutes")
    (excerpt,) = articles.excerpts(articles.hits[:1])
    assert excerpt.marked == "Note: Codes are valid for 10 minutes."
    assert excerpt.link.startswith("/help/change-email#:~:text=")
    assert "**" not in excerpt.before and "Select the profile icon" in excerpt.before


def test_a_row_of_a_table_is_a_sentence(shelf: Shelf) -> None:
    articles = found(shelf, "USDT ERC20 fee")
    (excerpt,) = articles.excerpts(articles.hits[:1])
    assert excerpt.marked == "USDT · ERC20 · 3.5 USDT"


def test_an_article_of_another_site_opens_here() -> None:
    shelf = Shelf([Article(id="a b", title="Fees", body="A withdrawal costs a fee.", url="https://other.example/fees")])
    articles = found(shelf, "withdrawal fee")
    assert articles.excerpts(articles.hits)[0].link.startswith("/help/a%20b")


def test_of_a_family_one_version_is_found() -> None:
    shelf = Shelf([FREEZE_WEB, FREEZE_APP, OLD_FEES, NEW_FEES])
    families = (("freeze-app", "freeze-web"), ("trading-fees", "trading-fees-2024"))
    shelf.kin = {id_: family for family in families for id_ in family}
    for platform in Platform:
        assert len({"freeze-web", "freeze-app"} & set(ids(found(shelf, "freeze my account", platform)))) == 1
    assert "freeze-web" in ids(found(shelf, "freeze my account", Platform.WEB))
    assert "trading-fees" in ids(found(shelf, "maker fee"))
    assert "trading-fees-2024" not in ids(found(shelf, "maker fee"))


def test_what_is_only_for_the_other_platform_is_not_found() -> None:
    shelf = Shelf([FREEZE_WEB, CHANGE_EMAIL])
    assert "freeze-web" in ids(found(shelf, "freeze my account", Platform.WEB))
    assert "freeze-web" not in ids(found(shelf, "freeze my account", Platform.APP))


def test_an_internal_article_is_not_found() -> None:
    assert ids(found(Shelf([SECRET, CHANGE_EMAIL]), "email rules read by us")) == ["change-email"]


@pytest.mark.parametrize("query", ["zzzz", "🤷", "?!", "x" * 300])
def test_nothing_is_found_for_what_stands_nowhere(shelf: Shelf, query: str) -> None:
    articles = found(shelf, query)
    assert articles.hits == () and articles.excerpts(()) == ()


def test_an_empty_help_center() -> None:
    assert found(Shelf([]), "email").hits == ()


def test_without_vectors_words_are_searched(shelf: Shelf) -> None:
    class Broken(LetterEncoder):
        def encode_queries(self, texts: Sequence[str]) -> Encoding:
            raise EncoderError("The model is gone.")

    search = ArticleSearch(encoder=Broken(), spellings=shelf.spellings, ranking=RANKING, candidates=20)
    articles = search.find("maker fee", shelf)
    assert ids(articles) == ["trading-fees"]
    assert articles.excerpts(articles.hits)[0].marked == "The maker fee is 0.08%."


@pytest.mark.parametrize(
    ("query", "whole"),
    [
        ("withd", "withdrawal"),
        ("cost of a withd", "cost of a withdrawal"),
        ("Withd", "withdrawal"),
        ("email", "email"),
        ("wi", "wi"),
        ("xyz", "xyz"),
        ("", ""),
        ("50-0", "50-0"),
    ],
)
def test_the_last_word_is_completed(query: str, whole: str) -> None:
    assert completed(query, Shelf([FEES, CHANGE_EMAIL])) == whole


def test_the_query_is_told_as_it_was_searched(shelf: Shelf) -> None:
    assert found(shelf, "freez").query == "freeze"


def test_an_article_suits_its_platform_and_one_for_any_suits_all() -> None:
    assert suits(FREEZE_APP, Platform.ANY) and suits(FREEZE_APP, Platform.APP)
    assert not suits(FREEZE_APP, Platform.WEB)
    assert suits(NEW_FEES, Platform.WEB) and suits(OLD_FEES, Platform.APP)


@pytest.mark.parametrize(
    ("text", "characters", "start", "end"),
    [
        ("one two three", 20, "one two three", "one two three"),
        ("one two three", 13, "one two three", "one two three"),
        ("one two three", 9, "one two…", "…three"),
        ("abcdefgh", 4, "abc…", "…fgh"),
        ("one two", 0, "", ""),
        ("one two", -3, "", ""),
        ("", 5, "", ""),
    ],
)
def test_texts_are_cut_at_words(text: str, characters: int, start: str, end: str) -> None:
    assert (cut(text, characters), cut_left(text, characters)) == (start, end)
