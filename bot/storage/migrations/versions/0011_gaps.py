"""Gaps in the help center: clusters of questions that were not answered, those questions, and when it was last looked
through."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Adds three tables."""
    op.create_table(
        "gaps",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("unanswered", sa.Integer, nullable=False),
        sa.Column("weeks", sa.JSON, nullable=False),
        sa.Column("examples", sa.JSON, nullable=False),
        sa.Column("nearest", sa.JSON, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Text),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_gaps")),
    )
    op.create_index("ix_gaps_state_size", "gaps", ["state", "size"])
    op.create_table(
        "gap_questions",
        sa.Column("turn_id", sa.Text, nullable=False),
        sa.Column("gap", sa.Integer),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("answered", sa.Boolean, nullable=False),
        sa.Column("nearest", sa.JSON, nullable=False),
        sa.Column("internal", sa.Text),
        sa.Column("checked_on", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_gap_questions_turn_id")),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_gap_questions")),
    )
    op.create_index("ix_gap_questions_gap_asked_at", "gap_questions", ["gap", "asked_at"])
    op.create_table(
        "gap_survey",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name=op.f("ck_gap_survey_one_row")), nullable=False),
        sa.Column("surveyed_at", MOMENT, nullable=False),
        sa.Column("checked_on", sa.Text, nullable=False),
        sa.Column("newest", MOMENT),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_survey")),
    )


def downgrade() -> None:
    """Drops them: what was asked stands in the turns."""
    for table in ("gap_survey", "gap_questions", "gaps"):
        op.drop_table(table)
