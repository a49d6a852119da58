"""The tables of what is learnt from the answers: proposed cases, what reports count, the gaps, and curated answers."""

from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Float, ForeignKey, Index, Integer, Table, Text

from bot.storage.metadata import metadata
from bot.storage.utc_date_time import UtcDateTime


def summed() -> tuple[Column[Any], ...]:
    """The columns of what is summed up over replies; new ones for each table."""
    counts = (Column(name, Integer, nullable=False) for name in ("replies", "ups", "downs", "visits", "resolved"))
    return (*counts, Column("confidence", Float, nullable=False))


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

reply_sums = Table(
    "reply_sums",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("day", "platform", "locale", "kind", "reason")),
    *summed(),
)
"""The replies of a day, summed up (bot/storage/reply_sums.py)."""

article_sums = Table(
    "article_sums",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("day", "article_id", "kind")),
    *summed(),
)
"""The same of the replies about an article; without one its id is empty."""

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

curated_answers = Table(
    "curated_answers",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("wordings", JSON, nullable=False),
    Column("lead", Text, nullable=False),
    Column("quotes", JSON, nullable=False),
    Column("platform", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("expires_on", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text),
)
"""Every version of every answer that an editor has written (bot/storage/curated_answers.py). The last day is a day in
UTC; `made_by` is null for what the server did by itself."""

curated_given = Table(
    "curated_given",
    metadata,
    Column("turn_id", Text, ForeignKey("turns.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("day", Text, nullable=False),
    Index(None, "number", "day"),
)

passage_rules = Table(
    "passage_rules",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("passage_id", Text, nullable=False),
    Column("article_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("beginning", Text, nullable=False),
    Column("question", Text),
    Column("reason", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Text),
    Index(None, "last_day"),
    Index(None, "article_id"),
)
"""Pins and mutes (bot/storage/passage_rules.py). The last day is a day in UTC."""

ruled_replies = Table(
    "ruled_replies",
    metadata,
    Column("turn_id", Text, ForeignKey("turns.id"), primary_key=True),
    Column("rule", Integer, primary_key=True),
    Column("day", Text, nullable=False),
    Index(None, "rule", "day"),
)
