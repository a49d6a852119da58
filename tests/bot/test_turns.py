from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.models import CustomerContext, Owner
from bot.storage.conversations import authorised_conversation, start_conversation
from bot.storage.database import Database, open_database
from bot.storage.turns import turns_of
from bot.turns import take_turn
from tests.bot.answering.conftest import CHANGE_EMAIL, FEES, Shelf
from tests.bot.test_assistant import assistant_of


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return assistant_of(Shelf((CHANGE_EMAIL, FEES)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "footnote.db") as opened:
        yield opened


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


def test_only_the_best_candidates_are_stored(
    assistant: Assistant, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turns.STORED_CANDIDATES", 1)
    conversation, _ = start_conversation(database, "site", CustomerContext(), datetime.now(UTC))
    turn = take_turn(assistant, database, conversation, "How do I change my email?", "1")
    assert [candidate["rank"] for candidate in turn.trace["candidates"]] == [1]
    assert len(assistant.answer("How do I change my email?", CustomerContext()).trace["candidates"]) > 1
