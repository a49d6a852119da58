"""The agents of the console, their sessions and their one-time logins."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the three tables."""
    op.create_table(
        "agents",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("signed_in_at", MOMENT),
        sa.Column("disabled_at", MOMENT),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_agents")),
    )
    op.create_table(
        "agent_sessions",
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("by_link", sa.Boolean, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.name"], name=op.f("fk_agent_sessions_agent")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_agent_sessions")),
    )
    op.create_index("ix_agent_sessions_agent", "agent_sessions", ["agent"])
    op.create_table(
        "login_links",
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.ForeignKeyConstraint(["agent"], ["agents.name"], name=op.f("fk_login_links_agent")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_login_links")),
    )
    op.create_index("ix_login_links_agent", "login_links", ["agent"])


def downgrade() -> None:
    """Drops them: nobody can sign in any more."""
    for name in ("login_links", "agent_sessions", "agents"):
        op.drop_table(name)
