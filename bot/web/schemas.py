"""The JSON of the HTTP interface, version 1: one class for each direction."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.models import HandoffReason, Owner
from knowledge.models import Platform


def well_formed(value: object) -> object:
    """Text that UTF-8 can hold: surrogate pairs joined, a lone one or a NUL as U+FFFD. Other values as they are."""
    if not isinstance(value, str):
        return value
    joined = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", "\N{REPLACEMENT CHARACTER}")


Text = Annotated[str, BeforeValidator(well_formed)]


class Wire(BaseModel):
    """What every body has in common: no field beside the named ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ContextIn(Wire):
    """Where the customer is."""

    platform: Platform = Field(default=Platform.ANY, description="Version of the product that the customer uses.")
    locale: str = Field(
        default="en",
        max_length=35,
        pattern=r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*$",
        description="Language tag, such as `en` or `pt-BR`.",
    )
    page_url: Text | None = Field(
        default=None, max_length=8192, description="The page that the conversation is opened from."
    )


class ConversationIn(Wire):
    """A conversation to open."""

    site_key: Text = Field(max_length=200, description="The site's public key: `data-site` of its pages.")
    context: ContextIn = Field(default=ContextIn(), description="Where the customer is.")
    identity_token: Text | None = Field(
        default=None, max_length=8192, description="Signed by the site's server for a customer who is logged in."
    )
    resume: bool = Field(
        default=False,
        strict=True,
        description="With an `identity_token`: give the newest conversation of this customer's back, if there is one "
        "of the last 30 days, rather than a new one. Without one it means nothing.",
    )


class ConversationOut(Wire):
    """A conversation that was opened."""

    conversation_id: str
    token: str = Field(description="Opens this conversation and no other: send it as `Authorization: Bearer …`.")


class IdentityIn(Wire):
    """Who the customer of an open conversation is."""

    identity_token: Text = Field(max_length=8192, description="Signed by the site's server for this customer.")


class MessageIn(Wire):
    """A customer's message."""

    text: Text = Field(description="The question.")
    client_message_id: str = Field(
        min_length=1,
        max_length=128,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="Made by the client, another one for each message. The same id again gets the stored answer again.",
    )


class CitationOut(Wire):
    """Where one sentence or step of an answer stands."""

    number: int = Field(description="Stands for an article; `[number]` in the text.")
    article_id: str
    title: str
    heading: str = Field(description="Headings above the quote, joined with ` › `.")
    url: str
    quote: str = Field(description="The article's Markdown from `start` to `end`, byte for byte.")
    start: int
    end: int
    updated_at: date | None


class ActionOut(Wire):
    """A self-service tool of a cited article."""

    label: str
    url: str
    article_id: str


class ReplyOut(Wire):
    """What the bot says."""

    kind: Literal["answer", "clarify", "handoff", "notice"]
    text: str = Field(description="CommonMark.")
    citations: tuple[CitationOut, ...] = Field(description="One for each cited sentence or step; only of an `answer`.")
    actions: tuple[ActionOut, ...]
    confidence: float = Field(ge=0, le=1)
    reason: HandoffReason | None = Field(description="Why a person is called; only of a `handoff`.")
    options: tuple[str, ...] = Field(description="2–4 choices; only of a `clarify`.")


_ASKS_CONTACT = "Whether to ask for an e-mail address now: the customer waits for a person, and nobody may be there."


class MessageOut(Wire):
    """What became of a message."""

    message_id: str
    reply: ReplyOut | None = Field(description="null while a person owns the conversation.")
    owner: Owner = Field(description="Who may speak from now on.")
    asks_contact: bool = Field(description=_ASKS_CONTACT)


class SaidOut(Wire):
    """Something that was said."""

    type: Literal["message"]
    number: int = Field(description="Rises within a conversation; the id of the live event.")
    at: datetime
    message_id: str
    client_message_id: str | None = Field(
        description="The id that its sender gave it; of the bot's, that of the message that it answers."
    )
    author: Literal["customer", "bot", "agent"]
    name: str | None = Field(description="The agent's name, as customers read it.")
    text: str = Field(description="The customer's with secrets masked; the bot's is that of its reply.")
    reply: ReplyOut | None = Field(description="Only of the bot.")


class OwnerChangeOut(Wire):
    """Somebody else may speak from here on."""

    type: Literal["owner"]
    number: int
    at: datetime
    owner: Owner
    agent_name: str | None = Field(description="Who has it, when it is `human`.")


class NoticeOut(Wire):
    """What the customer is told by nobody in particular."""

    type: Literal["notice"]
    number: int
    at: datetime
    kind: Literal["acknowledge", "still_waiting"]
    text: str


EntryOut = Annotated[SaidOut | OwnerChangeOut | NoticeOut, Field(discriminator="type")]


class TranscriptMessageOut(Wire):
    """A message of the customer's, and what the bot replied to it."""

    message_id: str
    client_message_id: str
    text: str = Field(description="The question as it is stored: secrets are masked.")
    reply: ReplyOut | None = Field(description="null where a person answers, or nobody has yet.")
    asked_at: datetime


class TranscriptOut(Wire):
    """A conversation, first to last."""

    conversation_id: str
    owner: Owner
    asks_contact: bool = Field(description=_ASKS_CONTACT)
    started_at: datetime
    entries: tuple[EntryOut, ...] = Field(
        description="Everything that was said and every change of the owner, in order: the live events go on from here."
    )
    messages: tuple[TranscriptMessageOut, ...] = Field(description="The customer's messages alone, with the replies.")


class HandoffIn(Wire):
    """A wish for a person."""

    contact: Text | None = Field(
        default=None, max_length=1000, description="An e-mail address, for when the customer is no longer here."
    )
    note: Text | None = Field(
        default=None, max_length=2000, description="What the person should know; secrets are masked."
    )


class FeedbackIn(Wire):
    """What the customer thinks of a reply."""

    rating: Literal["up", "down"]
    comment: Text | None = Field(default=None, max_length=2000, description="Why; secrets are masked.")


class OutcomeOut(Wire):
    """What became of a wish."""

    owner: Owner = Field(description="Who may speak from now on.")
    asks_contact: bool = Field(description=_ASKS_CONTACT)
    entries: tuple[EntryOut, ...] = Field(
        description="What the conversation's log has got by it; the live events bring the same under the same numbers."
    )


class TypingIn(Wire):
    """Whether the customer is typing."""

    on: bool = Field(strict=True, description="Sent again every three seconds as long as it lasts.")


class DeskEventOut(Wire):
    """What became of a help desk's webhook."""

    taken: bool = Field(description="False: it is about no conversation here, or came before. Nothing is to be done.")


class HealthOut(Wire):
    """A probe's good news."""

    status: Literal["alive", "ready"]
    index_generation: int | None = Field(
        default=None, description="The index that questions are answered from; of `ready`."
    )
    calibration: Literal["none", "valid", "stale"] | None = Field(
        default=None,
        description="Whether the confidence that answers need was calibrated for this index and configuration; of "
        "`ready`. With a stale calibration the stricter of its threshold and the setting counts.",
    )


class ErrorDetail(Wire):
    """What went wrong."""

    code: str = Field(description="snake_case, for programs.")
    message: str = Field(description="One sentence, for people.")


class ErrorOut(Wire):
    """The shape of every error."""

    error: ErrorDetail
