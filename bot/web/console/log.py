"""From the entries of a conversation's log to what an agent reads. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from bot.models import Effect, Message, Moment, Owner, Speaker
from bot.storage.feedback import Feedback
from bot.web.console.views import Names, name_of
from knowledge.rendering import render_html

_MARK = re.compile(r"(?<!\\)\[(\d{1,3})\](?!\()")
_KINDS = {"answer": "Answer", "clarify": "Question back", "handoff": "Passed to a person", "notice": "Notice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a conversation's log as an agent sees it.

    `kind` is customer, bot, agent or line (a change of the owner, a notice). `html` went through the allow-list of
    knowledge/rendering.py; `text` is shown as it is.
    """

    number: int
    kind: str
    author: str
    at: Moment
    text: str = ""
    html: Markup = field(default_factory=Markup)
    reply_kind: str = ""
    confidence: float | None = None
    citations: tuple[Mapping[str, Any], ...] = ()
    options: tuple[str, ...] = ()
    turn_id: str | None = None
    held: bool = False
    late: bool = False
    thumb: Feedback | None = None


def log_of(entries: Iterable[Message], names: Names, thumbs: Mapping[str, Feedback]) -> tuple[Entry, ...]:
    """A conversation's log, held replies included; `thumbs` are what the customer thinks of replies, by turn."""
    return tuple(_entry(entry, name_of(entry.author, names), thumbs.get(entry.turn_id or "")) for entry in entries)


def with_links(text: str, citations: Sequence[Mapping[str, Any]]) -> str:
    """A reply's Markdown with each mark [n] made a link to its place; there is one citation for each mark, in order."""
    left = list(citations)

    def linked(match: re.Match[str]) -> str:
        number = int(match[1])
        own = next((each for each in left if each["number"] == number), None)
        if own is not None:
            left.remove(own)
        found = own or next((each for each in citations if each["number"] == number), None)
        return f"[\\[{number}\\]]({link_target(found['url'])})" if found else match[0]

    return _MARK.sub(linked, text)


def link_target(url: str) -> str:
    """An address as it may stand in a link in Markdown, whoever reads it."""
    return re.sub(r"[<>()\\\s]", lambda match: f"%{ord(match[0]):02X}" if match[0].isascii() else "", url)


def places(citations: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Each place that is cited once: the first citation of every article and heading."""
    found: dict[tuple[int, str], Mapping[str, Any]] = {}
    for citation in citations:
        found.setdefault((citation["number"], citation["heading"]), citation)
    return tuple(found.values())


def _entry(entry: Message, author: str, thumb: Feedback | None) -> Entry:
    match entry.speaker:
        case Speaker.CUSTOMER:
            return Entry(number=entry.number, kind="customer", author="Customer", at=entry.said_at, text=entry.text)
        case Speaker.AGENT:
            return Entry(
                number=entry.number,
                kind="agent",
                author=author or "A person",
                at=entry.said_at,
                html=_html(entry.text),
                held=not entry.shown,
                late=entry.late,
            )
        case Speaker.BOT:
            return _bot_entry(entry, thumb)
    return Entry(number=entry.number, kind="line", author="", at=entry.said_at, text=_line(entry, author))


def _bot_entry(entry: Message, thumb: Feedback | None) -> Entry:
    reply = entry.reply or {"kind": "notice", "text": entry.text, "citations": (), "options": (), "confidence": None}
    kind = _KINDS.get(reply["kind"], reply["kind"])
    return Entry(
        number=entry.number,
        kind="bot",
        author="Bot" if entry.shown else "Suggested answer, not shown to the customer",
        at=entry.said_at,
        html=_html(with_links(reply["text"], reply["citations"])),
        reply_kind=kind,
        confidence=reply["confidence"] or None,  # 0: decided without a search
        citations=places(reply["citations"]),
        options=tuple(reply["options"]),
        turn_id=entry.turn_id,
        held=not entry.shown,
        late=entry.late,
        thumb=thumb,
    )


def _line(entry: Message, author: str) -> str:
    if entry.notice is not None:
        name = "A person was called" if entry.notice is Effect.ACKNOWLEDGE else "Nobody has come yet"
        return f"{name}. The customer was told: “{entry.text}”" if entry.text else f"{name}."
    match entry.owner:
        case Owner.QUEUED:
            return "The conversation waits for a person."
        case Owner.HUMAN:
            return f"{author or 'A person'} has the conversation."
        case Owner.RETURNED | Owner.BOT:
            return "The bot has the conversation again."
        case Owner.CLOSED:
            return "The conversation was closed."
    return entry.text


def customer_texts(entries: Iterable[Message]) -> Iterator[str]:
    """What the customer said, first to last."""
    return (entry.text for entry in entries if entry.speaker is Speaker.CUSTOMER and entry.text.strip())


def _html(text: str) -> Markup:
    return Markup(render_html(text))  # noqa: S704 - only an allow-list passes render_html
