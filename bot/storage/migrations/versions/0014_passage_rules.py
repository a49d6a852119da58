"""What editors say of single passages: pinned for a question, or muted."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Adds the rules, and under which of them replies came about."""
    op.create_table(
        "passage_rules",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("passage_id", sa.Text, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("heading", sa.Text, nullable=False),
        sa.Column("beginning", sa.Text, nullable=False),
        sa.Column("question", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("last_day", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.Text),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_passage_rules")),
    )
    op.create_index("ix_passage_rules_last_day", "passage_rules", ["last_day"])
    op.create_index("ix_passage_rules_article_id", "passage_rules", ["article_id"])
    op.create_table(
        "ruled_replies",
        sa.Column("turn_id", sa.Text, nullable=False),
        sa.Column("rule", sa.Integer, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_ruled_replies_turn_id")),
        sa.PrimaryKeyConstraint("turn_id", "rule", name=op.f("pk_ruled_replies")),
    )
    op.create_index("ix_ruled_replies_rule_day", "ruled_replies", ["rule", "day"])


def downgrade() -> None:
    """Drops them, with every reason that was given."""
    op.drop_table("ruled_replies")
    op.drop_table("passage_rules")
