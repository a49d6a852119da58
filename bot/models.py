"""The words of the house: what a question becomes on its way to a stored turn. Light: loads neither torch nor faiss."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from bot.roles import Role
from knowledge.models import Action, Passage, Platform


class Owner(StrEnum):
    """Who may speak to the customer."""

    BOT = "bot"
    QUEUED = "queued"
    HUMAN = "human"
    RETURNED = "returned"
    CLOSED = "closed"


Moment = datetime
"""A point in time: an aware datetime, in UTC once it is stored."""


class Speaker(StrEnum):
    """Whose an entry of a conversation's log is; `system` tells of changes of the owner and says what nobody says."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class HandoffReason(StrEnum):
    """Why a person is called."""

    USER_REQUEST = "user_request"
    LOW_CONFIDENCE = "low_confidence"
    SENSITIVE_TOPIC = "sensitive_topic"
    SECRET_SEEN = "secret_seen"  # noqa: S105
    LOOP = "loop"
    NEGATIVE_FEEDBACK = "negative_feedback"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its fused score and the signals it was made of (each by name, before weighting)."""

    passage: Passage
    score: float
    signals: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a question was searched as, in which generation, and what was found, best first. `weights` are what each
    signal counted, `corrections` misspelt words with what was searched instead, `lesser_modes` a sentence for each part
    that failed, `confidence_signals` what the confidence is made of, `rules` editors' rules, `withheld` how much the
    question belongs to those that only internal articles answer, 0–1."""

    text: str
    generation: int
    hits: tuple[Hit, ...]
    weights: Mapping[str, float]
    corrections: tuple[tuple[str, str], ...] = ()
    lesser_modes: tuple[str, ...] = ()
    confidence_signals: Mapping[str, float] = field(default_factory=dict)
    rules: tuple[Mapping[str, Any], ...] = ()
    withheld: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where one sentence or step stands: `quote == article.body[start:end]`; `number` stands for the article."""

    number: int
    article_id: str
    title: str
    heading: str
    url: str
    quote: str
    start: int
    end: int
    updated_at: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A cited answer. One without a citation cannot be built."""

    text: str
    citations: tuple[Citation, ...]
    actions: tuple[tuple[Action, str], ...] = ()
    """Each self-service action with the id of the article that offers it."""
    confidence: float
    kind: Literal["answer"] = field(default="answer", init=False)

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError("An answer needs at least one citation; give a Handoff or a Notice instead.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """A question back, with 2–4 choices."""

    text: str
    options: tuple[str, ...]
    confidence: float
    kind: Literal["clarify"] = field(default="clarify", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """A person takes over, and why."""

    text: str
    reason: HandoffReason
    confidence: float
    kind: Literal["handoff"] = field(default="handoff", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Small talk, an acknowledgement or a warning; never counts as answered."""

    text: str
    confidence: float
    kind: Literal["notice"] = field(default="notice", init=False)


Reply = Answer | Clarify | Handoff | Notice


@dataclass(frozen=True, slots=True)
class CustomerContext:
    """What is known of where the customer is."""

    platform: Platform = Platform.ANY
    locale: str = "en"
    page_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An earlier message of a conversation, oldest first in a history. Of the assistant's also what kind of reply it
    was and which articles it cited, best first, where that is known."""

    role: Literal["user", "assistant"]
    text: str
    kind: str | None = None
    article_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question (redacted) and its reply, as stored."""

    id: str
    conversation_id: str
    client_message_id: str
    question: str
    reply: Mapping[str, Any] | None
    """The reply as JSON values in the form of `footnote ask --json`; None while a human owns the conversation."""
    trace: Mapping[str, Any]
    asked_at: datetime
    receipt: Mapping[str, Any] | None = None
    """What the reply rests on (bot/answering/receipts.py); None of a turn without a reply and of older ones."""
    suggestion: Mapping[str, Any] | None = None
    """A reply that came too late to be shown, because a person had taken over: kept for that person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a customer is, as the site has signed it (bot/safety/identity_tokens.py); `subject` is the site's own id."""

    subject: str
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A customer's conversation and who may speak in it."""

    id: str
    site_key: str
    context: CustomerContext
    owner: Owner
    started_at: datetime
    contact: str | None = None
    """An e-mail address that the customer gave (bot/handoff/contacts.py), not verified."""
    note: str = ""
    """What the customer wants a person to know, secrets masked."""
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who answers customers. `name` signs in and stands in the log; customers read `display_name`."""

    name: str
    display_name: str
    role: Role = Role.AGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Who may speak in a conversation, and who waits for whom. Read by `bot/handoff/ownership.py`, which alone decides
    what becomes of it."""

    owner: Owner = Owner.BOT
    agent: str | None = None
    """The person, or the desk, that has claimed it; None unless the owner is `human`."""
    tenure: int = 0
    """Raised whenever the floor passes to a person, leaves one, or a conversation ends or begins anew: a reply of the
    bot that was begun in an earlier tenure is not shown."""
    open_messages: int = 0
    """The customer's messages that nobody has answered."""
    waiting_since: Moment | None = None
    """Since when somebody has to act; None when nobody has to."""
    handoffs: int = 0
    """How many times a person was called or came; the number of the present or last handoff."""
    reminders: int = 0
    """How many times this handoff has waited longer than the queue's patience."""
    desk_at: Moment | None = None
    """The newest moment, on the desk's own clock, of what the desk told and was followed."""
    heard_from: int = 1
    """The log's entries from this number on count for the bot."""
    last_customer: int = 0
    """The number of the customer's newest message."""
    last_number: int = 0
    """The number of the newest entry of the log. Kept by the storage."""


class Effect(StrEnum):
    """What follows from an event besides the new state."""

    SHOW = "show"
    """The message is shown to the other side."""
    HOLD = "hold"
    """The message is kept for the agents and not shown to the customer."""
    LATE = "late"
    """With `show`: it was said while its agent had the floor, and arrives afterwards."""
    ASK_BOT = "ask_bot"
    """There are open messages, and the bot is to answer them."""
    FORWARD = "forward"
    """The customer's message goes on to whoever has been called."""
    ENQUEUE = "enqueue"
    """A person is called: a new handoff, to be delivered."""
    REQUEUE = "requeue"
    """The handoff waits for a person again: to be delivered as news."""
    ACKNOWLEDGE = "acknowledge"
    """The customer is told that a person has been called, where the bot's reply does not say so."""
    REMIND = "remind"
    """Nobody has come for a while: the desk is told again."""
    STILL_WAITING = "still_waiting"
    """The customer is told once that nobody has come yet, and asked for a contact."""


@dataclass(frozen=True, slots=True)
class Step:
    """The state after an event, its effects, a refusal's sentence (nothing has changed then), why a handoff began."""

    state: Ownership
    effects: tuple[Effect, ...] = ()
    refusal: str | None = None
    reason: HandoffReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An entry of a conversation's log: something said, a change of the owner, or a notice. Numbers rise by one within
    a conversation and become visible in that order, so the last one seen is all that is needed to go on reading."""

    id: str
    conversation_id: str
    number: int
    speaker: Speaker
    text: str
    said_at: Moment
    author: str | None = None
    """The agent, or the desk, that wrote it."""
    source_id: str | None = None
    """The sender's own id of it; the same id from the same speaker is the same message."""
    turn_id: str | None = None
    reply: Mapping[str, Any] | None = None
    """Of the bot: the reply, in the form of `footnote ask --json`."""
    owner: Owner | None = None
    """Of a change of the owner: who has it from here on."""
    notice: Effect | None = None
    """Of a notice: which one."""
    shown: bool = True
    """Whether the customer sees it."""
    late: bool = False
    answered: bool = False
    """Of the customer: whether somebody has answered it, or the conversation was closed with it."""
