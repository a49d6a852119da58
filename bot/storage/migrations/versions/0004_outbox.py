"""What goes to help desks and comes back from them: the outbox, each desk's threads, the events already seen."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the three tables."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("claim", sa.Text),
        sa.Column("claimed_until", MOMENT),
        sa.Column("last_error", sa.Text),
        sa.Column("desk_was_down", sa.Integer, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'dead')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_outbox_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("desk", "event_id", name=op.f("uq_outbox_desk_event_id")),
        sa.UniqueConstraint(
            "desk", "conversation_id", "position", name=op.f("uq_outbox_desk_conversation_id_position")
        ),
    )
    op.create_index("ix_outbox_desk_state_due_at", "outbox", ["desk", "state", "due_at"])
    op.create_table(
        "desk_threads",
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_desk_threads_conversation_id")
        ),
        sa.PrimaryKeyConstraint("desk", "conversation_id", name=op.f("pk_desk_threads")),
    )
    op.create_table(
        "desk_events",
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_desk_events_conversation_id")),
        sa.PrimaryKeyConstraint("desk", "event_id", name=op.f("pk_desk_events")),
    )


def downgrade() -> None:
    """Drops them, with what has not been delivered."""
    for name in ("desk_events", "desk_threads", "outbox"):
        op.drop_table(name)
