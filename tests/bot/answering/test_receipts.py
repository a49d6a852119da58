import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.citations import cite
from bot.answering.receipts import (
    MOST_PASSAGES,
    Circumstances,
    article_sha256,
    canonical,
    differences,
    history_sha256,
    receipt,
    same_reply,
    sha256_of,
)
from bot.models import CustomerContext, Hit, Said, Search
from knowledge.models import Article, Passage, Platform

EMAIL = Article(id="email", title="Change email", body="Open **Email**. Done.", updated_at=date(2026, 2, 9))
FEES = Article(id="fees", title="Fees", body="It costs 1 USDT.")
ARTICLES = {"email": EMAIL, "fees": FEES}
CIRCUMSTANCES = Circumstances(
    config_hash="c0ffee", context=CustomerContext(platform=Platform.APP), links_start_with="http://help.example"
)


def hit(article: Article, score: float) -> Hit:
    body = article.body
    passage = Passage(
        id="0" * 15, article_id=article.id, title=article.title, heading="", url=None, text=body, start=0, end=len(body)
    )
    return Hit(passage, score, {"title": 0.5})


def made(
    index: str | None = "aa" * 32,
    articles: Mapping[str, Article] = ARTICLES,
    cited: str = "email",
    text: str = "Open **Email**. [1]",
    circumstances: Circumstances = CIRCUMSTANCES,
    resolved: str = "change email",
    lesser_modes: tuple[str, ...] = (),
) -> dict[str, Any]:
    hits = tuple(hit(article, 0.9 - 0.1 * place) for place, article in enumerate(articles.values()))
    return receipt(
        question="and the email?",
        resolved=resolved,
        reply={"kind": "answer", "text": text},
        circumstances=circumstances,
        search=Search(text="change email", generation=7, hits=hits, weights={}, lesser_modes=lesser_modes),
        index_sha256=index,
        articles=articles,
        citations=(cite(articles[cited], 0, 15, 1, "http://help.example"),),
        account={"composer": "extractive"},
    )


def test_it_says_what_the_reply_rests_on() -> None:
    told = made()
    assert told["index"] == {"sha256": "aa" * 32, "generation": 7}
    assert (told["config"], told["platform"], told["locale"]) == ("c0ffee", "app", "en")
    assert (told["question"], told["resolved"], told["searched"]) == ("and the email?", "change email", "change email")
    assert told["articles"] == {"email": article_sha256(EMAIL), "fees": article_sha256(FEES)}
    first = told["passages"][0]
    assert (first["article_id"], first["start"], first["end"], first["score"]) == ("email", 0, len(EMAIL.body), 0.9)
    (citation,) = told["citations"]
    assert (citation["start"], citation["end"], citation["exact"]) == (0, 15, True)
    assert told["account"] == {"composer": "extractive"}
    assert told["history"] == {"turns": [], "sha256": None}
    assert json.loads(canonical(told)) == told


def test_a_quote_that_does_not_stand_there_is_not_exact() -> None:
    told = receipt(
        question="q",
        resolved="q",
        reply={},
        circumstances=CIRCUMSTANCES,
        articles={"email": replace(EMAIL, body="Open the door.")},
        citations=(cite(EMAIL, 0, 15, 1, ""), cite(FEES, 0, 4, 2, "")),
    )
    assert [citation["exact"] for citation in told["citations"]] == [False, False]


def test_a_reply_without_a_search_has_a_receipt_too() -> None:
    told = receipt(
        question="hello",
        resolved="hello",
        reply={"kind": "notice", "text": "Hello!"},
        circumstances=replace(CIRCUMSTANCES, secrets=("a seed phrase",), turns=("t1",)),
    )
    assert told["index"] == {"sha256": None, "generation": None}
    assert (told["passages"], told["citations"], told["account"]) == ([], [], None)
    assert (told["secrets"], told["history"]["turns"]) == (["a seed phrase"], ["t1"])


def test_only_the_best_passages_are_named() -> None:
    hits = tuple(hit(EMAIL, 0.5) for _ in range(MOST_PASSAGES + 5))
    told = receipt(
        question="q",
        resolved="q",
        reply={},
        circumstances=CIRCUMSTANCES,
        search=Search(text="q", generation=1, hits=hits, weights={}),
    )
    assert len(told["passages"]) == MOST_PASSAGES


def test_the_text_of_earlier_messages_is_not_in_it() -> None:
    history = (Said(role="user", text="My name is Ada."), Said(role="assistant", text="Hi.", kind="notice"))
    told = made(circumstances=replace(CIRCUMSTANCES, history=history))
    assert b"Ada" not in canonical(told)
    assert told["history"]["sha256"] == history_sha256(history) != history_sha256(history[:1])


def test_canonical_form_by_hand() -> None:
    assert canonical({"b": [1, 0.5, None, True], "a": "ü"}) == '{"a":"ü","b":[1,0.5,null,true]}'.encode()
    assert sha256_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=6), st.randoms())
def test_the_order_of_keys_does_not_matter(values: dict[str, Any], random: Any) -> None:
    keys = list(values)
    random.shuffle(keys)
    assert sha256_of({key: values[key] for key in keys}) == sha256_of(values)


def test_the_same_twice_has_no_differences() -> None:
    assert differences(made(), made()) == ()
    assert sha256_of(made()) == sha256_of(made())
    assert same_reply(made(), made())


def test_another_generation_of_the_same_content_is_no_difference() -> None:
    later = made()
    later["index"] = {**later["index"], "generation": 8}
    assert differences(made(), later) == ()


def test_another_index_and_a_changed_article_are_told() -> None:
    changed = {**ARTICLES, "email": replace(EMAIL, body="Open **Email**. Wait.")}
    now = made(index="bb" * 32, articles=changed)
    assert differences(made(), now) == (
        "The index was aaaaaaaaaaaa and is bbbbbbbbbbbb now.",
        "The article email, which was cited, has changed.",
    )
    assert same_reply(made(), now)


def test_another_article_is_told() -> None:
    now = made(articles={"fees": FEES}, cited="fees", text="It costs 1 USDT. [1]")
    told = differences(made(), now)
    assert told == (
        "The article email, which was cited, is not among the best ones found now.",
        "The article fees, which is cited now, was found, but not cited then.",
        "The reply is another: it was answer from email and is answer from fees now.",
    )
    assert "was not among the best ones found then" in differences(now, made())[0]


@pytest.mark.parametrize(
    ("now", "part"),
    [
        (made(circumstances=replace(CIRCUMSTANCES, config_hash="decaf")), "configuration was c0ffee and is decaf"),
        (made(circumstances=replace(CIRCUMSTANCES, history=(Said(role="user", text="x"),))), "messages before it"),
        (made(circumstances=replace(CIRCUMSTANCES, context=CustomerContext())), "app and en, and are any and en now"),
        (made(resolved="update email"), "understood as 'change email' and is understood as 'update email'"),
        (made(lesser_modes=("It failed.",)), "A part of the search"),
        (made(text="Other. [1]"), "reply is another"),
    ],
)
def test_each_difference_is_a_sentence(now: dict[str, Any], part: str) -> None:
    (sentence,) = differences(made(), now)
    assert part in sentence and sentence.endswith(".")


def test_an_article_is_known_by_what_customers_read() -> None:
    assert article_sha256(EMAIL) == article_sha256(replace(EMAIL, views=9, source="elsewhere"))
    for changed in (replace(EMAIL, body="x"), replace(EMAIL, title="x"), replace(EMAIL, updated_at=None)):
        assert article_sha256(changed) != article_sha256(EMAIL)
