"""Whether anything has changed: looks that are cheap enough to take twice a second, for a process that is not told."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from bot.models import Owner
from bot.storage.database import Database
from bot.storage.schema import conversations

QueueMarker = tuple[Any, ...]
"""Differs from an earlier one if the queue has changed in between. Compare it; nothing else is to be read from it."""

_WITH_PEOPLE = (Owner.QUEUED.value, Owner.HUMAN.value)


def last_numbers(database: Database, conversation_ids: Collection[str]) -> dict[str, int]:
    """The number of each conversation's newest entry, in one query; a conversation that is not there is left out.

    Every entry up to that number can be read by then (`messages_after`).
    """
    if not conversation_ids:
        return {}
    columns = (conversations.c.id, conversations.c.last_number)
    query = select(*columns).where(conversations.c.id.in_(sorted(conversation_ids)))
    with database.read() as connection:
        return {row.id: row.last_number for row in connection.execute(query)}


def queue_marker(database: Database) -> QueueMarker:
    """A marker of the conversations that wait for a person or that a person has: another one when a conversation has
    come, gone or changed its owner, or when something was said in one of them."""
    columns = conversations.c
    query = select(
        func.count(),
        func.sum(columns.last_number),
        func.sum(columns.tenure),
        func.sum(columns.reminders),
        func.max(columns.waiting_since),
    ).where(columns.owner.in_(_WITH_PEOPLE))
    with database.read() as connection:
        return tuple(connection.execute(query).one())
