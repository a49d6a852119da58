"""The words of the house: what a question becomes on its way to a stored turn. Light: loads neither torch nor faiss."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from knowledge.models import Action, Passage, Platform


class Owner(StrEnum):
    """Who may speak to the customer."""

    BOT = "bot"
    QUEUED = "queued"
    HUMAN = "human"
    RETURNED = "returned"
    CLOSED = "closed"


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
    """What a question was searched as, in which index generation, and what was found, best first.

    `weights` are what each signal counted, `corrections` misspelt words with what was searched instead; `lesser_modes`
    has a sentence for each part of the search that failed.
    """

    text: str
    generation: int
    hits: tuple[Hit, ...]
    weights: Mapping[str, float]
    corrections: tuple[tuple[str, str], ...] = ()
    lesser_modes: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A customer's conversation and who may speak in it."""

    id: str
    site_key: str
    context: CustomerContext
    owner: Owner
    started_at: datetime
