"""Every table of Footnote, once. Column types are those that SQLite and PostgreSQL both know."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: takes aware datetimes only, stores UTC, gives back aware datetimes in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The same moment in UTC; ValueError for a datetime without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"The datetime {value.isoformat()} has no time zone; pass an aware one.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The stored moment, aware, in UTC (SQLite gives it back without its zone)."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

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
    Column("token_sha256", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("page_url", Text),
    Column("owner", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
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
    UniqueConstraint("conversation_id", "client_message_id"),
    UniqueConstraint("conversation_id", "position"),
)
