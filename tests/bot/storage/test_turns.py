from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.errors import ConversationNotFound
from bot.handoff.ownership import transition
from bot.handoff.ownership_events import BotReplied, Claimed, CustomerWrote, Returned
from bot.models import CustomerContext, Effect, HandoffReason, Owner, Ownership, Speaker, Step, Turn
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.messages import messages_after
from bot.storage.ownership import Saying, act
from bot.storage.turns import (
    Received,
    Sent,
    find_turn,
    last_receipts,
    last_turns,
    receive_message,
    send_reply,
    turn_of,
    turns_of,
)


def turn(conversation_id: str, number: int, now: datetime) -> Turn:
    return Turn(
        id=f"t{number}",
        conversation_id=conversation_id,
        client_message_id=f"m{number}",
        question=f"Question {number}? “ü” 🙂 '; DROP TABLE turns; --",
        reply={"kind": "notice", "text": "Hello", "citations": [], "confidence": 0.25, "reason": None},
        trace={"candidates": [{"id": "a", "score": 1.5}], "timings_ms": {"total": 9.0}},
        asked_at=now,
    )


def stored(database: Database, turn: Turn) -> Turn:
    """The turn once its message was received and its reply was sent."""
    id_, now = turn.conversation_id, turn.asked_at
    saying = Saying(speaker=Speaker.CUSTOMER, text=turn.question, source_id=turn.client_message_id, id=turn.id)
    act(database, id_, lambda state: transition(state, CustomerWrote(now)), now, saying=saying)
    return send_reply(
        database, turn, lambda state, still_open: transition(state, BotReplied(now, state.tenure, still_open)), now
    ).turn


@pytest.fixture
def conversation(database: Database, now: datetime) -> tuple[str, str]:
    started, token = start_conversation(database, "site", CustomerContext(), now)
    return started.id, token


def test_a_turn_comes_back_as_it_was(database: Database, conversation: tuple[str, str], now: datetime) -> None:
    first = turn(conversation[0], 1, now)
    assert find_turn(database, conversation[0], "m1") is None
    assert stored(database, first) == first
    assert find_turn(database, conversation[0], "m1") == first
    assert turns_of(database, conversation[0]) == (first,)


def test_no_reply_is_none_and_not_null_in_json(
    database: Database, conversation: tuple[str, str], now: datetime
) -> None:
    act(database, conversation[0], lambda state: transition(state, Claimed(now, "ada")), now)
    silent = stored(database, replace(turn(conversation[0], 1, now), trace={}))
    assert turns_of(database, conversation[0]) == (silent,)
    assert silent.reply is None
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM turns WHERE reply IS NULL").scalar_one() == 1


def test_turns_keep_their_order_whatever_the_clock_says(
    database: Database, conversation: tuple[str, str], now: datetime
) -> None:
    turns = [turn(conversation[0], number, now - timedelta(hours=number)) for number in (3, 1, 2)]
    for each in turns:
        stored(database, each)
    assert list(turns_of(database, conversation[0])) == turns


def test_eight_messages_from_eight_threads_are_eight_turns(
    database: Database, conversation: tuple[str, str], now: datetime
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: stored(database, turn(conversation[0], number, now)), range(8)))
    assert {each.id for each in turns_of(database, conversation[0])} == {f"t{number}" for number in range(8)}
    with database.read() as connection:
        positions = connection.exec_driver_sql("SELECT position FROM turns ORDER BY position").scalars().all()
    assert positions == list(range(1, 9))


def test_one_message_id_in_two_conversations_is_two_turns(
    database: Database, conversation: tuple[str, str], now: datetime
) -> None:
    other, _ = start_conversation(database, "site", CustomerContext(), now)
    stored(database, turn(conversation[0], 1, now))
    stored(database, replace(turn(other.id, 1, now), id="t2"))
    assert [len(turns_of(database, each)) for each in (conversation[0], other.id)] == [1, 1]


def test_an_unknown_conversation_has_no_turns(database: Database) -> None:
    assert turns_of(database, "nobody") == ()
    assert find_turn(database, "nobody", "m1") is None


def test_a_turn_is_found_by_its_id(database: Database, conversation: tuple[str, str], now: datetime) -> None:
    first = stored(database, turn(conversation[0], 1, now))
    assert turn_of(database, "t1") == first
    assert turn_of(database, "m1") is turn_of(database, "'; --") is None


def test_the_last_turns_of_a_conversation(database: Database, conversation: tuple[str, str], now: datetime) -> None:
    turns = [stored(database, turn(conversation[0], number, now)) for number in range(5)]
    other, _ = start_conversation(database, "site", CustomerContext(), now)
    stored(database, turn(other.id, 9, now))
    assert last_turns(database, conversation[0], 3) == tuple(turns[2:])
    assert last_turns(database, conversation[0], 9) == tuple(turns)
    assert last_turns(database, conversation[0], 2, before="t3") == tuple(turns[1:3])
    assert last_turns(database, conversation[0], 2, before="t0") == ()
    assert last_turns(database, conversation[0], 2, before="t9") == ()
    assert last_turns(database, "nobody", 2) == last_turns(database, conversation[0], 0) == ()


@pytest.fixture
def spoken(database: Database, conversation: tuple[str, str], now: datetime) -> str:
    receive(database, conversation[0], 1, now)
    return conversation[0]


def receive(database: Database, conversation_id: str, number: int, now: datetime) -> Received:
    def decide(state: Ownership) -> Step:
        return transition(state, CustomerWrote(now))

    return receive_message(database, conversation_id, f"m{number}", f"Question {number}?", now, decide)


def send(database: Database, conversation_id: str, number: int, tenure: int, now: datetime) -> Sent:
    return send_reply(
        database,
        turn(conversation_id, number, now),
        lambda state, still_open: transition(state, BotReplied(now, tenure, still_open)),
        now,
    )


def test_a_message_is_stored_before_anything_is_made_of_it(
    database: Database, conversation: tuple[str, str], now: datetime
) -> None:
    received = receive(database, conversation[0], 1, now)
    assert (received.message.text, received.message.source_id) == ("Question 1?", "m1")
    assert received.ownership.open_messages == 1
    assert received.turn is None
    again = receive(database, conversation[0], 1, now)
    assert again == replace(received, happening=again.happening)
    assert again.happening is not None and again.happening.repeated


def test_a_reply_is_shown_once_under_the_messages_id(database: Database, spoken: str, now: datetime) -> None:
    sent = send(database, spoken, 1, 0, now)
    asked, reply = messages_after(database, spoken, to_customer=True)
    assert sent.turn == replace(turn(spoken, 1, now), id=asked.id) == turn_of(database, asked.id)
    assert (reply.turn_id, reply.reply, asked.answered) == (asked.id, sent.turn.reply, True)
    assert sent.ownership.open_messages == 0
    assert send(database, spoken, 1, 0, now) == replace(sent, happening=None)
    assert len(messages_after(database, spoken, to_customer=False)) == 2
    assert receive(database, spoken, 1, now).turn == sent.turn


def test_a_reply_that_is_ready_after_a_claim_is_kept_for_the_agent(
    database: Database, spoken: str, now: datetime
) -> None:
    act(database, spoken, lambda state: transition(state, Claimed(now, "ada")), now)
    sent = send(database, spoken, 1, 0, now)
    assert sent.turn.reply is None
    assert sent.turn.suggestion == turn(spoken, 1, now).reply
    assert sent.ownership.owner is Owner.HUMAN
    assert [each.speaker for each in messages_after(database, spoken, to_customer=True)] == ["customer", "system"]
    kept = messages_after(database, spoken, to_customer=False)[-1]
    assert (kept.speaker, kept.shown, kept.reply) == ("bot", False, sent.turn.suggestion)
    assert receive(database, spoken, 1, now).turn == sent.turn


def test_an_open_message_may_be_answered_anew_after_a_return(database: Database, spoken: str, now: datetime) -> None:
    act(database, spoken, lambda state: transition(state, Claimed(now, "ada")), now)
    kept = send(database, spoken, 1, 0, now).turn
    returned = act(database, spoken, lambda state: transition(state, Returned(now, "ada")), now)
    assert Effect.ASK_BOT in returned.step.effects
    sent = send(database, spoken, 1, returned.after.tenure, now)
    assert sent.turn.reply == sent.turn.suggestion == kept.suggestion
    assert turns_of(database, spoken) == (sent.turn,)
    assert sent.ownership.open_messages == 0


def test_only_what_was_said_since_the_return_counts(database: Database, spoken: str, now: datetime) -> None:
    send(database, spoken, 1, 0, now)
    act(database, spoken, lambda state: transition(state, Claimed(now, "ada")), now)
    returned = act(database, spoken, lambda state: transition(state, Returned(now, "ada")), now).after
    assert len(last_turns(database, spoken, 9)) == 1
    assert last_turns(database, spoken, 9, heard_from=returned.heard_from) == ()
    receive(database, spoken, 2, now)
    second = send(database, spoken, 2, returned.tenure, now).turn
    assert last_turns(database, spoken, 9, heard_from=returned.heard_from) == (second,)


def test_a_reply_that_was_said_since_the_return_counts(database: Database, spoken: str, now: datetime) -> None:
    act(database, spoken, lambda state: transition(state, Claimed(now, "ada")), now)
    send(database, spoken, 1, 0, now)
    returned = act(database, spoken, lambda state: transition(state, Returned(now, "ada")), now).after
    assert last_turns(database, spoken, 9, heard_from=returned.heard_from) == ()
    answered = send(database, spoken, 1, returned.tenure, now).turn
    assert last_turns(database, spoken, 9, heard_from=returned.heard_from) == (answered,)


def test_a_reply_is_worded_for_who_may_speak_by_then(database: Database, spoken: str, now: datetime) -> None:
    def worded(said: Turn, state: Ownership) -> Turn:
        return replace(said, reply={"text": f"{state.owner} {state.handoffs}"})

    def sent(number: int) -> Sent:
        return send_reply(
            database,
            turn(spoken, number, now),
            lambda state, still_open: transition(
                state, BotReplied(now, 0, still_open, calls=HandoffReason.USER_REQUEST)
            ),
            now,
            worded=worded,
        )

    assert sent(1).turn.reply == {"text": "bot 0"}
    receive(database, spoken, 2, now)
    assert sent(2).turn.reply == {"text": "queued 1"}
    assert [each.reply for each in turns_of(database, spoken)] == [{"text": "bot 0"}, {"text": "queued 1"}]
    receive(database, spoken, 3, now)
    act(database, spoken, lambda state: transition(state, Claimed(now, "ada")), now)
    assert sent(3).turn.suggestion == turn(spoken, 3, now).reply, "what is held is not worded"


def test_a_reply_needs_a_message(database: Database, conversation: tuple[str, str], now: datetime) -> None:
    with pytest.raises(LookupError, match="'m1' was not received"):
        send(database, conversation[0], 1, 0, now)
    with pytest.raises(ConversationNotFound):
        send(database, "nobody", 1, 0, now)


def test_of_eight_replies_to_one_message_one_is_shown(database: Database, spoken: str, now: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: send(database, spoken, 1, 0, now), range(8)))
    assert len({each.turn.id for each in sent}) == 1
    assert [each.speaker for each in messages_after(database, spoken, to_customer=True)] == ["customer", "bot"]


def test_what_the_last_replies_rest_on(database: Database, spoken: str, now: datetime) -> None:
    for number, receipt in enumerate(({"config": "1"}, None, {"config": "3"}), start=2):
        begun = receive(database, spoken, number, now).ownership
        told = replace(turn(spoken, number, now), receipt=receipt)
        send_reply(database, told, lambda state, _open, b=begun: transition(state, BotReplied(now, b.tenure)), now)
    with database.read() as connection:
        assert last_receipts(connection, spoken, 9) == ({"config": "3"}, {"config": "1"})
        assert last_receipts(connection, spoken, 1) == ({"config": "3"},)
        assert last_receipts(connection, "nobody", 1) == ()
