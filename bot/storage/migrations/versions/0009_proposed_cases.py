"""Turns that are proposed as cases of an evaluation suite, and what people made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Adds a table."""
    op.create_table(
        "proposed_cases",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("turn_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("history", sa.JSON, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("reply", sa.JSON, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
        sa.Column("suggestion", sa.JSON),
        sa.Column("decision", sa.JSON),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.Text),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.Text),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_proposed_cases_turn_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_proposed_cases")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_proposed_cases_turn_id")),
    )
    op.create_index("ix_proposed_cases_state", "proposed_cases", ["state"])


def downgrade() -> None:
    """Drops it, with what was decided."""
    op.drop_table("proposed_cases")
