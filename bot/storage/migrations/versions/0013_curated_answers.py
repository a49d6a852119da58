"""Answers that editors have written, every version of them, and how often they were given."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXTS = ("lead", "platform", "locale", "owner", "expires_on", "state", "because")


def upgrade() -> None:
    """Adds two tables."""
    op.create_table(
        "curated_answers",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("wordings", sa.JSON, nullable=False),
        sa.Column("quotes", sa.JSON, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text),
        sa.PrimaryKeyConstraint("number", "version", name=op.f("pk_curated_answers")),
    )
    op.create_table(
        "curated_given",
        sa.Column("turn_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_curated_given_turn_id")),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_curated_given")),
    )
    op.create_index("ix_curated_given_number_day", "curated_given", ["number", "day"])


def downgrade() -> None:
    """Drops them."""
    op.drop_table("curated_given")
    op.drop_table("curated_answers")
