"""Who may speak: a conversation's ownership, its log of messages, and its handoffs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COUNTS = {"tenure": "0", "open_messages": "0", "handoffs": "0", "reminders": "0", "heard_from": "1"}
NUMBERS = {"last_customer": "0", "last_number": "0"}


def upgrade() -> None:
    """Adds columns and tables, and writes the log of the conversations that are there from their turns."""
    op.add_column("conversations", sa.Column("agent", sa.Text))
    op.add_column("conversations", sa.Column("waiting_since", MOMENT))
    op.add_column("conversations", sa.Column("desk_at", MOMENT))
    for name, first in {**COUNTS, **NUMBERS}.items():
        op.add_column("conversations", sa.Column(name, sa.Integer, nullable=False, server_default=first))
    op.create_index("ix_conversations_owner_waiting_since", "conversations", ["owner", "waiting_since"])
    op.add_column("turns", sa.Column("suggestion", sa.JSON))
    _create_messages()
    _create_handoffs()
    for statement in (*_LOG, *_WAITING):
        op.execute(statement)


def downgrade() -> None:
    """Drops it again; what agents wrote is lost."""
    op.drop_table("handoffs")
    op.drop_table("messages")
    op.drop_column("turns", "suggestion")
    op.drop_index("ix_conversations_owner_waiting_since", "conversations")
    for name in ("agent", "waiting_since", "desk_at", *COUNTS, *NUMBERS):
        op.drop_column("conversations", name)


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("speaker", sa.Text, nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("source_id", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("turn_id", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("notice", sa.Text),
        sa.Column("shown", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("late", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("answered", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_messages_turn_id")),
        sa.PrimaryKeyConstraint("conversation_id", "number", name=op.f("pk_messages")),
        sa.UniqueConstraint("id", name=op.f("uq_messages_id")),
        sa.UniqueConstraint(
            "conversation_id", "speaker", "source_id", name=op.f("uq_messages_conversation_id_speaker_source_id")
        ),
    )


def _create_handoffs() -> None:
    op.create_table(
        "handoffs",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("claimed_at", MOMENT),
        sa.Column("agent", sa.Text),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_as", sa.Text),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_handoffs_conversation_id")),
        sa.PrimaryKeyConstraint("conversation_id", "number", name=op.f("pk_handoffs")),
    )
    op.create_index("ix_handoffs_ended_at_asked_at", "handoffs", ["ended_at", "asked_at"])


_LOG = (
    """INSERT INTO messages
       (conversation_id, number, id, speaker, source_id, text, turn_id, shown, late, answered, said_at)
       SELECT conversation_id, 2 * position - 1, id, 'customer', client_message_id, question, NULL,
              true, false, true, asked_at FROM turns""",
    """INSERT INTO messages
       (conversation_id, number, id, speaker, source_id, text, turn_id, shown, late, answered, said_at)
       SELECT conversation_id, 2 * position, 'rep_' || id, 'bot', client_message_id, '', id,
              true, false, false, asked_at FROM turns WHERE reply IS NOT NULL""",
    """UPDATE conversations SET
       last_number = coalesce((SELECT 2 * max(position) FROM turns WHERE conversation_id = conversations.id), 0),
       last_customer = coalesce((SELECT 2 * max(position) - 1 FROM turns WHERE conversation_id = conversations.id), 0)
    """,
)
_WAITING = (
    # Before this revision nothing but `queued` was ever stored beside `bot`, and the reason only within a reply.
    """UPDATE conversations SET handoffs = 1, waiting_since =
       coalesce((SELECT max(asked_at) FROM turns WHERE conversation_id = conversations.id), started_at)
       WHERE owner = 'queued'""",
    """INSERT INTO handoffs (conversation_id, number, reason, asked_at)
       SELECT id, 1, 'policy', waiting_since FROM conversations WHERE owner = 'queued'""",
)
