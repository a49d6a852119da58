"""What can happen to a conversation that bears on who may speak in it. Pure."""

from dataclasses import dataclass

from bot.models import HandoffReason, Moment


@dataclass(frozen=True, slots=True)
class Desk:
    """Marks an event that a help desk told by webhook: when it happened on the desk's clock, and in which handoff."""

    at: Moment
    handoff: int | None = None


@dataclass(frozen=True, slots=True)
class CustomerWrote:
    """The customer sent a message."""

    at: Moment


@dataclass(frozen=True, slots=True)
class BotReplied:
    """The bot's reply to one message is ready. `tenure` is the one in which it was begun, `still_open` whether nobody
    has answered that message meanwhile, `calls` why the reply calls a person."""

    at: Moment
    tenure: int
    still_open: bool = True
    calls: HandoffReason | None = None


@dataclass(frozen=True, slots=True)
class HandoffAsked:
    """A person is called other than by a reply: the customer's button, feedback, a policy."""

    at: Moment
    reason: HandoffReason


@dataclass(frozen=True, slots=True)
class Claimed:
    """An agent takes the conversation."""

    at: Moment
    agent: str
    desk: Desk | None = None


@dataclass(frozen=True, slots=True)
class Released:
    """An agent puts the conversation back into the queue."""

    at: Moment
    agent: str
    desk: Desk | None = None


@dataclass(frozen=True, slots=True)
class AgentWrote:
    """An agent sent a message to the customer. One from a desk claims the conversation where nobody else has it."""

    at: Moment
    agent: str
    desk: Desk | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """An agent gives the conversation back to the bot; without an agent, the customer no longer wants to wait."""

    at: Moment
    agent: str | None
    desk: Desk | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """An agent, or without one the customer, ends the conversation. `seen` is the newest entry the agent has read."""

    at: Moment
    agent: str | None
    seen: int | None = None
    desk: Desk | None = None


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The wait that began at `since` has lasted too long."""

    at: Moment
    since: Moment


AgentEvent = Claimed | Released | AgentWrote | Returned | Closed
Event = CustomerWrote | BotReplied | HandoffAsked | AgentEvent | TimedOut
