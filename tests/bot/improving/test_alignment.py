import pytest

from bot.improving.alignment import align
from bot.improving.article_reading import read_articles
from knowledge.models import Article
from tests.bot.improving.words_encoder import word_vectors

FIRST = "Cards cost money. Wallets hold coins. Bots trade at night."


def test_each_sentence_meets_the_one_that_says_the_same() -> None:
    turned = "Bots trade at night. Cards cost money. Something else entirely."
    one, other = read_articles(
        [Article(id="a", title="", body=FIRST), Article(id="b", title="", body=turned)], word_vectors
    )
    found = align(one, other)
    assert found.pairs == ((0, 1), (2, 0)) and found.own == 2
    assert 0.5 < found.shared < 0.8 and found.covered < 0.9


def test_equal_articles_cover_each_other_and_boilerplate_does_not_count() -> None:
    one, other = read_articles([Article(id=name, title="", body=FIRST) for name in "ab"], word_vectors)
    assert align(one, other).covered == pytest.approx(1.0)
    texts = {sentence.text for sentence in one.sentences}
    without = align(one, other, texts)
    assert (without.own, without.covered, without.shared) == (0, 0.0, 0.0)


def test_an_article_without_a_sentence_is_like_none() -> None:
    one, other = read_articles(
        [Article(id="a", title="", body=""), Article(id="b", title="", body=FIRST)], word_vectors
    )
    assert align(one, other).pairs == ()
