"""The tables of what goes to help desks and comes back from them. (To be moved into bot/storage/schema.py.)"""

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from bot.storage.schema import UtcDateTime, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("desk", Text, nullable=False),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("state", Text, CheckConstraint("state IN ('pending', 'delivered', 'dead')", name="state"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("claim", Text),
    Column("claimed_until", UtcDateTime),
    Column("last_error", Text),
    Column("desk_was_down", Integer, nullable=False),
    Column("settled_at", UtcDateTime),
    UniqueConstraint("desk", "event_id"),
    UniqueConstraint("desk", "conversation_id", "position"),
    Index("ix_outbox_desk_state_due_at", "desk", "state", "due_at"),
)

desk_threads = Table(
    "desk_threads",
    metadata,
    Column("desk", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), primary_key=True),
    Column("details", JSON, nullable=False),
)

desk_events = Table(
    "desk_events",
    metadata,
    Column("desk", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)
