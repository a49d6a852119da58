"""Who a customer is, as the site says; tokens of conversations in a table of their own, each with its end."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
IDENTITY = ("identity_subject", "identity_name", "identity_email")
INDEX = "ix_conversations_site_key_identity_subject_started_at"
GIVEN_DAYS = 30
"""How long the tokens that are out already open their conversations, unless they are used."""


def upgrade() -> None:
    """Adds three columns and a table, and moves the tokens into it."""
    for name in IDENTITY:
        op.add_column("conversations", sa.Column(name, sa.Text))
    op.create_index(INDEX, "conversations", ["site_key", "identity_subject", "started_at"])
    tokens = op.create_table(
        "conversation_tokens",
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_tokens_conversation_id")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_conversation_tokens")),
    )
    op.create_index("ix_conversation_tokens_conversation_id", "conversation_tokens", ["conversation_id"])
    now = datetime.now(UTC)
    known = sa.table("conversations", sa.column("id", sa.Text), sa.column("token_sha256", sa.Text))
    end = sa.literal(now + timedelta(days=GIVEN_DAYS), MOMENT)
    moved = sa.select(known.c.token_sha256, known.c.id, sa.literal(now, MOMENT), end)
    moved = moved.where(known.c.token_sha256 != "")
    op.execute(tokens.insert().from_select(["token_sha256", "conversation_id", "given_at", "expires_at"], moved))
    op.drop_column("conversations", "token_sha256")


def downgrade() -> None:
    """Puts the newest token of each conversation back; who a customer is is lost."""
    op.add_column("conversations", sa.Column("token_sha256", sa.Text, nullable=False, server_default=""))
    op.execute(
        "UPDATE conversations SET token_sha256 = COALESCE((SELECT token_sha256 FROM conversation_tokens"
        " WHERE conversation_id = conversations.id ORDER BY given_at DESC LIMIT 1), '')"
    )
    op.drop_table("conversation_tokens")
    op.drop_index(INDEX, "conversations")
    for name in IDENTITY:
        op.drop_column("conversations", name)
