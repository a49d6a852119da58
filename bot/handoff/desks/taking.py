"""A help desk's event on its way in: taken once, of the right thread, and as one of the events of who may speak."""

from collections.abc import Callable
from datetime import datetime

from bot.handoff.desks.inbound import DeskEvent, DeskEventKind, WebhookMisdirected
from bot.handoff.ownership_events import AgentWrote, Closed, Desk, Event
from bot.models import Speaker
from bot.storage.database import Transaction
from bot.storage.desk_threads import take_desk_event, thread_details
from bot.storage.ownership import Saying

THREAD_IDS = ("ticket_id", "conversation_id")
"""Under which of these a desk remembers its own id of a conversation."""


def as_told(desk: str, event: DeskEvent, now: datetime) -> tuple[Event, Saying | None]:
    """The event, with the message that it brings. The desk is the agent: who writes there is its own affair."""
    told = Desk(event.at)
    if event.kind is DeskEventKind.CLOSED:
        return Closed(now, desk, desk=told), None
    source_id, author = f"{desk}:{event.event_id}", event.author or desk
    return AgentWrote(now, desk, told), Saying(
        speaker=Speaker.AGENT, text=event.text, source_id=source_id, author=author
    )


def taken_once(desk: str, event: DeskEvent, now: datetime) -> Callable[[Transaction], bool]:
    """Notes an event in the transaction that acts on it, and says whether it is new. It raises WebhookMisdirected when
    another thread than the event's was remembered for the conversation; where none was, any will do."""

    def is_new(connection: Transaction) -> bool:
        known = thread_details(connection, desk, event.conversation_id)
        thread_id = next((known[key] for key in THREAD_IDS if key in known), None)
        if thread_id not in (None, event.thread_id):
            raise WebhookMisdirected("The webhook names a conversation that has another thread at this desk.")
        return take_desk_event(connection, desk, event.event_id, event.conversation_id, now)

    return is_new
