"""What a help desk calls a conversation, and which of its events were taken in already."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import ConversationNotFound
from bot.storage.schema import conversations, desk_events, desk_threads, outbox


def thread_details(connection: Connection, desk: str, conversation_id: str) -> dict[str, str]:
    """What a desk's side of a conversation is known by (`ticket_id` and the like); empty before the first delivery."""
    query = select(desk_threads.c.details).where(
        desk_threads.c.desk == desk, desk_threads.c.conversation_id == conversation_id
    )
    return dict(connection.scalar(query) or {})


def remember_thread(connection: Connection, desk: str, conversation_id: str, details: Mapping[str, str]) -> None:
    """Stores `details` beside what is known (give it a write transaction)."""
    own = (desk_threads.c.desk == desk, desk_threads.c.conversation_id == conversation_id)
    all_of_it = {**thread_details(connection, desk, conversation_id), **details}
    if connection.execute(update(desk_threads).where(*own).values(details=all_of_it)).rowcount:
        return
    connection.execute(insert(desk_threads).values(desk=desk, conversation_id=conversation_id, details=all_of_it))


def take_desk_event(connection: Connection, desk: str, event_id: str, conversation_id: str, now: datetime) -> bool:
    """Notes a desk's event in the transaction that acts on it. False when it was taken before: do nothing then.
    ConversationNotFound."""
    row = {"desk": desk, "event_id": event_id, "conversation_id": conversation_id, "seen_at": now}
    try:
        with connection.begin_nested():
            connection.execute(insert(desk_events).values(row))
    except IntegrityError:
        if connection.scalar(select(conversations.c.id).where(conversations.c.id == conversation_id)) is None:
            raise ConversationNotFound from None
        return False
    return True


def forget_desk_events(connection: Connection, before: datetime) -> int:
    """Removes the memory of events that were taken before a moment; returns how many. Keep at least a day."""
    return connection.execute(delete(desk_events).where(desk_events.c.seen_at < before)).rowcount


def forget_conversation_at_desks(connection: Connection, conversation_id: str) -> None:
    """Removes everything that is kept for desks about a conversation: call it before its row is deleted."""
    for table in (outbox, desk_threads, desk_events):
        connection.execute(delete(table).where(table.c.conversation_id == conversation_id))
