"""A question as an agent tries it: masked like a customer's before anything else is done with it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import RequestRefused
from bot.models import CustomerContext, Said
from bot.safety.redaction import redact
from knowledge.models import Platform

MOST_EARLIER = 20
"""Earlier messages that are read."""
MOST_LINES = 200
"""Questions of a list."""
BOT = "bot:"
"""How a line begins that the bot has said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialQuestion:
    """What is asked, from where, and after what: of `earlier` the customer's lines and those of the bot that were
    given. What the bot said to the others is found out when it is asked. `site` is a site's key or empty."""

    text: str
    context: CustomerContext
    site: str = ""
    earlier: tuple[Said, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "text": self.text,
            "platform": self.context.platform.value,
            "locale": self.context.locale,
            "site": self.site,
            "earlier": [{"role": said.role, "text": said.text} for said in self.earlier],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "TrialQuestion":
        """The question that `to_json` wrote."""
        return cls(
            text=row["text"],
            context=CustomerContext(platform=Platform(row["platform"]), locale=row["locale"]),
            site=row["site"],
            earlier=tuple(Said(role=said["role"], text=said["text"]) for said in row["earlier"]),
        )


def trial_question(text: str, context: CustomerContext, site: str = "", earlier: str = "") -> TrialQuestion:
    """A question with every secret in it masked; `earlier` are lines of text. RequestRefused for too many of them."""
    return TrialQuestion(text=redact(text).text, context=context, site=site, earlier=earlier_messages(earlier))


def earlier_messages(text: str) -> tuple[Said, ...]:
    """One message a line, oldest first, secrets masked: the bot's begin with `Bot:`, the others are the customer's."""
    lines = [line.strip() for line in redact(text).text.splitlines() if line.strip()]
    if len(lines) > MOST_EARLIER:
        raise RequestRefused(
            f"There are {len(lines)} earlier messages; at most {MOST_EARLIER} are read. Leave some out."
        )
    said = (
        Said(role="assistant", text=line[len(BOT) :].strip())
        if line.lower().startswith(BOT)
        else Said(role="user", text=line)
        for line in lines
    )
    return tuple(message for message in said if message.text)


def earlier_text(question: TrialQuestion) -> str:
    """The earlier messages as the lines that they were made of."""
    return "\n".join(f"Bot: {said.text}" if said.role == "assistant" else said.text for said in question.earlier)


def question_lines(text: str) -> tuple[str, ...]:
    """The questions of a list, one a line, secrets masked. RequestRefused for none and for too many."""
    lines = tuple(line.strip() for line in redact(text).text.splitlines() if line.strip())
    if not lines:
        raise RequestRefused("There is no question; write one, or several on lines of their own.")
    if len(lines) > MOST_LINES:
        raise RequestRefused(f"There are {len(lines)} questions; at most {MOST_LINES} are asked at once. Send fewer.")
    return lines
