"""Roles of agents, who they are at an identity provider, sign-ins begun there, and the log of who changed what."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
IDENTITY = ("oidc_issuer", "oidc_subject")
UNIQUE = "ix_agents_oidc_issuer_oidc_subject"


def upgrade() -> None:
    """Adds the columns and two tables. Who is there already could do everything: the first of them still can."""
    op.add_column("agents", sa.Column("role", sa.Text, nullable=False, server_default="agent"))
    for name in IDENTITY:
        op.add_column("agents", sa.Column(name, sa.Text))
    op.create_index(UNIQUE, "agents", list(IDENTITY), unique=True)
    op.execute(
        "UPDATE agents SET role = 'admin' WHERE name ="
        " (SELECT name FROM agents ORDER BY disabled_at IS NOT NULL, created_at, name LIMIT 1)"
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("agent", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_agent_number", "audit", ["agent", "number"])
    op.create_index("ix_audit_action_number", "audit", ["action", "number"])
    op.create_table(
        "oidc_requests",
        sa.Column("state_sha256", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("verifier", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("state_sha256", name=op.f("pk_oidc_requests")),
    )


def downgrade() -> None:
    """Drops them: every agent may do everything again, and what was logged is lost."""
    op.drop_table("oidc_requests")
    op.drop_table("audit")
    op.drop_index(UNIQUE, "agents")
    for name in (*IDENTITY, "role"):
        op.drop_column("agents", name)
