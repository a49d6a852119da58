from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.models import CustomerContext
from bot.trials.differences import Change, differences, sentences_of
from bot.trials.question import trial_question
from bot.trials.run import Run, try_question
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, Shelf
from tests.bot.test_assistant import assistant_of

AT = datetime(2026, 11, 22, tzinfo=UTC)
COST = "What does a withdrawal of USDT cost?"


def tried(shelf: Shelf, text: str = COST) -> Run:
    return try_question(assistant_of(shelf), trial_question(text, CustomerContext()), AT)


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf((CHANGE_EMAIL, FEES))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. [1] Two. [1]", ("One.", "Two.")),
        ("1. Open **Menu**. [1]\n2. Select *Pay*. [2]", ("Open Menu.", "Select Pay.")),
        ("| A | B |\n|---|---|\n| 1 | 2 [1] |", ("A B", "1 2")),
        (r"In \[1\] brackets.", ("In [1] brackets.",)),
        ("", ()),
    ],
)
def test_sentences_are_told_without_marks(text, sentences) -> None:
    assert sentences_of(text) == sentences


def test_nothing_is_otherwise_on_the_same_index(shelf) -> None:
    found = differences(tried(shelf), tried(shelf))
    assert found.same_reply and found.words == () and found.circumstances == ()
    assert (found.kind, found.top_article, found.confidence) == (None, None, None)
    assert found.to_json()["changed"] == []


def test_a_changed_article_changes_its_sentences(shelf) -> None:
    dearer = Shelf((CHANGE_EMAIL, replace(FEES, body=FEES.body.replace("1.5 USDT", "1.9 USDT"))))
    found = differences(tried(shelf), tried(dearer))
    assert not found.same_reply and found.words == ("other sentences",)
    assert any("1.9" in each for each in found.sentences_added)
    assert any("1.5" in each for each in found.sentences_removed)
    assert any("has changed" in sentence for sentence in found.circumstances)


def test_an_article_that_is_gone_changes_everything(shelf) -> None:
    then, now = tried(shelf), tried(Shelf((CHANGE_EMAIL,)))
    found = differences(then, now)
    assert found.kind == Change("answer", "handoff (low_confidence)")
    assert found.words[0] == "answer → handoff (low_confidence)"
    assert found.top_article is not None and found.top_article.then.endswith(f"[{FEES.id}]")
    assert found.citations_removed and not found.citations_added


def test_what_is_said_twice_counts_twice(shelf) -> None:
    run = tried(shelf)
    once = replace(run, reply={**run.reply, "text": "Pay. Wait."})
    twice = replace(run, reply={**run.reply, "text": "Pay. Wait. Pay."})
    assert differences(once, twice).sentences_added == ("Pay.",)
    assert differences(twice, once).sentences_removed == ("Pay.",)
