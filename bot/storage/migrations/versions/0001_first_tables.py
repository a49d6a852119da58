"""The first tables: sources, quarantine, generations, conversations, turns."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates every table."""
    _create_knowledge_tables()
    _create_conversation_tables()


def downgrade() -> None:
    """Drops every table, with what is in it."""
    for name in ("turns", "conversations", "active_generation", "generations", "quarantine", "sources"):
        op.drop_table(name)


def _create_knowledge_tables() -> None:
    op.create_table(
        "sources",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("last_read_at", MOMENT),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sources")),
        sa.UniqueConstraint("position", name=op.f("uq_sources_position")),
    )
    op.create_table(
        "quarantine",
        sa.Column("source_key", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source_key", "origin", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "generations",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("manifest_sha256", sa.Text, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.Column("passages", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_generations")),
    )
    op.create_table(
        "active_generation",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_active_generation_one_row")),
        sa.ForeignKeyConstraint(["number"], ["generations.number"], name=op.f("fk_active_generation_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_active_generation")),
    )


def _create_conversation_tables() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("site_key", sa.Text, nullable=False),
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("page_url", sa.Text),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("client_message_id", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("reply", sa.JSON),
        sa.Column("trace", sa.JSON, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_turns_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
        sa.UniqueConstraint(
            "conversation_id", "client_message_id", name=op.f("uq_turns_conversation_id_client_message_id")
        ),
        sa.UniqueConstraint("conversation_id", "position", name=op.f("uq_turns_conversation_id_position")),
    )
