from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import RequestRefused
from bot.improving.proposals import (
    Correction,
    articles_named,
    check_suggestion,
    correction_proposal,
    decision_on,
    proposal_of,
)
from bot.models import CustomerContext, Said, Turn
from bot.storage.feedback import Feedback
from bot.storage.proposed_cases import CaseQuote, CaseSource, CaseState, Expectation, ProposedCase
from knowledge.models import Article, Audience, Platform

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WEB = CustomerContext(platform=Platform.WEB, locale="es")
HISTORY = (Said(role="user", text="hello"),)
CITED = ({"article_id": "fees", "quote": "It costs 1 USDT."}, {"article_id": "fees", "quote": "It costs 1 USDT."})
ARTICLES = {
    "fees": Article(id="fees", title="Fees", body="It costs 1 USDT. It is slow.", url="https://help.example/a/12-fees"),
    "inside": Article(id="inside", title="Inside", body="Secret.", audience=Audience.INTERNAL),
}


def turn(kind: str = "answer", reason: str | None = None, **values: Any) -> Turn:
    cited = list(CITED) if kind == "answer" else []
    found = [{"article_id": id_} for id_ in ("limits", "fees", "limits", "a", "b", "c", "d")]
    usual = Turn(
        id="t1",
        conversation_id="c1",
        client_message_id="m1",
        question="What does it cost?",
        reply={"kind": kind, "reason": reason, "text": "So.", "citations": cited},
        trace={"candidates": found},
        asked_at=NOW,
        receipt={"platform": "app", "locale": "en"},
    )
    return replace(usual, **values)


def thumb(up: bool = False) -> Feedback:
    return Feedback(turn_id="t1", up=up, comment="That is not it.", rated_at=NOW)


def case(suggestion: Expectation | None = None) -> ProposedCase:
    proposal = proposal_of(turn(), WEB, thumb=thumb())
    assert proposal is not None
    return ProposedCase(
        number=3, proposal=replace(proposal, suggestion=suggestion), state=CaseState.PROPOSED, proposed_at=NOW
    )


@pytest.mark.parametrize(
    ("asked", "rated", "source", "expects"),
    [
        (turn(), None, None, None),
        (turn(), thumb(up=True), None, None),
        (turn(), thumb(), CaseSource.THUMB, None),
        (turn("clarify"), None, None, None),
        (turn("clarify"), thumb(), CaseSource.THUMB, None),
        (turn("handoff", "low_confidence"), None, CaseSource.HANDOFF, "handoff"),
        (turn("handoff", "loop"), thumb(up=True), CaseSource.HANDOFF, "handoff"),
        (turn("handoff", "low_confidence"), thumb(), CaseSource.THUMB, None),
        (turn("handoff", "user_request"), None, None, None),
        (turn("handoff", "secret_seen"), None, None, None),
        (turn(reply=None), thumb(), None, None),
    ],
)
def test_which_turns_are_proposed(
    asked: Turn, rated: Feedback | None, source: CaseSource | None, expects: str | None
) -> None:
    found = proposal_of(asked, WEB, HISTORY, rated)
    assert (found.source if found else None) == source
    assert (found.suggestion.expect if found and found.suggestion else None) == expects


def test_a_proposal_holds_what_was_asked_and_replied() -> None:
    found = proposal_of(turn(), WEB, HISTORY, thumb())
    assert found is not None
    assert (found.question, found.history, found.comment) == ("What does it cost?", HISTORY, "That is not it.")
    assert (found.platform, found.locale) == (Platform.APP, "en"), "those that the reply was made for"
    assert (found.replied.kind, found.replied.articles) == ("answer", ("fees",))
    assert found.found == ("limits", "fees", "a", "b", "c")
    older = proposal_of(turn(receipt=None), WEB, (), thumb())
    assert older is not None and (older.platform, older.locale) == (Platform.WEB, "es")
    good = proposal_of(turn("handoff", "loop"), WEB, (), thumb(up=True))
    assert good is not None and good.comment == ""


def test_an_article_that_an_agent_named_is_suggested() -> None:
    for asked, rated in ((turn(), thumb()), (turn("handoff", "low_confidence"), None)):
        found = proposal_of(asked, WEB, (), rated, named=("fees",))
        assert found is not None and found.suggestion is not None
        assert (found.suggestion.expect, found.suggestion.articles) == ("answer", ("fees",))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("See https://help.example/a/12-fees.", ("fees",)),
        ("See [this](https://help.example/a/12-fees#:~:text=It) and /help/fees", ("fees",)),
        ("http://127.0.0.1:8000/help/fees?x=1, please", ("fees",)),
        ("https://help.example/a/12-fees-2 /help/inside fees", ()),
        ("", ()),
    ],
)
def test_articles_are_known_by_their_addresses(text: str, ids: tuple[str, ...]) -> None:
    assert articles_named(["Hello!", text], ARTICLES) == ids


def test_corrections() -> None:
    right = correction_proposal(turn(), WEB, (), Correction(right=True), "ada")
    assert right.suggestion is not None and right.by == "ada" and right.source is CaseSource.CORRECTION
    assert right.suggestion.articles == ("fees",)
    assert right.suggestion.quotes == (CaseQuote("fees", "It costs 1 USDT."),)
    asked_back = correction_proposal(turn("clarify"), WEB, (), Correction(right=True), "ada")
    assert asked_back.suggestion is not None and asked_back.suggestion.expect == "clarify"
    wrong = Correction(right=False, article="fees", quote="It is slow.", note="Not the price.")
    named = correction_proposal(turn(), WEB, (), wrong, "ada")
    assert named.suggestion is not None and named.comment == "Not the price."
    assert named.suggestion.quotes == (CaseQuote("fees", "It is slow."),)
    assert correction_proposal(turn(), WEB, (), Correction(right=False), None).suggestion is None


@pytest.mark.parametrize(
    ("asked", "correction", "words"),
    [
        (turn(reply=None), Correction(right=True), "did not reply"),
        (turn(), Correction(right=True, article="fees"), "needs no other article"),
        (turn(), Correction(right=False, quote="It is slow."), "without its article"),
    ],
)
def test_corrections_that_mean_nothing(asked: Turn, correction: Correction, words: str) -> None:
    with pytest.raises(RequestRefused, match=words):
        correction_proposal(asked, WEB, (), correction, "ada")


def test_a_person_decides_or_takes_what_is_suggested() -> None:
    suggested = Expectation(expect="answer", articles=("fees",), because="An agent.")
    assert decision_on(case(suggested), ARTICLES) == suggested
    assert decision_on(case(suggested), ARTICLES, "handoff") == Expectation(expect="handoff")
    quote = CaseQuote("fees", "It is slow.")
    assert decision_on(case(), ARTICLES, None, (), (quote,)) == Expectation(
        expect="answer", articles=("fees",), quotes=(quote,)
    )
    assert decision_on(case(), ARTICLES, "clarify", ("fees",)).articles == ("fees",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((), "Nothing says what case 3 should have been"),
        (("answer",), "no article that gives it is named"),
        (("shrug",), "must be one of answer, clarify, handoff, notice"),
        ((None, ("none",)), "no article 'none' in the index"),
        ((None, ("inside",)), "is internal"),
        ((None, (), (CaseQuote("fees", "It is free."),)), "does not say 'It is free.'"),
        ((None, (), (CaseQuote("fees", ""),)), "does not say"),
        (("notice", ("fees",)), "leave the articles out"),
    ],
)
def test_what_cannot_be_decided(given: tuple[Any, ...], words: str) -> None:
    with pytest.raises(RequestRefused, match=words):
        decision_on(case(), ARTICLES, *given)


def test_a_suggestion_must_stand_in_an_article_for_customers() -> None:
    right = CaseQuote("fees", "It costs 1 USDT.")
    check_suggestion(Expectation(expect="answer", articles=("fees",), quotes=(right,)), ARTICLES)
    with pytest.raises(RequestRefused, match="does not say 'It costs"):
        wrong = CaseQuote("fees", "It costs 1 usdt.")
        check_suggestion(Expectation(expect="answer", articles=("fees",), quotes=(wrong,)), ARTICLES)
    with pytest.raises(RequestRefused, match="'inside' is internal"):
        check_suggestion(Expectation(expect="answer", articles=("inside",)), ARTICLES)
