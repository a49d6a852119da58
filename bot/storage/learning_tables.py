"""The tables of what is learnt from the answers: proposed cases, what reports count, and the gaps."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Float, ForeignKey, Index, Integer, Table, Text

from bot.storage.metadata import metadata
from bot.storage.utc_date_time import UtcDateTime

proposed_cases = Table(
    "proposed_cases",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("turn_id", Text, ForeignKey("turns.id"), nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("history", JSON, nullable=False),
    Column("platform", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("reply", JSON, nullable=False),
    Column("comment", Text, nullable=False),
    Column("found", JSON, nullable=False),
    Column("suggestion", JSON(none_as_null=True)),
    Column("decision", JSON(none_as_null=True)),
    Column("state", Text, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("proposed_by", Text),
    Column("decided_at", UtcDateTime),
    Column("decided_by", Text),
    Index(None, "state"),
)

reply_facts = Table(
    "reply_facts",
    metadata,
    Column("turn_id", Text, ForeignKey("turns.id"), primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("day", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("article_id", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("milliseconds", Integer),
    Column("thumb", Integer, nullable=False, server_default="0"),
    Column("returned_after", Integer),
    Column("called_after", Integer),
    Index(None, "conversation_id", "asked_at"),
    Index(
        "ix_reply_facts_day",
        *("day", "platform", "locale", "kind", "reason", "article_id", "confidence", "milliseconds"),
        *("thumb", "returned_after", "called_after", "asked_at"),
    ),
)
"""What reports count of each reply that a customer was shown (bot/storage/reply_facts.py). The index by day holds all
that a report reads, so that it need not look at the rows."""

cited_articles = Table(
    "cited_articles",
    metadata,
    Column("turn_id", Text, ForeignKey("turns.id"), primary_key=True),
    Column("article_id", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("thumb", Integer, nullable=False, server_default="0"),
    Index("ix_cited_articles_day", "day", "article_id", "platform", "locale", "thumb"),
    Index("ix_cited_articles_article_id_day", "article_id", "day"),
)

gaps = Table(
    "gaps",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("weeks", JSON, nullable=False),
    Column("examples", JSON, nullable=False),
    Column("nearest", JSON, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", Text),
    Index(None, "state", "size"),
)

gap_questions = Table(
    "gap_questions",
    metadata,
    Column("turn_id", Text, ForeignKey("turns.id"), primary_key=True),
    Column("gap", Integer),
    Column("question", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("cause", Text, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("nearest", JSON, nullable=False),
    Column("internal", Text),
    Column("checked_on", Text, nullable=False),
    Index(None, "gap", "asked_at"),
)

gap_survey = Table(
    "gap_survey",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    Column("surveyed_at", UtcDateTime, nullable=False),
    Column("checked_on", Text, nullable=False),
    Column("newest", UtcDateTime),
    Column("questions", Integer, nullable=False),
)
