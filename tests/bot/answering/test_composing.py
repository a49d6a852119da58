import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.citations import cite
from bot.answering.composing import compose, lay_out
from bot.answering.relevance import relevance_to
from bot.models import Answer, Hit
from knowledge.models import Article, Platform
from knowledge.rendering import render_html
from knowledge.splitting import split
from knowledge.structure import outline
from knowledge.units import units_of
from tests.bot.answering.conftest import Shelf
from tests.fakes import LetterEncoder
from tests.knowledge.markdowns import markdown_bodies


def answer(shelf: Shelf, question: str, platform: Platform = Platform.ANY) -> Answer:
    hits = shelf.find(question, platform)
    article = shelf.articles[hits[0].passage.article_id]
    relevance = relevance_to(shelf.question(question), shelf.encoder, shelf.indexes.texts)
    composed = compose(hits, article, question, relevance, confidence=0.9, links_start_with="http://help.example")
    assert composed is not None
    return composed


def without_footnotes(text: str) -> str:
    return re.sub(r" \[\d+\]", "", text)


def test_steps_of_the_platform_whole_and_in_order_with_the_warning_first(shelf: Shelf) -> None:
    reply = answer(shelf, "How do I change my email?", Platform.WEB)
    assert reply.text == (
        "> **Warning:** After you change your email address, withdrawals are paused for 24 hours. [1]\n\n"
        "1. Select the profile icon > **Security center**. [1]\n"
        "2. In the **Email** row, select **Change**. [1]\n\n"
        "> **Note:** Codes are valid for 10 minutes. [1]"
    )
    assert [action.label for action, _ in reply.actions] == ["Change email"]


def test_a_nested_list_stays_inside_its_step(shelf: Shelf) -> None:
    reply = answer(shelf, "How do I change my email?", Platform.APP)
    assert (
        "2. Tap **Change email** and type in the new address. [1]\n   - Use an address that you can open." in reply.text
    )


def test_a_table_keeps_its_head_and_rows(shelf: Shelf) -> None:
    reply = answer(shelf, "What does a withdrawal of USDT TRC20 cost?")
    assert "| Coin | Network | Fee |\n|---|---|---|\n" in reply.text
    assert "| USDT | TRC20 | 1.5 USDT [1] |" in reply.text


@pytest.mark.parametrize(
    "question", ["How do I change my email?", "What does a withdrawal cost?", "How do I freeze my account?"]
)
def test_every_quote_is_exact_and_shown(shelf: Shelf, question: str) -> None:
    reply = answer(shelf, question)
    shown = without_footnotes(reply.text)
    for citation in reply.citations:
        article = shelf.articles[citation.article_id]
        assert citation.quote == article.body[citation.start : citation.end]
        assert citation.quote in shown
        assert citation.url.startswith(f"http://help.example/help/{citation.article_id}")


def test_a_short_section_is_quoted_whole(shelf: Shelf) -> None:
    reply = answer(shelf, "Which address can no longer be used after the change?")
    assert without_footnotes(reply.text) == (
        "Your old email address can no longer be used to log in. Alerts go to the new email address only."
    )


def test_nothing_to_quote() -> None:
    article = Article(id="a", title="A", body="## Only a heading")
    passage = split(article, str.__len__, 256)[0]
    hit = Hit(passage, 1.0, {"dense": 1.0})
    assert compose([hit], article, "?", lambda texts: [1.0] * len(texts), confidence=1, links_start_with="") is None


@settings(max_examples=150, deadline=None)
@given(body=markdown_bodies, question=st.text(max_size=40), numbers=st.data())
def test_any_article_gives_exact_quotes_in_its_order(body: str, question: str, numbers: st.DataObject) -> None:
    article = Article(id="a", title="A", body=body.strip("\n"))
    passages = split(article, LetterEncoder().count_tokens, 64)
    if not passages:
        return
    hits = [Hit(passage, numbers.draw(st.floats(0, 1)), {"dense": 0.5}) for passage in passages]

    def relevance(texts: Sequence[str]) -> list[float]:
        return [numbers.draw(st.floats(0, 1)) for _ in texts]

    reply = compose(hits, article, question, relevance, confidence=0.5, links_start_with="http://h")
    if reply is None:
        return
    starts = [citation.start for citation in reply.citations]
    assert starts == sorted(starts)
    for citation in reply.citations:
        assert citation.quote == article.body[citation.start : citation.end]
        assert citation.quote.strip()


def laid_out(body: str) -> str:
    article = Article(id="a", title="A", body=body)
    units = [unit for block in outline(body) for unit in units_of(block, body)]
    return lay_out(article, units, [cite(article, unit.start, unit.end, 1, "") for unit in units])


def test_the_number_of_a_wrapped_sentence_stands_at_its_end() -> None:
    assert laid_out("The quick\nfox jumps. It\nrests.") == "The quick\nfox jumps. [1] It\nrests. [1]"
    assert laid_out("1. Open\n   the menu:\n   - one\n2. Close\n   it.\n\n   Wait.") == (
        "1. Open\n   the menu: [1]\n   - one\n2. Close\n   it. [1]\n\n   Wait."
    )
    assert laid_out("> **Note:** a\n> b.\n> - c") == "> **Note:** a\n> b. [1]\n> - c"


def test_what_is_nested_in_a_step_stays_in_it_under_a_wider_number() -> None:
    shown = laid_out("\n".join("1. step\n   - part" for _ in range(10)))
    assert shown.endswith("9. step [1]\n   - part\n10. step [1]\n    - part")
    assert render_html(shown).count("<ol") == 1
