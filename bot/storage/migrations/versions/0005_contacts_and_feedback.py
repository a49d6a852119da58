"""How a customer can be reached and what a person should know; which replies the customer held for good or bad."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds two columns and a table."""
    op.add_column("conversations", sa.Column("contact", sa.Text))
    op.add_column("conversations", sa.Column("note", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "feedback",
        sa.Column("turn_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("up", sa.Boolean, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_feedback_turn_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_feedback_conversation_id")),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_feedback")),
    )
    op.create_index("ix_feedback_conversation_id", "feedback", ["conversation_id"])
    op.create_index("ix_handoffs_claimed_at", "handoffs", ["claimed_at"])


def downgrade() -> None:
    """Drops them, with what was given."""
    op.drop_index("ix_handoffs_claimed_at", "handoffs")
    op.drop_table("feedback")
    op.drop_column("conversations", "note")
    op.drop_column("conversations", "contact")
