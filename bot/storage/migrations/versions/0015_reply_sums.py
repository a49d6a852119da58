"""Sums over the replies of each day, filled from the facts that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WINDOW = 86_400
SUMMED = {
    "reply_sums": ("day", "platform", "locale", "kind", "reason"),
    "article_sums": ("day", "article_id", "kind"),
}
COUNTS = ("replies", "ups", "downs", "visits", "resolved")

FACTS = sa.table(
    "reply_facts",
    *(sa.column(name, sa.Text) for name in ("day", "platform", "locale", "kind", "reason", "article_id")),
    *(sa.column(name, sa.Integer) for name in ("thumb", "returned_after", "called_after")),
    sa.column("confidence", sa.Float),
)


def upgrade() -> None:
    """Makes the tables and sums up."""
    for name, by in SUMMED.items():
        table = op.create_table(
            name,
            *(sa.Column(each, sa.Text, nullable=False) for each in by),
            *(sa.Column(each, sa.Integer, nullable=False) for each in COUNTS),
            sa.Column("confidence", sa.Float, nullable=False),
            sa.PrimaryKeyConstraint(*by, name=op.f(f"pk_{name}")),
        )
        group = [FACTS.c[each] for each in by]
        found = sa.select(*group, *_sums()).group_by(*group)
        op.get_bind().execute(sa.insert(table).from_select([*by, *COUNTS, "confidence"], found))


def downgrade() -> None:
    """Drops them: the facts say the same."""
    for name in SUMMED:
        op.drop_table(name)


def _sums() -> tuple[sa.ColumnElement[float], ...]:
    """In the order of the columns; a visit counts as over, because only who reads can tell."""
    is_last = sa.or_(FACTS.c.returned_after.is_(None), FACTS.c.returned_after > WINDOW)
    unaided = sa.or_(FACTS.c.called_after.is_(None), FACTS.c.called_after > WINDOW)
    resolved = sa.and_(is_last, FACTS.c.kind == "answer", unaided, FACTS.c.thumb >= 0)
    counted = (FACTS.c.thumb == 1, FACTS.c.thumb == -1, is_last, resolved)
    return (sa.func.count(), *map(_count_of, counted), sa.func.sum(FACTS.c.confidence))


def _count_of(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
