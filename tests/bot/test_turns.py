from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answering.confidence import ConfidenceModel
from bot.errors import EmptyMessage, MessageTooLong
from bot.models import Answer, CustomerContext, Handoff, HandoffReason, Notice, Owner
from bot.storage.conversations import authorised_conversation, start_conversation
from bot.storage.database import Database, open_database
from bot.storage.turns import turns_of
from bot.turns import Assistant, take_turn
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, Shelf

SEED_PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    shelf = Shelf((CHANGE_EMAIL, FEES))
    return Assistant(
        encoder=shelf.encoder,
        generation=lambda: shelf,
        confidence=ConfidenceModel(-8.0, {"coverage": 16.0}, "sure when every term of the question is found"),
        answer_threshold=0.9,
        question_characters=200,
        candidates=20,
        links_start_with="http://help.example",
        config_hash="abc",
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "footnote.db") as opened:
        yield opened


def test_an_answer_with_its_trace(assistant: Assistant) -> None:
    outcome = assistant.answer("How do I change my email?", CustomerContext())
    assert isinstance(outcome.reply, Answer)
    assert set(outcome.timings_ms) == {"encode", "search", "compose", "total"}
    assert outcome.trace["index_generation"] == 7 and outcome.trace["config_hash"] == "abc"
    assert outcome.trace["decision"] == {"kind": "answer", "reason": None, "confidence": 0.9997, "threshold": 0.9}
    first = outcome.trace["candidates"][0]
    assert first["article_id"] == "change-email" and set(first["signals"]) == {"dense", "lexical", "title"}


def test_nothing_good_enough_is_a_handoff(assistant: Assistant) -> None:
    reply = assistant.answer("Can I get a mortgage?", CustomerContext()).reply
    assert isinstance(reply, Handoff) and reply.reason is HandoffReason.LOW_CONFIDENCE


def test_asking_for_a_person_comes_before_the_search(assistant: Assistant) -> None:
    outcome = assistant.answer("I want to change my email, connect me with an agent", CustomerContext())
    assert isinstance(outcome.reply, Handoff) and outcome.reply.reason is HandoffReason.USER_REQUEST
    assert outcome.trace["candidates"] == []


@pytest.mark.parametrize(("text", "part"), [("hello", "automated"), ("thank you!", "welcome"), ("🤷 ?!", "no words")])
def test_notices(assistant: Assistant, text: str, part: str) -> None:
    reply = assistant.answer(text, CustomerContext()).reply
    assert isinstance(reply, Notice) and part in reply.text


def test_a_seed_phrase_is_masked_and_answered_with_a_warning(assistant: Assistant) -> None:
    outcome = assistant.answer(f"change my email, my phrase is {SEED_PHRASE}", CustomerContext())
    assert isinstance(outcome.reply, Handoff) and outcome.reply.reason is HandoffReason.SECRET_SEEN
    assert "a seed phrase" in outcome.reply.text
    assert "abandon" not in repr(outcome)


def test_a_card_number_is_masked_and_the_question_answered(assistant: Assistant) -> None:
    outcome = assistant.answer("What does a withdrawal cost? 4111 1111 1111 1111", CustomerContext())
    assert "4111" not in repr(outcome)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_question_is_refused(assistant: Assistant, text: str) -> None:
    with pytest.raises(EmptyMessage):
        assistant.answer(text, CustomerContext())


def test_a_long_question_is_refused_with_both_numbers(assistant: Assistant) -> None:
    with pytest.raises(MessageTooLong, match="201 characters; at most 200"):
        assistant.answer("x" * 201, CustomerContext())


def test_a_lone_surrogate_can_be_stored(assistant: Assistant, database: Database) -> None:
    conversation, _ = start_conversation(database, "site", CustomerContext(), datetime.now(UTC))
    assert "\ud800" not in take_turn(assistant, database, conversation, "change \ud800 email", "1").question


def test_a_turn_is_taken_once(assistant: Assistant, database: Database) -> None:
    conversation, token = start_conversation(database, "site", CustomerContext(), datetime.now(UTC))
    first = take_turn(assistant, database, conversation, "Can I get a mortgage?", "1")
    again = take_turn(assistant, database, conversation, "Something else", "1")
    assert again == first
    assert turns_of(database, conversation.id) == (first,)
    assert authorised_conversation(database, conversation.id, token).owner is Owner.QUEUED
    assert "timings_ms" in first.trace


def test_a_slower_turn_does_not_undo_a_handoff(assistant: Assistant, database: Database) -> None:
    read_before, token = start_conversation(database, "site", CustomerContext(), datetime.now(UTC))
    take_turn(assistant, database, read_before, "I want to talk to a human", "m1")
    take_turn(assistant, database, read_before, "How do I change my email?", "m2")
    assert authorised_conversation(database, read_before.id, token).owner is Owner.QUEUED


def test_nothing_found_is_a_handoff_at_any_threshold() -> None:
    empty = Shelf(())
    assistant = Assistant(
        encoder=empty.encoder,
        generation=lambda: empty,
        confidence=ConfidenceModel(-8.0, {}, ""),
        answer_threshold=0.0,
        question_characters=200,
        candidates=20,
        links_start_with="",
        config_hash="",
    )
    reply = assistant.answer("What are the fees?", CustomerContext()).reply
    assert isinstance(reply, Handoff) and reply.reason is HandoffReason.LOW_CONFIDENCE


def test_only_the_best_candidates_are_stored(
    assistant: Assistant, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turns.STORED_CANDIDATES", 1)
    conversation, _ = start_conversation(database, "site", CustomerContext(), datetime.now(UTC))
    turn = take_turn(assistant, database, conversation, "How do I change my email?", "1")
    assert [candidate["rank"] for candidate in turn.trace["candidates"]] == [1]
    assert len(assistant.answer("How do I change my email?", CustomerContext()).trace["candidates"]) > 1
