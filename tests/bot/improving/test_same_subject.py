from dataclasses import replace

import pytest

from bot.improving.article_reading import ReadArticle, read_articles
from bot.improving.same_subject import is_other_subject, is_other_version
from knowledge.models import Article
from tests.bot.improving.words_encoder import word_vectors

BTC = Article(id="a", title="Withdraw BTC", body="Send BTC to your wallet. BTC arrives soon.")


def read(article: Article) -> ReadArticle:
    return read_articles([article], word_vectors)[0]


@pytest.mark.parametrize(
    ("title", "body", "is_other"),
    [
        ("Sending BTC out", "Send BTC to a wallet. BTC arrives soon.", False),
        ("Withdraw ETH", "Send ETH to your wallet. ETH arrives soon.", True),
        ("Withdraw", "Send bitcoin to your wallet.", False),
        ("Deposit BTC", "Send BTC to us. BTC arrives soon.", True),
        ("Withdraw BTC for business accounts", "Send BTC to your wallet.", True),
        ("Withdraw BTC on TRC20", "Send BTC to your wallet.", True),
    ],
)
def test_what_two_articles_are_about(title: str, body: str, is_other: bool) -> None:
    other = replace(BTC, id="b", title=title, body=body)
    assert is_other_subject(read(BTC), read(other)) is is_other
    assert is_other_subject(read(other), read(BTC)) is is_other


def test_numbers_of_titles_tell_articles_apart() -> None:
    one, other = (read(replace(BTC, id=name, title=f"Step {name}")) for name in ("1", "2"))
    assert is_other_subject(one, other)


def test_a_name_that_every_article_has_tells_none_apart() -> None:
    named = read(replace(BTC, id="b", title="Withdraw BTC from CORVANE"))
    assert is_other_subject(read(BTC), named)
    assert not is_other_subject(read(BTC), named, (), {"corvane"})


def test_a_word_exchanged_in_titles_and_sentences_is_another_thing() -> None:
    gold = read(Article(id="g", title="The gold plan", body="The gold plan costs money."))
    jade = read(Article(id="j", title="The jade plan", body="The jade plan costs money."))
    assert is_other_subject(gold, jade, [("The gold plan costs money.", "The jade plan costs money.")])


def test_versions() -> None:
    one = read(BTC)
    assert not is_other_version(one, read(replace(BTC, id="b")))
    assert is_other_version(one, read(replace(BTC, id="b", supersedes=("a",))))
    assert is_other_version(one, read(replace(BTC, id="b", title="Withdraw BTC (2024)")))
    assert is_other_version(one, read(replace(BTC, id="b", body=f"This page is outdated. {BTC.body}")))
