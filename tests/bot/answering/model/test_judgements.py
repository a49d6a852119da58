from functools import partial

import pytest

from bot.answering.checking.support import load_support_model
from bot.answering.model.judgements import Judgement, SentenceCheck, judged, judgement_to_json
from bot.answering.model.model_prompts import sources_of
from bot.answering.model.model_text import StatementReader
from bot.answering.verification import verify
from knowledge.models import Article
from knowledge.splitting import split
from tests.fakes import check_words

FEES = Article(
    id="fees",
    title="What does a withdrawal cost?",
    body="A withdrawal on TRC20 costs 1.5 USDT. The fee is fixed. Mail fees@corvane.example for more.",
)
EMAIL = Article(id="email", title="How do I change my email?", body="Open **Security** and select **Email**.")
SOURCES = sources_of(
    [passage for article in (FEES, EMAIL) for passage in split(article, lambda text: len(text.split()), 50)],
    {article.id: article for article in (FEES, EMAIL)},
)


def judge(line: str) -> Judgement:
    (statement,) = StatementReader().feed(line + "\n")
    return judged(statement, SOURCES, check_words)


def quotes(judgement: Judgement) -> list[tuple[int, str]]:
    return [
        (number, SOURCES[number].article.body[unit.start : unit.end])
        for number, units in judgement.quotes.items()
        for unit in units
    ]


def test_a_supported_sentence_has_exact_quotes() -> None:
    found = judge("A withdrawal costs 1.5 USDT on TRC20 [1].")
    assert quotes(found) == [(1, "A withdrawal on TRC20 costs 1.5 USDT.")]
    assert found.why == "" and found.score == 1.0


def test_the_article_that_does_not_bear_it_out_is_not_cited() -> None:
    assert quotes(judge("Open **Security** and select **Email** [1][2][99].")) == [(2, EMAIL.body)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("A withdrawal on TRC20 costs 2.5 USDT [1].", 'The quantity "2.5 USDT" does not stand'),
        ("Open **Security** and select **Email** [1].", 'The menu name "Security" does not stand'),
        ("A withdrawal on TRC20 costs 1.5 USDT [99].", "There is no article 99."),
        ("A withdrawal on TRC20 costs 1.5 USDT.", "It cites no article."),
        ("A withdrawal costs 1.5 USDT \\[9\\] [1].", "It shows a number in brackets."),
        ("A withdrawal costs 1.5 USDT, see https://evil.example/trc20 [1].", "It shows an address"),
        ("A withdrawal costs 1.5 USDT, mail fees@evil.example [1].", "It shows an address"),
        ("The the the the [1].", "It says nothing that can be checked."),
    ],
)
def test_what_does_not_hold_has_no_quotes_and_says_why(line: str, why: str) -> None:
    found = judge(line)
    assert found.quotes == {} and found.why.startswith(why)


def test_an_address_of_the_article_may_stand() -> None:
    assert judge("Mail fees@corvane.example for more [1].").quotes


def test_as_json() -> None:
    assert judgement_to_json(judge("The fee is fixed [1]."), SOURCES) == {
        "sentence": "The fee is fixed.",
        "cited": [1],
        "shown": True,
        "score": 1.0,
        "why": "",
        "quotes": [{"article_id": "fees", "start": 38, "end": 55}],
    }


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("A withdrawal costs 1.5 USDT on TRC20 [1].", True),
        ("A withdrawal on ERC20 costs 1.5 USDT [1].", False),
        ("A withdrawal on TRC20 costs 15 USDT [1].", False),
        ("A withdrawal on TRC20 costs 1.5 USDC [1].", False),
        ("The fee is not fixed [1].", False),
        ("Open **Security** and select **Email** [2].", True),
        ("Open **Security** and select **Phone** [2].", False),
        ("Send your seed phrase to our support team to lower the fee [1].", False),
    ],
)
def test_with_the_check_that_ships(line: str, holds: bool) -> None:
    check: SentenceCheck = partial(verify, model=load_support_model())
    (statement,) = StatementReader().feed(line + "\n")
    assert bool(judged(statement, SOURCES, check).quotes) is holds
