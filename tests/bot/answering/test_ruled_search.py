"""Searches under rules, over letters instead of a model."""

from collections.abc import Callable, Collection
from dataclasses import replace

import pytest

from bot.answering.passage_rules import PINNED
from bot.answering.receipts import differences
from bot.answering.retrieval import search
from bot.answering.ruled_search import EditorsRules
from bot.assistant import Assistant
from bot.models import Answer, CustomerContext, Search
from bot.storage.passage_rules import PassageRule, RuleKind
from knowledge.models import Article, Passage, Platform
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, RANKING, Shelf
from tests.bot.answering.counting import CountingEncoder
from tests.bot.answering.rules import rule_for
from tests.bot.test_assistant import assistant_of
from tests.fakes import LetterEncoder

EMAIL = "How do I change my email?"


def searching_in(
    shelf: Shelf, text: str, candidates: int = 20
) -> tuple[Callable[[Collection[int]], Search], list[int]]:
    calls: list[int] = []

    def searching(also: Collection[int]) -> Search:
        calls.append(len(also))
        question = shelf.question(text)
        return search(shelf, question, RANKING, candidates=candidates, platform=Platform.ANY, also=also)

    return searching, calls


def ruled_by(*rules: PassageRule, encoder: LetterEncoder | None = None) -> EditorsRules:
    return EditorsRules(lambda: rules, encoder or LetterEncoder())


def passages_of(shelf: Shelf, article_id: str) -> list[Passage]:
    return sorted((shelf.passages[key] for key in shelf.passage_keys[article_id]), key=lambda each: each.start)


def test_without_rules_nothing_is_computed(shelf: Shelf) -> None:
    encoder = CountingEncoder()
    searching, calls = searching_in(shelf, EMAIL)
    plain = searching(())
    assert ruled_by(encoder=encoder).applied(searching, shelf.question(EMAIL), shelf) == plain
    assert calls == [0, 0] and encoder.encoded == []


def test_a_pin_brings_up_what_the_search_did_not_propose(shelf: Shelf) -> None:
    searching, calls = searching_in(shelf, EMAIL, candidates=1)
    found = {each.passage.id for each in searching(()).hits}
    missing = next(each for each in reversed(passages_of(shelf, "change-email")) if each.id not in found)
    encoder = CountingEncoder()
    rules = ruled_by(rule_for(missing, 1, EMAIL, kind=RuleKind.PIN), encoder=encoder)
    for _ in range(2):
        first = rules.applied(searching, shelf.question(EMAIL), shelf).hits[0]
        assert first.passage == missing and first.signals[PINNED] < 0
        assert first.signals["late"] > 0 and first.signals["dense"] > 0, "it is looked at as closely as the others"
    assert encoder.encoded == [EMAIL], "the rule's question is encoded once"
    assert calls == [0, 0, 1, 0, 1]


def test_a_pin_lifts_nothing_that_has_nothing_to_do_with_the_question(shelf: Shelf) -> None:
    searching, _ = searching_in(shelf, EMAIL, candidates=1)
    plain = searching(())
    stranger = passages_of(shelf, "trading-fees")[0]
    assert stranger.article_id not in {each.passage.article_id for each in plain.hits}
    rules = ruled_by(rule_for(stranger, 1, EMAIL, kind=RuleKind.PIN))
    assert rules.applied(searching, shelf.question(EMAIL), shelf) == plain
    elsewhere = ruled_by(rule_for(passages_of(shelf, "change-email")[1], 1, "What is KYC?", kind=RuleKind.PIN))
    assert elsewhere.applied(searching, shelf.question(EMAIL), shelf) == plain


def test_when_the_encoder_fails_words_decide(shelf: Shelf) -> None:
    searching, _ = searching_in(shelf, EMAIL)
    muted = searching(()).hits[0].passage
    rules = ruled_by(rule_for(muted, 1, "change email"), encoder=CountingEncoder(fails=True))
    assert muted not in [each.passage for each in rules.applied(searching, shelf.question(EMAIL), shelf).hits]


def under(assistant: Assistant, *rules: PassageRule) -> Assistant:
    return replace(assistant, rules=ruled_by(*rules))


@pytest.fixture(scope="module")
def email_shelf() -> Shelf:
    return Shelf((CHANGE_EMAIL, FEES))


def test_no_sentence_of_a_muted_passage_is_quoted_whatever_wins(email_shelf: Shelf) -> None:
    assistant = replace(assistant_of(email_shelf), answer_threshold=0.0)
    before = assistant.answer(EMAIL, CustomerContext())
    assert isinstance(before.reply, Answer) and "rules" not in before.trace and "rules" not in before.receipt
    own = passages_of(email_shelf, "change-email")
    for each in own:
        outcome = under(assistant, rule_for(each)).answer(EMAIL, CustomerContext())
        cited = outcome.reply.citations if isinstance(outcome.reply, Answer) else ()
        assert not [
            one for one in cited if one.article_id == each.article_id and one.start < each.end and each.start < one.end
        ]
        assert outcome.receipt["rules"] == [{"number": 1, "kind": "mute", "passages": [each.id]}]
        assert each.id not in {row["passage_id"] for row in outcome.trace["candidates"]}
    nothing = under(assistant, *(rule_for(each, at) for at, each in enumerate(own, start=1))).answer(
        EMAIL, CustomerContext()
    )
    assert not isinstance(nothing.reply, Answer) or "change-email" not in {
        one.article_id for one in nothing.reply.citations
    }


def test_a_list_of_steps_goes_as_a_whole() -> None:
    steps = "\n".join(
        f"{number}. Open page {number} and read every word on it with great care." for number in range(1, 60)
    )
    article = Article(id="steps", title="How do I read the pages?", body=f"Reading pages takes a while.\n\n{steps}")
    shelf = Shelf((article, FEES))
    parts = [each for each in passages_of(shelf, "steps") if "Open page" in each.text]
    assert len(parts) > 1
    assistant = replace(assistant_of(shelf), answer_threshold=0.0)
    outcome = under(assistant, rule_for(parts[-1])).answer("How do I read the pages?", CustomerContext())
    assert "Open page" not in outcome.reply.text


def test_a_pinned_passage_answers_and_its_rule_stands_in_the_trace(email_shelf: Shelf) -> None:
    assistant = replace(assistant_of(email_shelf), answer_threshold=0.0)
    first = assistant.answer(EMAIL, CustomerContext()).trace["candidates"][0]["passage_id"]
    pinned = next(each for each in passages_of(email_shelf, "change-email") if each.id != first)
    outcome = under(assistant, rule_for(pinned, 4, EMAIL, kind=RuleKind.PIN)).answer(EMAIL, CustomerContext())
    (told,) = outcome.trace["rules"]
    assert (told["number"], told["pins"], told["weighs"]) == (4, True, True)
    plain = assistant.answer(EMAIL, CustomerContext()).receipt
    assert "Rules of editors that hold for it now: 4." in differences(plain, outcome.receipt)
    assert "Rules of editors that do not hold for it any more: 4." in differences(outcome.receipt, plain)
    assert outcome.trace["candidates"][0]["passage_id"] == pinned.id
    assert outcome.trace["candidates"][0]["signals"][PINNED] < 0
    assert isinstance(outcome.reply, Answer)
