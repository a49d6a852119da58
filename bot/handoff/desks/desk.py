"""What every help desk can do: take an event, once or again, and say where it stands there."""

from collections.abc import Mapping
from typing import Any, Protocol

from bot.handoff.desks import wording
from bot.storage.outbox import OutgoingEvent

REQUESTED, MESSAGE, ENDED = "handoff.requested", "handoff.message", "handoff.ended"
REMINDER, CONTACT, SUMMARY = "handoff.reminder", "handoff.contact", "handoff.summary"
"""The types of events: a person is called (data: bot/handoff/summary.py), something was said (data: id, author, text,
and of an agent `desk`: where it was written, null for the console), the person is no longer needed (data: by, `bot` or
`closed`), nobody has come yet (data: waiting_since), the customer tells after the call how to be reached (data:
end_user, note), a language model has summed up what the call is about (data: summary)."""


class NotDelivered(Exception):
    """A desk did not take an event: a sentence for the operator. `down`: the desk failed, rather than this event;
    `final`: it is not worth another attempt; `wished_seconds`: how long the desk asks to be left alone."""

    def __init__(
        self, sentence: str, *, down: bool = False, final: bool = False, wished_seconds: float | None = None
    ) -> None:
        super().__init__(sentence)
        self.down = down
        self.final = final
        self.wished_seconds = wished_seconds


class Thread(Protocol):
    """A conversation's other side at one desk."""

    @property
    def conversation_id(self) -> str:
        """Our own id of it."""
        ...

    def get(self, key: str) -> str | None:
        """What was remembered under `key`."""
        ...

    def remember(self, **details: str) -> None:
        """Keeps details for good, at once: an attempt that dies after this need not create again what it names."""
        ...


class Desk(Protocol):
    """A help desk. Safe to call from one thread at a time."""

    @property
    def name(self) -> str:
        """The desk's name in the outbox: `webhook`, `zendesk`, …"""
        ...

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:
        """Tell the desk. `again`: an earlier attempt may have succeeded unheard, so look before creating.

        NotDelivered. Event types that the desk has no use for are taken and dropped.
        """
        ...


def words_of(event: OutgoingEvent) -> str:
    """The event as agents read it. NotDelivered, for good, when it is of a type that is not known."""
    words = wording.words(event.type, event.data)
    if words is None:
        raise NotDelivered(f"An event of the type {event.type!r} is not known here.", final=True)
    return words


def mark_of(event: OutgoingEvent) -> str:
    """The words by which an event can be found again in a desk that has no field for it."""
    return f"[footnote {event.id}]"


def marked(text: str, event: OutgoingEvent) -> str:
    """A text with the event's mark as its last line."""
    return f"{text}\n\n{mark_of(event)}"


def as_text(value: Any) -> str:
    """An id that a desk gave as a number or a string. NotDelivered when it gave none."""
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise NotDelivered("The desk's answer does not hold the id of what was created; is the address right?")
    return str(value)


def part(value: object, *keys: str) -> Any:
    """What stands in a desk's JSON under nested keys; None where anything is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def rows(value: object) -> list[Any]:
    """A list in a desk's JSON; empty when there is none."""
    return value if isinstance(value, list) else []
