import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.composing import ExtractiveComposer
from bot.answering.evidence import Composition, Evidence
from bot.answering.relevance import relevance_to
from bot.models import Answer, Hit
from knowledge.models import Article, Platform
from knowledge.rendering import plain_text
from knowledge.splitting import split
from prompts.templates import render
from tests.bot.answering.conftest import Shelf
from tests.fakes import LetterEncoder
from tests.knowledge.markdowns import markdown_bodies

COMPOSER = ExtractiveComposer(render)


def composition(shelf: Shelf, question: str, platform: Platform = Platform.ANY) -> Composition | None:
    return COMPOSER.compose(
        Evidence(
            question=question,
            hits=shelf.find(question, platform),
            articles=shelf.articles,
            relevance=relevance_to(shelf.question(question), shelf.encoder, shelf.indexes.texts),
            confidence=0.9,
            links_start_with="http://help.example",
            platform=platform,
        )
    )


def answer(shelf: Shelf, question: str, platform: Platform = Platform.ANY) -> Answer:
    composed = composition(shelf, question, platform)
    assert composed is not None
    return composed.answer


def plainly(text: str) -> str:
    return re.sub(r" \[\d+\]", "", text)


def evidence(article: Article, question: str, relevance: Sequence[float] | float = 1.0, **more: Platform) -> Evidence:
    passages = split(article, LetterEncoder().count_tokens, 256)
    return Evidence(
        question=question,
        hits=tuple(Hit(passage, 0.9, {}) for passage in passages),
        articles={article.id: article},
        relevance=lambda texts: [relevance if isinstance(relevance, float) else 1.0] * len(texts),
        confidence=0.5,
        links_start_with="http://h",
        **more,
    )


def test_steps_of_the_platform_whole_and_in_order_with_the_opening_and_the_warning_first(shelf: Shelf) -> None:
    assert answer(shelf, "How do I change my email?", Platform.WEB).text == (
        "You can change the email address of your account yourself. [1]\n\n"
        "> **Warning:** After you change your email address, withdrawals are paused for 24 hours. [1]\n\n"
        "1. Select the profile icon > **Security center**. [1]\n"
        "2. In the **Email** row, select **Change**. [1]\n\n"
        "> **Note:** Codes are valid for 10 minutes. [1]"
    )


def test_without_a_platform_the_steps_of_both_say_which_is_which(shelf: Shelf) -> None:
    text = answer(shelf, "How do I change my email?").text
    app, web = text.index("**On the app:**\n\n1. Tap"), text.index("**On the web:**\n\n1. Select the profile icon")
    assert text.index("**Warning:**") < app < web
    assert "[1]" not in text.split("**On the app:**")[1].split("\n")[0], "a line of our own carries no footnote"


@pytest.mark.parametrize(("platform", "absent"), [(Platform.WEB, "Tap"), (Platform.APP, "Select the profile icon")])
@pytest.mark.parametrize("question", ["How do I change my email?", "Where is the menu?", "Which row do I select?"])
def test_nothing_under_the_other_platforms_heading_is_quoted(
    shelf: Shelf, question: str, platform: Platform, absent: str
) -> None:
    composed = composition(shelf, question, platform)
    assert composed is None or absent not in composed.answer.text


def test_a_nested_list_stays_inside_its_step(shelf: Shelf) -> None:
    reply = answer(shelf, "How do I change my email?", Platform.APP)
    assert (
        "2. Tap **Change email** and type in the new address. [1]\n   - Use an address that you can open." in reply.text
    )


def test_of_a_table_the_rows_that_matter_come_with_the_head(shelf: Shelf) -> None:
    reply = answer(shelf, "What does a withdrawal of USDT TRC20 cost?")
    assert "| Coin | Network | Fee |\n|---|---|---|\n| USDT | TRC20 | 1.5 USDT [1] |" in reply.text
    assert "Bitcoin" not in reply.text


@pytest.mark.parametrize(
    "question", ["How do I change my email?", "What does a withdrawal cost?", "How do I freeze my account?"]
)
def test_every_quote_is_exact_and_shown(shelf: Shelf, question: str) -> None:
    reply = answer(shelf, question)
    shown = plainly(reply.text)
    for citation in reply.citations:
        article = shelf.articles[citation.article_id]
        assert citation.quote == article.body[citation.start : citation.end]
        assert citation.quote in shown or citation.quote.removesuffix("|").rstrip() in shown
        assert citation.url.startswith(f"http://help.example/help/{citation.article_id}")


def test_the_same_evidence_gives_the_same_answer_and_an_account_in_json_values(shelf: Shelf) -> None:
    first, second = (composition(shelf, "How do I change my email?", Platform.WEB) for _ in range(2))
    assert first == second
    assert first is not None and first.account["composer"] == "extractive"
    spans = [tuple(span) for part in first.account["quoted"] for span in part["spans"]]
    assert spans == [(citation.start, citation.end) for citation in first.answer.citations]


def test_nothing_to_quote() -> None:
    assert COMPOSER.compose(evidence(Article(id="a", title="A", body="## Only a heading"), "?")) is None
    other = Article(id="a", title="A", body="## On the app\n\nTap **Menu**.")
    assert COMPOSER.compose(evidence(other, "Where is it?", platform=Platform.WEB)) is None


def test_a_long_list_is_cut_and_says_so() -> None:
    steps = "\n".join(f"{number}. Press button {number}." for number in range(1, 16))
    composed = COMPOSER.compose(evidence(Article(id="a", title="Buttons", body=steps), "How do I press the buttons?"))
    assert composed is not None
    assert composed.answer.text.endswith("12. Press button 12. [1]\n\nThe article goes on with 3 more steps.")


def test_prose_under_a_platforms_heading_says_so_when_the_platform_is_not_known() -> None:
    article = Article(id="a", title="Dark mode", body="## In the app\n\nThe theme follows your phone at night.")
    composed = COMPOSER.compose(evidence(article, "When is the theme dark?"))
    assert composed is not None
    assert composed.answer.text == "**In the app:**\n\nThe theme follows your phone at night. [1]"
    composed = COMPOSER.compose(evidence(article, "When is the theme dark?", platform=Platform.APP))
    assert composed is not None and composed.answer.text == "The theme follows your phone at night. [1]"


FEES = Article(id="fees", title="Fees", body="A withdrawal costs a fixed fee of 1 USDT.")
LIMITS = Article(id="limits", title="Limits", body="Your limit depends on your level.")


def two(question: str) -> Answer:
    passages = [split(article, LetterEncoder().count_tokens, 256)[0] for article in (FEES, LIMITS)]
    composed = COMPOSER.compose(
        Evidence(
            question=question,
            hits=tuple(Hit(passage, score, {}) for passage, score in zip(passages, (0.9, 0.8), strict=True)),
            articles={"fees": FEES, "limits": LIMITS},
            relevance=lambda texts: [1.0] * len(texts),
            confidence=0.9,
            links_start_with="http://h",
        )
    )
    assert composed is not None
    return composed.answer


def test_a_question_for_two_things_joins_two_articles_one_number_each() -> None:
    reply = two("What are the fees and limits?")
    assert reply.text == "A withdrawal costs a fixed fee of 1 USDT. [1]\n\nYour limit depends on your level. [2]"
    assert [(citation.number, citation.article_id) for citation in reply.citations] == [(1, "fees"), (2, "limits")]


@pytest.mark.parametrize("question", ["What are the fees?", "What are the fees and the withdrawal costs?"])
def test_a_question_for_one_thing_stays_with_one_article(question: str) -> None:
    assert {citation.article_id for citation in two(question).citations} == {"fees"}


@settings(max_examples=150, deadline=None)
@given(body=markdown_bodies, question=st.text(max_size=40), platform=st.sampled_from(list(Platform)), numbers=st.data())
def test_any_article_gives_exact_quotes_once_each(
    body: str, question: str, platform: Platform, numbers: st.DataObject
) -> None:
    article = Article(id="a", title="A", body=body.strip("\n"))
    passages = split(article, LetterEncoder().count_tokens, 64)
    if not passages:
        return
    composed = COMPOSER.compose(
        Evidence(
            question=question,
            hits=tuple(Hit(passage, numbers.draw(st.floats(0, 1)), {}) for passage in passages),
            articles={"a": article},
            relevance=lambda texts: [numbers.draw(st.floats(0, 2)) for _ in texts],
            confidence=0.5,
            links_start_with="http://h",
            platform=platform,
        )
    )
    if composed is None:
        return
    spans = [(citation.start, citation.end) for citation in composed.answer.citations]
    assert len(set(spans)) == len(spans)
    for citation in composed.answer.citations:
        assert citation.quote == article.body[citation.start : citation.end]
        assert plain_text(citation.quote).strip()


BODY = "You can pay by card. The fee is 2 EUR.\n\n## How\n\n1. Open **Pay**.\n2. Choose a card.\n3. Confirm."


@pytest.mark.parametrize("question", ["How do I pay?", "What is the fee?"])
def test_what_rests_on_a_passage_that_was_changed_after_it_was_found_disappears(question: str) -> None:
    given = evidence(Article(id="pay", title="Pay", body=BODY), question)
    before = COMPOSER.compose(given)
    assert before is not None
    for place, hit in enumerate(given.hits):
        changed = replace(hit, passage=replace(hit.passage, text=hit.passage.text.replace("2", "9") + "x"))
        after = COMPOSER.compose(replace(given, hits=(*given.hits[:place], changed, *given.hits[place + 1 :])))
        here = hit.passage
        touched = [one for one in before.answer.citations if here.start < one.end and one.start < here.end]
        kept = {one.quote for one in after.answer.citations} if after else set()
        assert kept.isdisjoint(one.quote for one in touched)
    changed_body = {"pay": replace(given.articles["pay"], body=BODY.replace("2 EUR", "9 EUR").replace("card", "cord"))}
    assert COMPOSER.compose(replace(given, articles=changed_body)) is None
