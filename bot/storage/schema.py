"""Every table of Footnote, once. Column types are those that SQLite and PostgreSQL both know."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from bot.storage.agent_tables import agent_sessions as agent_sessions
from bot.storage.agent_tables import agents as agents
from bot.storage.agent_tables import audit as audit
from bot.storage.agent_tables import login_links as login_links
from bot.storage.agent_tables import oidc_requests as oidc_requests
from bot.storage.learning_tables import article_sums as article_sums
from bot.storage.learning_tables import cited_articles as cited_articles
from bot.storage.learning_tables import curated_answers as curated_answers
from bot.storage.learning_tables import curated_given as curated_given
from bot.storage.learning_tables import gap_questions as gap_questions
from bot.storage.learning_tables import gap_survey as gap_survey
from bot.storage.learning_tables import gaps as gaps
from bot.storage.learning_tables import passage_rules as passage_rules
from bot.storage.learning_tables import proposed_cases as proposed_cases
from bot.storage.learning_tables import reply_facts as reply_facts
from bot.storage.learning_tables import reply_sums as reply_sums
from bot.storage.learning_tables import ruled_replies as ruled_replies
from bot.storage.metadata import metadata as metadata
from bot.storage.utc_date_time import UtcDateTime

sources = Table(
    "sources",
    metadata,
    Column("key", Text, primary_key=True),
    Column("position", Integer, nullable=False, unique=True),
    Column("location", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("last_read_at", UtcDateTime),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("source_key", Text, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("sentence", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

generations = Table(
    "generations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("manifest_sha256", Text, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

active_generation = Table(
    "active_generation",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    Column("number", Integer, ForeignKey("generations.number"), nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site_key", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("page_url", Text),
    Column("owner", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("agent", Text),
    Column("tenure", Integer, nullable=False, server_default="0"),
    Column("open_messages", Integer, nullable=False, server_default="0"),
    Column("waiting_since", UtcDateTime),
    Column("handoffs", Integer, nullable=False, server_default="0"),
    Column("reminders", Integer, nullable=False, server_default="0"),
    Column("desk_at", UtcDateTime),
    Column("heard_from", Integer, nullable=False, server_default="1"),
    Column("last_customer", Integer, nullable=False, server_default="0"),
    Column("last_number", Integer, nullable=False, server_default="0"),
    Column("contact", Text),
    Column("note", Text, nullable=False, server_default=""),
    Column("identity_subject", Text),
    Column("identity_name", Text),
    Column("identity_email", Text),
    Index(None, "owner", "waiting_since"),
    Index(None, "site_key", "identity_subject", "started_at"),
)

conversation_tokens = Table(
    "conversation_tokens",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "conversation_id"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("client_message_id", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("reply", JSON(none_as_null=True)),
    Column("trace", JSON, nullable=False),
    Column("receipt", JSON(none_as_null=True)),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("suggestion", JSON(none_as_null=True)),
    UniqueConstraint("conversation_id", "client_message_id"),
    UniqueConstraint("conversation_id", "position"),
)

messages = Table(
    "messages",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("speaker", Text, nullable=False),
    Column("author", Text),
    Column("source_id", Text),
    Column("text", Text, nullable=False),
    Column("turn_id", Text, ForeignKey("turns.id")),
    Column("owner", Text),
    Column("notice", Text),
    Column("shown", Boolean, nullable=False, server_default=true()),
    Column("late", Boolean, nullable=False, server_default=false()),
    Column("answered", Boolean, nullable=False, server_default=false()),
    Column("said_at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "speaker", "source_id"),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("agent", Text),
    Column("ended_at", UtcDateTime),
    Column("ended_as", Text),
    Column("summary", Text),
    Index(None, "ended_at", "asked_at"),
    Index(None, "claimed_at"),
)

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

feedback = Table(
    "feedback",
    metadata,
    Column("turn_id", Text, ForeignKey("turns.id"), primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("up", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    Column("rated_at", UtcDateTime, nullable=False),
    Index(None, "conversation_id"),
)
