from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answering.confidence import ConfidenceModel
from bot.answering.ranking import SIGNALS
from bot.answering.spellings import Spellings
from bot.errors import EmptyMessage, MessageTooLong
from bot.models import Answer, CustomerContext, Handoff, HandoffReason, Notice, Owner
from bot.storage.conversations import authorised_conversation, start_conversation
from bot.storage.database import Database, open_database
from bot.storage.turns import turns_of
from bot.turns import Assistant, take_turn
from embeddings.encoders import Encoding
from embeddings.errors import EncoderError
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, RANKING, Shelf
from tests.fakes import LetterEncoder, TokenlessEncoder

SEED_PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"


def assistant_of(shelf: Shelf) -> Assistant:
    return Assistant(
        encoder=shelf.encoder,
        generation=lambda: shelf,
        spellings=shelf.spellings,
        ranking=RANKING,
        confidence=ConfidenceModel(-8.0, {"coverage": 16.0}, "sure when every term of the question is found"),
        answer_threshold=0.9,
        question_characters=200,
        candidates=20,
        links_start_with="http://help.example",
        config_hash="abc",
    )


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return assistant_of(Shelf((CHANGE_EMAIL, FEES)))


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
    assert first["article_id"] == "change-email" and set(first["signals"]) == set(SIGNALS)
    assert set(outcome.trace["weights"]) == set(SIGNALS)
    assert (outcome.trace["corrections"], outcome.trace["lesser_modes"]) == ({}, [])


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
    assistant = replace(
        assistant_of(Shelf(())), confidence=ConfidenceModel(-8.0, {}, ""), answer_threshold=0.0, links_start_with=""
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


def test_a_misspelt_question_is_answered_and_the_trace_says_what_was_searched(assistant: Assistant) -> None:
    strict = replace(assistant, spellings=Spellings(lambda word: False))
    outcome = strict.answer("How do I cahnge my emial?", CustomerContext())
    assert isinstance(outcome.reply, Answer)
    assert outcome.question == outcome.trace["question"] == "How do I cahnge my emial?"
    assert outcome.trace["rewritten_question"] == "How do I change my email?"
    assert outcome.trace["corrections"] == {"cahnge": "change", "emial": "email"}


def test_a_search_takes_the_same_way(assistant: Assistant) -> None:
    strict = replace(assistant, spellings=Spellings(lambda word: False))
    question = "How do I cahnge my emial?"
    hits = strict.search(question, CustomerContext())
    told = strict.answer(question, CustomerContext()).trace["candidates"]
    assert [hit.passage.id for hit in hits] == [candidate["passage_id"] for candidate in told]


def test_without_token_vectors_it_answers_and_the_trace_says_so() -> None:
    lesser = Shelf((CHANGE_EMAIL, FEES), TokenlessEncoder())
    outcome = assistant_of(lesser).answer("How do I change my email?", CustomerContext())
    assert isinstance(outcome.reply, Answer)
    assert outcome.trace["candidates"][0]["article_id"] == "change-email"
    assert "no token vectors" in outcome.trace["lesser_modes"][0]
    assert "late" not in outcome.trace["weights"]


def test_when_the_encoder_fails_words_answer_and_the_trace_says_so(assistant: Assistant) -> None:
    class Broken(LetterEncoder):
        def encode_queries(self, texts: Sequence[str]) -> Encoding:
            raise EncoderError("The model is damaged.")

    broken = replace(assistant, encoder=Broken())
    outcome = broken.answer("How do I change my email?", CustomerContext())
    assert isinstance(outcome.reply, Answer)
    assert outcome.reply.citations[0].article_id == "change-email"
    assert outcome.trace["lesser_modes"] == ["Only words and codes were searched. The model is damaged."]
    unknown = broken.answer("zzz qqq", CustomerContext())
    assert isinstance(unknown.reply, Handoff) and unknown.trace["weights"] == {}
