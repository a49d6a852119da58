from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from bot.errors import ConversationNotFound
from bot.handoff.ownership import transition
from bot.handoff.ownership_events import BotReplied, CustomerWrote, HandoffAsked
from bot.models import CustomerContext, Effect, HandoffReason, Owner, Ownership, Step, Turn
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.feedback import Feedback, ReplyNotFound, feedback_of, rate_reply, thumbs_down
from bot.storage.ownership import Happening, ownership_of
from bot.storage.turns import receive_message, send_reply


@pytest.fixture
def conversation(database: Database, now: datetime) -> str:
    return start_conversation(database, "site", CustomerContext(), now)[0].id


def answered(database: Database, conversation: str, source_id: str, now: datetime) -> str:
    """A message with its reply; the turn's id."""
    receive_message(database, conversation, source_id, "Why?", now, lambda state: transition(state, CustomerWrote(now)))
    turn = Turn(
        id="to be given",
        conversation_id=conversation,
        client_message_id=source_id,
        question="Why?",
        reply={"kind": "notice", "text": "So."},
        trace={},
        asked_at=now,
    )
    return send_reply(
        database, turn, lambda state, _open: transition(state, BotReplied(now, state.tenure)), now
    ).turn.id


def nothing_follows(_state: Ownership, _thumbs_down: int) -> None:
    return None


def test_the_last_thumb_counts(database: Database, conversation: str, now: datetime) -> None:
    turn = answered(database, conversation, "c1", now)
    later = now + timedelta(minutes=1)
    assert rate_reply(database, conversation, turn, True, "Nice.", now, nothing_follows) is None
    assert rate_reply(database, conversation, turn, False, "", later, nothing_follows) is None
    expected = Feedback(turn_id=turn, up=False, comment="", rated_at=later)
    assert feedback_of(database, conversation) == {turn: expected}


def test_what_is_held_for_bad_is_counted_from_a_number_on(database: Database, conversation: str, now: datetime) -> None:
    other = start_conversation(database, "site", CustomerContext(), now)[0].id
    counted: list[int] = []

    def count(_state: Ownership, thumbs: int) -> None:
        counted.append(thumbs)

    for source_id, up in (("c1", False), ("c2", True), ("c3", False)):
        turn = answered(database, conversation, source_id, now)
        rate_reply(database, conversation, turn, up, "", now, count)
    rate_reply(database, other, answered(database, other, "c1", now), False, "", now, count)
    assert counted == [1, 1, 2, 1]
    with database.read() as connection:
        assert [thumbs_down(connection, conversation, number) for number in (1, 2, 5, 6)] == [2, 1, 1, 0]


def test_what_follows_is_stored_with_the_thumb_or_not_at_all(
    database: Database, conversation: str, now: datetime
) -> None:
    turn = answered(database, conversation, "c1", now)

    def call(state: Ownership, _thumbs: int) -> Step:
        return transition(state, HandoffAsked(now, HandoffReason.NEGATIVE_FEEDBACK))

    def fail(_connection: Connection, happening: Happening) -> None:
        assert happening.after.owner is Owner.QUEUED
        raise RuntimeError("The outbox is broken.")

    with pytest.raises(RuntimeError, match="outbox"):
        rate_reply(database, conversation, turn, False, "", now, call, also=fail)
    assert feedback_of(database, conversation) == {}
    assert ownership_of(database, conversation).owner is Owner.BOT
    happening = rate_reply(database, conversation, turn, False, "", now, call, {Effect.ACKNOWLEDGE: "Called."})
    assert happening is not None
    assert happening.entries[-1].text == "Called."
    assert happening.after == ownership_of(database, conversation)


def test_a_reply_of_nobody_is_not_found(database: Database, conversation: str, now: datetime) -> None:
    turn = answered(database, conversation, "c1", now)
    with pytest.raises(ReplyNotFound):
        rate_reply(database, conversation, "nothing", True, "", now, nothing_follows)
    with pytest.raises(ConversationNotFound):
        rate_reply(database, "nobody", turn, True, "", now, nothing_follows)
