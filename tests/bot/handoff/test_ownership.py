"""Who may speak, as a table: every event in every state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.ownership import Agent, Bot, is_reachable, may_send, transition
from bot.handoff.ownership_events import (
    AgentWrote,
    BotReplied,
    Claimed,
    Closed,
    CustomerWrote,
    Desk,
    Event,
    HandoffAsked,
    Released,
    Returned,
    TimedOut,
)
from bot.models import Effect, HandoffReason, Owner, Ownership

T0 = datetime(2026, 3, 4, 9, tzinfo=UTC)
T1 = T0 + timedelta(minutes=1)
T2 = T0 + timedelta(minutes=2)
ASKED = HandoffReason.USER_REQUEST

BOT = Ownership(owner=Owner.BOT, open_messages=1, waiting_since=T0, last_customer=5, last_number=5)
QUEUED = replace(BOT, owner=Owner.QUEUED, handoffs=1)
HUMAN = replace(QUEUED, owner=Owner.HUMAN, agent="ada", tenure=1)
RETURNED = replace(BOT, owner=Owner.RETURNED, tenure=2, handoffs=1)
CLOSED = replace(RETURNED, owner=Owner.CLOSED, open_messages=0, waiting_since=None)
STATES = {"bot": BOT, "queued": QUEUED, "human": HUMAN, "returned": RETURNED, "closed": CLOSED}

EVENTS: dict[str, Event] = {
    "customer": CustomerWrote(T1),
    "reply": BotReplied(T1, tenure=-1),
    "reply that calls": BotReplied(T1, tenure=-1, calls=HandoffReason.LOW_CONFIDENCE),
    "stale reply": BotReplied(T1, tenure=99),
    "asked": HandoffAsked(T1, ASKED),
    "ada claims": Claimed(T1, "ada"),
    "bo claims": Claimed(T1, "bo"),
    "ada releases": Released(T1, "ada"),
    "bo releases": Released(T1, "bo"),
    "ada writes": AgentWrote(T1, "ada"),
    "bo writes": AgentWrote(T1, "bo"),
    "desk writes": AgentWrote(T1, "desk", Desk(T1)),
    "ada returns": Returned(T1, "ada"),
    "bo returns": Returned(T1, "bo"),
    "customer returns": Returned(T1, None),
    "ada closes, having seen": Closed(T1, "ada", seen=5),
    "ada closes, not having seen": Closed(T1, "ada", seen=4),
    "bo closes, having seen": Closed(T1, "bo", seen=5),
    "desk closes": Closed(T1, "desk", desk=Desk(T1)),
    "customer closes": Closed(T1, None),
    "time-out": TimedOut(T1, since=T0),
    "late time-out": TimedOut(T1, since=T2),
}

# The owner afterwards ("-": refused, nothing changes) and the effects.
TABLE = {
    "customer": ("bot show ask_bot", "queued show forward ask_bot", "human show forward", "returned show ask_bot",
                 "returned show ask_bot"),
    "reply": ("bot show", "queued show", "- hold", "returned show", "- hold"),
    "reply that calls": ("queued show enqueue", "queued show", "- hold", "queued show enqueue", "- hold"),
    "stale reply": ("- hold", "- hold", "- hold", "- hold", "- hold"),
    "asked": ("queued enqueue acknowledge", "-", "-", "queued enqueue acknowledge", "queued enqueue acknowledge"),
    "ada claims": ("human", "human", "human", "human", "-"),
    "bo claims": ("human", "human", "-", "human", "-"),
    "ada releases": ("-", "-", "queued requeue", "-", "-"),
    "bo releases": ("-", "-", "-", "-", "-"),
    "ada writes": ("-", "-", "human show", "-", "-"),
    "bo writes": ("-", "-", "-", "-", "-"),
    "desk writes": ("human show", "human show", "- hold", "human show", "human show"),
    "ada returns": ("-", "returned ask_bot", "returned ask_bot", "-", "-"),
    "bo returns": ("-", "returned ask_bot", "-", "-", "-"),
    "customer returns": ("-", "returned ask_bot", "-", "-", "-"),
    "ada closes, having seen": ("-", "closed", "closed", "-", "closed"),
    "ada closes, not having seen": ("-", "-", "-", "-", "closed"),
    "bo closes, having seen": ("-", "closed", "-", "-", "closed"),
    "desk closes": ("-", "returned ask_bot", "-", "-", "closed"),
    "customer closes": ("closed", "closed", "closed", "closed", "closed"),
    "time-out": ("queued enqueue acknowledge", "queued remind still_waiting", "queued requeue",
                 "queued enqueue acknowledge", "-"),
    "late time-out": ("-", "-", "-", "-", "-"),
}  # fmt: skip


def in_tenure(event: Event, state: Ownership) -> Event:
    return replace(event, tenure=state.tenure) if isinstance(event, BotReplied) and event.tenure < 0 else event


def test_the_table_has_every_event_in_every_state() -> None:
    assert set(TABLE) == set(EVENTS)
    assert all(len(row) == len(STATES) for row in TABLE.values())
    assert set(STATES) == {owner.value for owner in Owner}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("owner", STATES)
def test_every_event_in_every_state(event: str, owner: str) -> None:
    state = STATES[owner]
    step = transition(state, in_tenure(EVENTS[event], state))
    after, *effects = TABLE[event][list(STATES).index(owner)].split()
    assert [effect.value for effect in step.effects] == effects
    if after == "-":
        assert step.state == state
        assert step.refusal and step.refusal.endswith(".")
    else:
        assert step.state.owner.value == after
        assert step.refusal is None
    assert is_reachable(step.state)
    assert step.state.last_number == state.last_number


def test_only_one_may_send_in_any_state() -> None:
    for state in STATES.values():
        speakers = [Bot(state.tenure), Agent("ada"), Agent("bo")]
        assert [may_send(each, state) for each in speakers].count(True) == (state.owner is not Owner.CLOSED)
        assert not may_send(Bot(state.tenure - 1), state)


def test_a_reply_that_was_begun_before_a_person_came_and_went_is_kept_back() -> None:
    taken = transition(BOT, Claimed(T0, "ada")).state
    back = transition(taken, Returned(T1, "ada")).state
    assert transition(back, BotReplied(T2, BOT.tenure)).effects == (Effect.HOLD,)
    assert transition(back, BotReplied(T2, back.tenure)).effects == (Effect.SHOW,)


def test_a_reply_that_was_begun_before_the_customer_pressed_the_button_is_shown() -> None:
    asked = transition(BOT, HandoffAsked(T1, ASKED)).state
    assert transition(asked, BotReplied(T2, BOT.tenure)).effects == (Effect.SHOW,)


def test_a_reply_to_what_a_person_has_answered_is_kept_back() -> None:
    assert transition(RETURNED, BotReplied(T1, RETURNED.tenure, still_open=False)).effects == (Effect.HOLD,)


def test_the_wait_ends_with_the_last_answer_and_not_before() -> None:
    two = transition(BOT, CustomerWrote(T1)).state
    assert (two.open_messages, two.waiting_since) == (2, T0)
    one = transition(two, BotReplied(T2, 0)).state
    assert (one.open_messages, one.waiting_since) == (1, T0)
    none = transition(one, BotReplied(T2, 0)).state
    assert (none.open_messages, none.waiting_since) == (0, None)


def test_an_answer_of_the_bot_does_not_end_the_wait_for_a_person() -> None:
    assert transition(QUEUED, BotReplied(T1, 0)).state.waiting_since == T0


@pytest.mark.parametrize(
    ("state", "event"),
    [(HUMAN, Returned(T1, "ada")), (QUEUED, Returned(T1, None)), (HUMAN, Closed(T1, "ada", seen=5)),
     (CLOSED, CustomerWrote(T1)), (CLOSED, HandoffAsked(T1, ASKED))],
)  # fmt: skip
def test_only_what_is_said_from_then_on_counts_for_the_bot(state: Ownership, event: Event) -> None:
    after = transition(state, event).state
    assert after.heard_from == state.last_number + 1
    assert after.tenure == state.tenure + 1


def test_a_claim_alone_changes_nothing_in_what_the_bot_has_heard() -> None:
    assert transition(QUEUED, Claimed(T1, "ada")).state.heard_from == QUEUED.heard_from


def test_who_claims_and_stays_silent_loses_the_floor_and_who_has_answered_does_not() -> None:
    claimed = transition(replace(QUEUED, open_messages=0), Claimed(T1, "ada")).state
    assert transition(claimed, TimedOut(T2, T1)).state.owner is Owner.QUEUED
    answered = transition(claimed, AgentWrote(T1, "ada")).state
    assert answered.waiting_since is None
    assert transition(answered, TimedOut(T2, T1)).refusal


def test_a_wait_in_the_queue_is_told_to_the_customer_once_and_to_the_desk_each_time() -> None:
    first = transition(QUEUED, TimedOut(T1, T0))
    second = transition(first.state, TimedOut(T2, T1))
    assert first.effects == (Effect.REMIND, Effect.STILL_WAITING)
    assert second.effects == (Effect.REMIND,)
    assert second.state.reminders == 2


def test_every_transfer_is_acknowledged_once() -> None:
    asked = transition(BOT, HandoffAsked(T0, ASKED))
    again = transition(asked.state, HandoffAsked(T1, ASKED))
    called = transition(asked.state, BotReplied(T1, 0, calls=ASKED))
    assert Effect.ACKNOWLEDGE in asked.effects
    assert again.effects == ()
    assert called.effects == (Effect.SHOW,)
    assert asked.reason is ASKED
    assert again.reason is called.reason is None


@pytest.mark.parametrize("kind", [Claimed, Released, Returned, Closed])
@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_what_a_desk_tells_late_or_of_an_earlier_handoff_changes_nothing(kind, state: Ownership) -> None:
    known = replace(state, desk_at=T1)
    for desk in (Desk(T0), Desk(T2, handoff=state.handoffs + 1)):
        step = transition(known, kind(T2, "desk", desk=desk))
        assert step.state == known
        assert step.refusal
        assert step.effects == ()


@pytest.mark.parametrize("state", [BOT, QUEUED, RETURNED, CLOSED], ids=lambda state: state.owner.value)
def test_a_desks_late_message_is_shown_and_takes_nothing(state: Ownership) -> None:
    known = replace(state, desk_at=T1)
    step = transition(known, AgentWrote(T2, "desk", Desk(T0)))
    assert step.effects == (Effect.SHOW, Effect.LATE)
    assert step.state == known


def test_a_desks_late_message_is_no_late_one_while_the_desk_has_the_floor() -> None:
    known = replace(HUMAN, agent="desk", desk_at=T1)
    step = transition(known, AgentWrote(T2, "desk", Desk(T0)))
    assert step.effects == (Effect.SHOW,)
    assert step.state.desk_at == T1


def test_the_desks_clock_follows_what_it_is_followed_in() -> None:
    claimed = transition(QUEUED, Claimed(T2, "desk", Desk(T1))).state
    assert claimed.desk_at == T1
    assert transition(claimed, Returned(T2, "desk", Desk(T2))).state.desk_at == T2
    assert transition(HUMAN, AgentWrote(T2, "desk", Desk(T2))).state.desk_at is None


def test_a_desk_that_closes_over_an_open_message_leaves_it_to_the_bot() -> None:
    desk = replace(HUMAN, agent="desk")
    step = transition(desk, Closed(T1, "desk", desk=Desk(T1)))
    assert (step.state.owner, step.effects) == (Owner.RETURNED, (Effect.ASK_BOT,))
    answered = replace(desk, open_messages=0, waiting_since=None)
    assert transition(answered, Closed(T1, "desk", desk=Desk(T1))).state.owner is Owner.CLOSED


def test_a_person_who_comes_unasked_begins_a_handoff() -> None:
    assert transition(BOT, Claimed(T1, "ada")).state.handoffs == BOT.handoffs + 1
    assert transition(QUEUED, Claimed(T1, "ada")).state.handoffs == QUEUED.handoffs


MOMENTS = st.sampled_from([T0, T1, T2])
NAMES = st.sampled_from(["ada", "bo", "desk"])
DESKS = st.none() | st.builds(Desk, MOMENTS, st.none() | st.integers(0, 3))
REASONS = st.none() | st.sampled_from(HandoffReason)
EVENT = st.one_of(
    st.builds(CustomerWrote, MOMENTS),
    st.builds(BotReplied, MOMENTS, st.integers(0, 6), st.just(True), REASONS),
    st.builds(HandoffAsked, MOMENTS, st.sampled_from(HandoffReason)),
    st.builds(Claimed, MOMENTS, NAMES, DESKS),
    st.builds(Released, MOMENTS, NAMES, DESKS),
    st.builds(AgentWrote, MOMENTS, NAMES, DESKS),
    st.builds(Returned, MOMENTS, NAMES | st.none(), DESKS),
    st.builds(Closed, MOMENTS, NAMES | st.none(), st.none() | st.integers(0, 9), DESKS),
    st.builds(TimedOut, MOMENTS, MOMENTS),
)


@given(st.lists(EVENT, max_size=20))
def test_no_order_of_events_leads_to_a_state_in_which_nobody_answers(events: list[Event]) -> None:
    state = Ownership()
    for event in events:
        open_now = state.open_messages > 0
        event = replace(event, still_open=open_now) if isinstance(event, BotReplied) else event
        step = transition(state, event)
        assert is_reachable(step.state)
        assert (step.state.agent is not None) == (step.state.owner is Owner.HUMAN)
        assert step.state.tenure >= state.tenure
        assert step.state == state or step.refusal is None
        assert not {Effect.SHOW, Effect.HOLD} <= set(step.effects)
        state = step.state
