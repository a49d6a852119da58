"""Who may speak: the owner of a conversation as a state machine. Pure: no clock, no storage, no randomness.

`transition` is total: every event is defined in every state, by what follows from it or by the sentence of a refusal.
Moments are the caller's; time-outs come as events that name the wait they are about, so a late one does nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.handoff.ownership_events import (
    AgentEvent,
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
from bot.models import Effect, HandoffReason, Moment, Owner, Ownership, Step

BOT_SPEAKS = frozenset({Owner.BOT, Owner.QUEUED, Owner.RETURNED})
"""The bot goes on answering while a customer waits for a person, and is silent from the claim on."""


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot with a reply that it began in this tenure."""

    tenure: int


@dataclass(frozen=True, slots=True)
class Agent:
    """A person, or a desk, by name."""

    name: str


def may_send(speaker: Bot | Agent, state: Ownership) -> bool:
    """Whether what the speaker has ready may be shown now. Ask it where the message is stored, in one transaction."""
    match speaker:
        case Bot(tenure):
            return state.owner in BOT_SPEAKS and tenure == state.tenure
        case Agent(name):
            return state.owner is Owner.HUMAN and name == state.agent


def is_reachable(state: Ownership) -> bool:
    """Whether somebody will act for a customer who waits: there is a wait that will time out, or nobody is waiting."""
    match state.owner:
        case Owner.QUEUED:
            return state.waiting_since is not None
        case Owner.CLOSED:
            return state.open_messages == 0
        case _:
            return state.open_messages == 0 or state.waiting_since is not None


def transition(state: Ownership, event: Event) -> Step:
    """What the event makes of the state. A refusal changes nothing and says why, for the one whose event it was."""
    match event:
        case CustomerWrote():
            return _customer_wrote(state, event)
        case BotReplied():
            return _bot_replied(state, event)
        case HandoffAsked():
            return _handoff_asked(state, event)
        case TimedOut():
            return _timed_out(state, event)
        case AgentWrote():
            return _noted(_agent_wrote(state, event), event.desk)
        case _:
            late = _is_late(state, event.desk)
            return _refused(state, _LATE) if late else _noted(_AGENT_EVENTS[type(event)](state, event), event.desk)


_LATE = "The desk told of this after something newer that it told; the newer holds."


def _customer_wrote(state: Ownership, event: CustomerWrote) -> Step:
    number = state.last_number + 1
    if state.owner is Owner.CLOSED:
        opened = _floor_to_bot(state, Owner.RETURNED)
        opened = replace(opened, open_messages=1, waiting_since=event.at, last_customer=number)
        return Step(opened, (Effect.SHOW, Effect.ASK_BOT))
    waits = replace(
        state,
        open_messages=state.open_messages + 1,
        waiting_since=state.waiting_since or event.at,
        last_customer=number,
    )
    if state.owner is Owner.HUMAN:
        return Step(waits, (Effect.SHOW, Effect.FORWARD))
    return Step(waits, (Effect.SHOW, *((Effect.FORWARD,) if state.owner is Owner.QUEUED else ()), Effect.ASK_BOT))


def _bot_replied(state: Ownership, event: BotReplied) -> Step:
    if not may_send(Bot(event.tenure), state):
        return Step(
            state, (Effect.HOLD,), "A person took over, or the conversation ended, while the bot was answering."
        )
    if not event.still_open:
        return Step(state, (Effect.HOLD,), "Somebody has answered this message already.")
    left = state.open_messages - 1
    waiting = state.waiting_since if left or state.owner is Owner.QUEUED else None
    answered = replace(state, open_messages=left, waiting_since=waiting)
    if event.calls is None or state.owner is Owner.QUEUED:
        return Step(answered, (Effect.SHOW,))
    return Step(_queued_anew(answered, event.at), (Effect.SHOW, Effect.ENQUEUE), reason=event.calls)


def _handoff_asked(state: Ownership, event: HandoffAsked) -> Step:
    match state.owner:
        case Owner.QUEUED:
            return _refused(state, "A person has been called already; the conversation waits for one.")
        case Owner.HUMAN:
            return _refused(state, "A person has this conversation already.")
        case Owner.CLOSED:
            state = _floor_to_bot(state, Owner.RETURNED)
    return Step(_queued_anew(state, event.at), (Effect.ENQUEUE, Effect.ACKNOWLEDGE), reason=event.reason)


def _timed_out(state: Ownership, event: TimedOut) -> Step:
    if state.waiting_since is None or state.waiting_since != event.since:
        return _refused(state, "That wait is over: somebody has acted since.")
    match state.owner:
        case Owner.QUEUED:
            told = () if state.reminders else (Effect.STILL_WAITING,)
            waits = replace(state, waiting_since=event.at, reminders=state.reminders + 1)
            return Step(waits, (Effect.REMIND, *told))
        case Owner.HUMAN:
            return Step(_queued_again(state, event.at), (Effect.REQUEUE,))
        case Owner.CLOSED:
            return _refused(state, "The conversation is closed; nobody waits in it.")
    called = (Effect.ENQUEUE, Effect.ACKNOWLEDGE)
    return Step(_queued_anew(state, event.at), called, reason=HandoffReason.POLICY)


def _claimed(state: Ownership, event: Claimed) -> Step:
    match state.owner:
        case Owner.HUMAN:
            return Step(state) if state.agent == event.agent else _refused(state, _other_has_it(state))
        case Owner.CLOSED:
            return _refused(state, "The conversation is closed; it opens again when the customer writes.")
    return _taken(state, event.agent, event.at)


def _released(state: Ownership, event: Released) -> Step:
    if not may_send(Agent(event.agent), state):
        return _refused(state, _not_yours(state, "put it back into the queue"))
    return Step(_queued_again(state, event.at), (Effect.REQUEUE,))


def _agent_wrote(state: Ownership, event: AgentWrote) -> Step:
    """An agent's message. What a desk's agent has sent cannot be called back, so it is shown or kept, never refused."""
    answered = replace(state, open_messages=0, waiting_since=None)
    if may_send(Agent(event.agent), state):
        return Step(answered, (Effect.SHOW,))
    if event.desk is None:
        return _refused(state, _not_yours(state, "write to the customer"))
    if state.owner is Owner.HUMAN:
        return Step(state, (Effect.HOLD,), _other_has_it(state))
    if _is_late(state, Desk(event.desk.at)):
        return Step(state, (Effect.SHOW, Effect.LATE))
    taken = _taken(state, event.agent, event.at)
    answered = replace(taken.state, open_messages=0, waiting_since=None)
    return replace(taken, state=answered, effects=(Effect.SHOW, *taken.effects))


def _returned(state: Ownership, event: Returned) -> Step:
    match state.owner:
        case Owner.BOT | Owner.RETURNED:
            return _refused(state, "The bot has this conversation already.")
        case Owner.CLOSED:
            return _refused(state, "The conversation is closed; it opens again when the customer writes.")
        case Owner.HUMAN if state.agent != event.agent:
            return _refused(state, _other_has_it(state))
    return _given_back(state, event.at)


def _closed(state: Ownership, event: Closed) -> Step:
    if state.owner is Owner.CLOSED:
        return Step(state)
    if event.agent is not None:
        if state.owner in (Owner.BOT, Owner.RETURNED):
            return _refused(state, "The bot has this conversation; claim it before you close it.")
        if state.owner is Owner.HUMAN and state.agent != event.agent:
            return _refused(state, _other_has_it(state))
        if state.open_messages and (event.seen is None or event.seen < state.last_customer):
            if event.desk is not None:
                return _given_back(state, event.at)
            return _refused(state, "The customer has written since you last looked; read that before you close it.")
    ended = replace(_floor_to_bot(state, Owner.CLOSED), open_messages=0, waiting_since=None)
    return Step(ended)


_AGENT_EVENTS: dict[type[AgentEvent], Callable[..., Step]] = {
    Claimed: _claimed,
    Released: _released,
    Returned: _returned,
    Closed: _closed,
}


def _floor_to_bot(state: Ownership, owner: Owner) -> Ownership:
    """A new tenure, in which only what is said from now on counts for the bot."""
    return replace(state, owner=owner, agent=None, tenure=state.tenure + 1, heard_from=state.last_number + 1)


def _given_back(state: Ownership, at: Moment) -> Step:
    waiting = at if state.open_messages else None
    returned = replace(_floor_to_bot(state, Owner.RETURNED), waiting_since=waiting)
    return Step(returned, (Effect.ASK_BOT,) if state.open_messages else ())


def _queued_anew(state: Ownership, at: Moment) -> Ownership:
    return replace(state, owner=Owner.QUEUED, agent=None, waiting_since=at, handoffs=state.handoffs + 1, reminders=0)


def _queued_again(state: Ownership, at: Moment) -> Ownership:
    return replace(state, owner=Owner.QUEUED, agent=None, tenure=state.tenure + 1, waiting_since=at)


def _taken(state: Ownership, agent: str, at: Moment) -> Step:
    taken = replace(state, owner=Owner.HUMAN, agent=agent, tenure=state.tenure + 1, waiting_since=at)
    if state.owner is Owner.QUEUED:
        return Step(taken)
    unasked = replace(taken, handoffs=state.handoffs + 1, reminders=0)
    return Step(unasked, reason=HandoffReason.POLICY)


def _is_late(state: Ownership, desk: Desk | None) -> bool:
    if desk is None:
        return False
    older = state.desk_at is not None and desk.at < state.desk_at
    return older or (desk.handoff is not None and desk.handoff != state.handoffs)


def _noted(step: Step, desk: Desk | None) -> Step:
    """The step with the desk's clock set to what was followed; what was refused or late leaves it."""
    state = step.state
    if desk is None or step.refusal or (state.desk_at is not None and desk.at <= state.desk_at):
        return step
    return replace(step, state=replace(state, desk_at=desk.at))


def _refused(state: Ownership, sentence: str) -> Step:
    return Step(state, (), sentence)


def _other_has_it(state: Ownership) -> str:
    return f"{state.agent} has this conversation; only one person speaks at a time."


def _not_yours(state: Ownership, wish: str) -> str:
    if state.owner is Owner.HUMAN:
        return _other_has_it(state)
    return f"Nobody has claimed this conversation (it is “{state.owner}”); claim it before you {wish}."
