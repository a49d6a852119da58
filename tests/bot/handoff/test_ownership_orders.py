"""Thousands of random orders of events: one speaker at a time, nothing lost, nobody unreachable."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.handoff import ownership
from bot.handoff.ownership_events import (
    AgentWrote,
    BotReplied,
    Claimed,
    Closed,
    CustomerWrote,
    Event,
    Released,
    Returned,
    TimedOut,
)
from bot.models import Effect, Owner, Ownership, Step
from tests.bot.handoff import stores
from tests.bot.handoff.deliveries import BEGAN, run_order
from tests.bot.handoff.files import File
from tests.bot.handoff.stores import MemoryKeeper, StoredKeeper

Transition = Callable[[Ownership, Event], Step]
HAPPENS = {
    "AgentWrote done",
    "AgentWrote refused",
    "AgentWrote repeated",
    "Claimed done",
    "Claimed refused",
    "Claimed repeated",
    "Closed done",
    "Closed refused",
    "HandoffAsked done",
    "HandoffAsked refused",
    "Released done",
    "Released refused",
    "Returned done",
    "Returned refused",
    "TimedOut done",
    "TimedOut refused",
    "crash",
    "late message shown",
    "reply held",
    "reply shown",
}


def test_five_thousand_orders_in_memory() -> None:
    seen: Counter[str] = Counter()
    for seed in range(5000):
        seen += run_order(seed, MemoryKeeper()).seen
    rare = {name: seen[name] for name in HAPPENS if seen[name] < 50}
    assert not rare, f"these hardly happened, so they were hardly tested: {rare}"


def test_two_hundred_orders_on_sqlite_end_like_those_in_memory(file: File) -> None:
    for seed in range(200):
        stored = run_order(seed, StoredKeeper(file.database, BEGAN, file.reopened), (5, 20)).keeper
        told = run_order(seed, MemoryKeeper(), (5, 20)).keeper
        assert stored.state() == told.state()
        assert [_plain(entry) for entry in stored.log()] == [_plain(entry) for entry in told.log()]


def _plain(entry):
    return replace(entry, id="", conversation_id="", turn_id=None, reply=None)


def bot_speaks_over_people(state: Ownership, event: Event, really: Transition) -> Step:
    if isinstance(event, BotReplied) and event.still_open and state.owner is Owner.HUMAN:
        return replace(really(replace(state, owner=Owner.BOT), event), state=state, effects=(Effect.SHOW,))
    return really(state, event)


def bot_forgets_the_tenure(state: Ownership, event: Event, really: Transition) -> Step:
    return really(state, replace(event, tenure=state.tenure) if isinstance(event, BotReplied) else event)


def bot_answers_what_is_answered(state: Ownership, event: Event, really: Transition) -> Step:
    if isinstance(event, BotReplied) and state.owner in ownership.BOT_SPEAKS:
        return Step(replace(state, open_messages=max(0, state.open_messages - 1)), (Effect.SHOW,))
    return really(state, event)


def second_agent_claims_too(state: Ownership, event: Event, really: Transition) -> Step:
    if isinstance(event, AgentWrote) and state.owner is Owner.HUMAN:
        return Step(replace(state, open_messages=0, waiting_since=None), (Effect.SHOW,))
    return really(state, event)


def a_desks_message_is_refused(state: Ownership, event: Event, really: Transition) -> Step:
    step = really(state, event)
    return replace(step, effects=()) if isinstance(event, AgentWrote) and Effect.HOLD in step.effects else step


def a_late_message_is_dropped(state: Ownership, event: Event, really: Transition) -> Step:
    step = really(state, event)
    return replace(step, effects=()) if Effect.LATE in step.effects else step


def a_return_forgets_who_waits(state: Ownership, event: Event, really: Transition) -> Step:
    step = really(state, event)
    return replace(step, state=replace(step.state, waiting_since=None)) if isinstance(event, Returned) else step


def a_close_overlooks_the_newest_message(state: Ownership, event: Event, really: Transition) -> Step:
    step = really(state, event)
    if isinstance(event, Closed) and state.open_messages and step.state.owner is Owner.CLOSED:
        return replace(step, state=replace(step.state, open_messages=state.open_messages))
    return step


def the_queue_has_no_end(state: Ownership, event: Event, really: Transition) -> Step:
    return Step(state) if isinstance(event, TimedOut) and state.owner is Owner.QUEUED else really(state, event)


def a_silent_person_keeps_the_floor(state: Ownership, event: Event, really: Transition) -> Step:
    return Step(state) if isinstance(event, TimedOut) and state.owner is Owner.HUMAN else really(state, event)


def a_release_leads_nowhere(state: Ownership, event: Event, really: Transition) -> Step:
    step = really(state, event)
    if isinstance(event, Released) and not step.refusal:
        return replace(step, state=replace(step.state, waiting_since=None))
    return step


def a_closed_conversation_stays_closed(state: Ownership, event: Event, really: Transition) -> Step:
    return Step(state) if isinstance(event, CustomerWrote) and state.owner is Owner.CLOSED else really(state, event)


def a_claim_takes_from_others(state: Ownership, event: Event, really: Transition) -> Step:
    if isinstance(event, Claimed) and state.owner is Owner.HUMAN:
        return Step(replace(state, agent=event.agent, owner=Owner.BOT))
    return really(state, event)


@pytest.mark.parametrize(
    "mistake",
    [
        bot_speaks_over_people,
        bot_forgets_the_tenure,
        bot_answers_what_is_answered,
        second_agent_claims_too,
        a_desks_message_is_refused,
        a_late_message_is_dropped,
        a_return_forgets_who_waits,
        a_close_overlooks_the_newest_message,
        the_queue_has_no_end,
        a_silent_person_keeps_the_floor,
        a_release_leads_nowhere,
        a_closed_conversation_stays_closed,
        a_claim_takes_from_others,
    ],
    ids=lambda mistake: mistake.__name__,
)
def test_the_simulator_notices_a_mistake(mistake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "transition", lambda state, event: mistake(state, event, ownership.transition))
    with pytest.raises(AssertionError):
        for seed in range(1000):
            run_order(seed, MemoryKeeper())
