"""Turns keep a receipt: what their reply rests on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column; turns that are there have none."""
    op.add_column("turns", sa.Column("receipt", sa.JSON))


def downgrade() -> None:
    """Drops the column, with what is in it."""
    op.drop_column("turns", "receipt")
