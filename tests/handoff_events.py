"""Events as the outbox holds them, and a thread that remembers in memory, for tests of desks."""

from datetime import UTC, datetime
from typing import Any

from bot.storage.outbox import OutgoingEvent

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CONVERSATION = "c0ffee" * 5 + "00"
REQUEST: dict[str, Any] = {
    "reason": {"code": "loop", "text": "The same need stayed unanswered twice."},
    "summary": "My withdrawal is stuck.",
    "last_question": "Where is my <b>withdrawal</b>?\nSince Monday & still nothing.",
    "transcript": [
        {"author": "customer", "text": "Where is my withdrawal?", "at": "2026-03-04T05:00:00+00:00", "citations": []},
        {
            "author": "assistant",
            "text": "Open Settings [1].",
            "at": "2026-03-04T05:00:01+00:00",
            "citations": [
                {
                    "number": 1, "article_id": "w", "title": "Withdrawals", "url": "https://help.corvane.example/help/w",
                    "quote": "Open Settings",
                }
            ],
        },
    ],
    "tried": [{"article_id": "w", "title": "Withdrawals", "url": "https://help.corvane.example/help/w", "times": 1}],
    "end_user": {"email": "ada@example.com", "verified": False},
    "note": "Please hurry.",
    "platform": "app",
    "language": "en",
    "page_url": "https://corvane.example/account",
    "index_hash": "1" * 16,
    "config_hash": "2" * 16,
    "console_url": "https://help.corvane.example/console/conversations/" + CONVERSATION,
    "business_hours": None,
}  # fmt: skip


def requested(number: int = 1, **changes: Any) -> OutgoingEvent:
    return _event(number, "handoff.requested", {**REQUEST, **changes})


def wrote(number: int, text: str, author: str = "customer") -> OutgoingEvent:
    return _event(number, "handoff.message", {"id": f"msg_{number}", "author": author, "text": text})


def ended(number: int, by: str = "closed") -> OutgoingEvent:
    return _event(number, "handoff.ended", {"by": by})


def reminded(number: int) -> OutgoingEvent:
    return _event(number, "handoff.reminder", {"waiting_since": "2026-03-04T05:00:00+00:00"})


def reached(number: int, email: str | None, note: str = "") -> OutgoingEvent:
    return _event(number, "handoff.contact", {"end_user": {"email": email, "verified": False}, "note": note})


def summed_up(number: int, summary: str = "A withdrawal is stuck.") -> OutgoingEvent:
    return _event(number, "handoff.summary", {"summary": summary})


def _event(number: int, kind: str, data: dict[str, Any]) -> OutgoingEvent:
    return OutgoingEvent(id=f"evt_{number:032x}", type=kind, conversation_id=CONVERSATION, data=data, occurred_at=NOW)


class MemoryThread:
    """A conversation's other side, kept in a dictionary."""

    conversation_id = CONVERSATION

    def __init__(self) -> None:
        self.details: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.details.get(key)

    def remember(self, **details: str) -> None:
        assert all(isinstance(value, str) for value in details.values())
        self.details.update(details)
