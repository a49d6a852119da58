"""What a language model says a handoff is about."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a column."""
    op.add_column("handoffs", sa.Column("summary", sa.Text))


def downgrade() -> None:
    """Drops it, with the summaries."""
    op.drop_column("handoffs", "summary")
