from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Connection

from bot.errors import ConversationNotFound
from bot.handoff.ownership import transition
from bot.handoff.ownership_events import AgentWrote, Claimed, CustomerWrote, Desk, Event, HandoffAsked, TimedOut
from bot.models import CustomerContext, Effect, HandoffReason, Owner, Ownership, Speaker
from bot.storage.conversations import authorised_conversation, start_conversation
from bot.storage.database import Database
from bot.storage.messages import messages_after, open_messages
from bot.storage.ownership import Decide, Happening, Patience, Saying, act, overdue, ownership_of
from tests.bot.handoff.deliveries import BEGAN, run_order
from tests.bot.handoff.stores import PowerCut, StoredKeeper, power_cut_after

PATIENCE = Patience(bot=timedelta(minutes=1), queue=timedelta(minutes=2), human=timedelta(minutes=3))
ASKED = HandoffReason.USER_REQUEST


def on(event: Event) -> Decide:
    return lambda state: transition(state, event)


@pytest.fixture
def conversation(database: Database, now: datetime) -> str:
    return start_conversation(database, "site", CustomerContext(), now)[0].id


def write(database: Database, conversation: str, source_id: str, now: datetime) -> Happening:
    saying = Saying(speaker=Speaker.CUSTOMER, text=f"{source_id}?", source_id=source_id)
    return act(database, conversation, on(CustomerWrote(now)), now, saying=saying)


def test_a_conversation_begins_with_the_bot(database: Database, conversation: str) -> None:
    assert ownership_of(database, conversation) == Ownership()
    assert messages_after(database, conversation, to_customer=False) == ()


def test_state_message_handoff_and_notice_are_stored_together(database: Database, now: datetime) -> None:
    started, token = start_conversation(database, "site", CustomerContext(), now)
    write(database, started.id, "c1", now)
    notices = {Effect.ACKNOWLEDGE: "A colleague is coming."}
    happening = act(database, started.id, on(HandoffAsked(now, ASKED)), now, notices=notices)
    assert happening.after == ownership_of(database, started.id)
    assert happening.after.owner is Owner.QUEUED is authorised_conversation(database, started.id, token, now).owner
    assert happening.before.owner is Owner.BOT
    asked, change, notice = messages_after(database, started.id, to_customer=True)
    assert (asked.speaker, asked.text, asked.source_id, asked.answered) == (Speaker.CUSTOMER, "c1?", "c1", False)
    assert (change.owner, change.said_at) == (Owner.QUEUED, now)
    assert (notice.notice, notice.text) == (Effect.ACKNOWLEDGE, "A colleague is coming.")
    assert [asked.number, change.number, notice.number] == [1, 2, 3]
    assert happening.entries == (change, notice)
    assert open_messages(database, started.id) == (asked,)


def test_a_state_comes_back_as_it_was_stored(database: Database, conversation: str, now: datetime) -> None:
    write(database, conversation, "c1", now)
    act(database, conversation, on(HandoffAsked(now, ASKED)), now)
    act(database, conversation, on(Claimed(now, "desk", Desk(now - timedelta(seconds=1)))), now)
    assert ownership_of(database, conversation) == Ownership(
        owner=Owner.HUMAN,
        agent="desk",
        tenure=1,
        open_messages=1,
        waiting_since=now,
        handoffs=1,
        desk_at=now - timedelta(seconds=1),
        last_customer=1,
        last_number=4,
    )


def test_the_same_message_again_changes_nothing(database: Database, conversation: str, now: datetime) -> None:
    first = write(database, conversation, "c1", now)
    again = write(database, conversation, "c1", now + timedelta(hours=1))
    assert again.repeated
    assert again.entries == first.entries
    assert again.before == again.after == first.after
    assert len(messages_after(database, conversation, to_customer=False)) == 1


def test_one_id_from_two_speakers_is_two_messages(database: Database, conversation: str, now: datetime) -> None:
    write(database, conversation, "same", now)
    act(database, conversation, on(Claimed(now, "ada")), now)
    saying = Saying(speaker=Speaker.AGENT, text="Hello.", source_id="same", author="ada")
    happening = act(database, conversation, on(AgentWrote(now, "ada")), now, saying=saying)
    assert not happening.repeated
    assert messages_after(database, conversation, to_customer=False)[0].answered
    assert open_messages(database, conversation) == ()


def test_an_event_that_is_not_new_changes_nothing(database: Database, conversation: str, now: datetime) -> None:
    happening = act(database, conversation, on(Claimed(now, "ada")), now, is_new=lambda _connection: False)
    assert happening.repeated
    assert ownership_of(database, conversation) == Ownership()


def test_a_refusal_stores_nothing_and_says_why(database: Database, conversation: str, now: datetime) -> None:
    saying = Saying(speaker=Speaker.AGENT, text="Hello.", source_id="a1", author="ada")
    happening = act(database, conversation, on(AgentWrote(now, "ada")), now, saying=saying)
    assert happening.step.refusal is not None
    assert happening.entries == ()
    assert messages_after(database, conversation, to_customer=False) == ()


def test_what_is_kept_back_is_for_agents_only(database: Database, conversation: str, now: datetime) -> None:
    act(database, conversation, on(Claimed(now, "ada")), now)
    saying = Saying(speaker=Speaker.AGENT, text="From the desk.", source_id="d1", author="Jo at the desk")
    act(database, conversation, on(AgentWrote(now, "desk", Desk(now))), now, saying=saying)
    (change,) = messages_after(database, conversation, to_customer=True)
    assert change.owner is Owner.HUMAN
    kept = messages_after(database, conversation, to_customer=False)[-1]
    assert (kept.shown, kept.text, kept.author) == (False, "From the desk.", "Jo at the desk")


def test_work_in_the_same_transaction_falls_with_it(database: Database, conversation: str, now: datetime) -> None:
    def fail(_connection: Connection, happening: Happening) -> None:
        assert happening.after.owner is Owner.QUEUED
        raise RuntimeError("The outbox is broken.")

    with pytest.raises(RuntimeError, match="outbox"):
        act(database, conversation, on(HandoffAsked(now, ASKED)), now, also=fail)
    assert ownership_of(database, conversation) == Ownership()


def test_an_unknown_conversation_is_not_found(database: Database, now: datetime) -> None:
    with pytest.raises(ConversationNotFound):
        act(database, "nobody", on(CustomerWrote(now)), now)
    with pytest.raises(ConversationNotFound):
        ownership_of(database, "nobody")


def test_of_eight_agents_at_once_one_has_the_conversation(database: Database, conversation: str, now: datetime) -> None:
    act(database, conversation, on(HandoffAsked(now, ASKED)), now)
    start = Barrier(8)

    def claim(number: int) -> bool:
        start.wait()
        return act(database, conversation, on(Claimed(now, f"agent {number}")), now).step.refusal is None

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(claim, range(8)))
    assert won.count(True) == 1
    assert ownership_of(database, conversation).agent == f"agent {won.index(True)}"


def test_messages_from_eight_threads_have_numbers_without_a_gap(
    database: Database, conversation: str, now: datetime
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: write(database, conversation, f"c{number}", now), range(24)))
    assert [each.number for each in messages_after(database, conversation, to_customer=True)] == list(range(1, 25))
    assert ownership_of(database, conversation).open_messages == 24


def test_a_power_cut_at_any_statement_leaves_the_state_before(
    database: Database, conversation: str, now: datetime
) -> None:
    write(database, conversation, "c1", now)
    before = ownership_of(database, conversation)
    saying = Saying(speaker=Speaker.AGENT, text="Hello.", source_id="d1", author="desk")
    event = AgentWrote(now, "desk", Desk(now))
    for statements in range(12):
        with pytest.raises(PowerCut), power_cut_after(statements):
            act(database, conversation, on(event), now, saying=saying)
        assert ownership_of(database, conversation) == before
        assert len(messages_after(database, conversation, to_customer=False)) == 1
    assert act(database, conversation, on(event), now, saying=saying).after.owner is Owner.HUMAN


def test_who_waits_too_long_is_found_longest_first(database: Database, now: datetime) -> None:
    ids = [start_conversation(database, "site", CustomerContext(), now)[0].id for _ in range(4)]
    write(database, ids[0], "c", now + timedelta(seconds=30))
    act(database, ids[1], on(HandoffAsked(now, ASKED)), now)
    act(database, ids[2], on(Claimed(now, "ada")), now)
    at = now + timedelta(minutes=2)
    found = overdue(database, at, PATIENCE)
    assert found == ((ids[1], now), (ids[0], now + timedelta(seconds=30)))
    assert overdue(database, at, PATIENCE, most=1) == found[:1]
    assert overdue(database, now + timedelta(minutes=3), PATIENCE)[:2] == tuple(
        sorted((each, now) for each in ids[1:3])
    )
    for id_, since in found:
        act(database, id_, on(TimedOut(at, since)), at)
    assert overdue(database, at, PATIENCE) == ()
    assert ownership_of(database, ids[0]).owner is Owner.QUEUED
    assert ownership_of(database, ids[1]).reminders == 1


def test_a_team_that_is_away_is_told_again_less_and_less_often(database: Database, now: datetime) -> None:
    id_ = start_conversation(database, "site", CustomerContext(), now)[0].id
    act(database, id_, on(HandoffAsked(now, ASKED)), now)
    since, waits = now, []
    for minute in range(12 * 60):
        at = now + timedelta(minutes=minute)
        for _, began in overdue(database, at, PATIENCE):
            act(database, id_, on(TimedOut(at, began)), at)
            waits.append((at - since) // PATIENCE.queue)
            since = at
    assert waits[:7] == [1, 2, 4, 8, 16, 16, 16]
    assert len(waits) < 30


def test_orders_of_events(database: Database) -> None:
    for seed in range(900_000, 900_015):
        run_order(seed, StoredKeeper(database, BEGAN), (10, 30))
