"""The tables of the console's agents: who they are, how they get in, and what they changed."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from bot.storage.metadata import metadata
from bot.storage.utc_date_time import UtcDateTime

agents = Table(
    "agents",
    metadata,
    Column("name", Text, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="agent"),
    Column("password_hash", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("signed_in_at", UtcDateTime),
    Column("disabled_at", UtcDateTime),
    Column("oidc_issuer", Text),
    Column("oidc_subject", Text),
    Index(None, "oidc_issuer", "oidc_subject", unique=True),
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("agent", Text, ForeignKey("agents.name"), nullable=False),
    Column("by_link", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("user_agent", Text, nullable=False),
    Index(None, "agent"),
)

login_links = Table(
    "login_links",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("agent", Text, ForeignKey("agents.name"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index(None, "agent"),
)

oidc_requests = Table(
    "oidc_requests",
    metadata,
    Column("state_sha256", Text, primary_key=True),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("agent", Text),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "agent", "number"),
    Index(None, "action", "number"),
)
