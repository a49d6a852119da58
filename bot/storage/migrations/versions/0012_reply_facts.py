"""What reports count of each reply: two narrow tables, filled from the turns that are there."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
AT_ONCE = 500
READ_BY_DAY = (
    *("day", "platform", "locale", "kind", "reason", "article_id", "confidence", "milliseconds"),
    *("thumb", "returned_after", "called_after", "asked_at"),
)

OLD = sa.MetaData()
CONVERSATIONS = sa.Table("conversations", OLD, *(sa.Column(name, sa.Text) for name in ("id", "platform", "locale")))
TURNS = sa.Table(
    "turns",
    OLD,
    sa.Column("id", sa.Text),
    sa.Column("conversation_id", sa.Text),
    sa.Column("position", sa.Integer),
    sa.Column("reply", sa.JSON(none_as_null=True)),
    sa.Column("trace", sa.JSON),
    sa.Column("asked_at", MOMENT),
)
FEEDBACK = sa.Table("feedback", OLD, sa.Column("turn_id", sa.Text), sa.Column("up", sa.Boolean))
HANDOFFS = sa.Table("handoffs", OLD, sa.Column("conversation_id", sa.Text), sa.Column("asked_at", MOMENT))


def upgrade() -> None:
    """Makes the tables and fills them."""
    facts, cited = _make_facts(), _make_cited()
    connection = op.get_bind()
    for rows in _pages(connection):
        told = [_facts(row) for row in rows]
        connection.execute(sa.insert(facts), told)
        named = [citation for row, fact in zip(rows, told, strict=True) for citation in _citations(row, fact)]
        if named:
            connection.execute(sa.insert(cited), named)
    _note_returns(connection, facts)


def downgrade() -> None:
    """Drops them: the turns say the same."""
    op.drop_table("cited_articles")
    op.drop_table("reply_facts")


def _make_facts() -> sa.Table:
    texts = ("day", "platform", "locale", "kind", "reason", "article_id")
    table = op.create_table(
        "reply_facts",
        sa.Column("turn_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("milliseconds", sa.Integer),
        sa.Column("thumb", sa.Integer, nullable=False, server_default="0"),
        sa.Column("returned_after", sa.Integer),
        sa.Column("called_after", sa.Integer),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_reply_facts_turn_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_reply_facts_conversation_id")),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_reply_facts")),
    )
    op.create_index("ix_reply_facts_conversation_id_asked_at", "reply_facts", ["conversation_id", "asked_at"])
    op.create_index("ix_reply_facts_day", "reply_facts", [*READ_BY_DAY])
    return table


def _make_cited() -> sa.Table:
    table = op.create_table(
        "cited_articles",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("turn_id", "article_id", "day", "platform", "locale")),
        sa.Column("thumb", sa.Integer, nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_cited_articles_turn_id")),
        sa.PrimaryKeyConstraint("turn_id", "article_id", name=op.f("pk_cited_articles")),
    )
    op.create_index("ix_cited_articles_day", "cited_articles", ["day", "article_id", "platform", "locale", "thumb"])
    op.create_index("ix_cited_articles_article_id_day", "cited_articles", ["article_id", "day"])
    return table


def _pages(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    """The turns with a reply, some at a time."""
    thumb = sa.case((FEEDBACK.c.up.is_(True), 1), (FEEDBACK.c.up.is_(False), -1), else_=0).label("thumb")
    own = TURNS.join(CONVERSATIONS, CONVERSATIONS.c.id == TURNS.c.conversation_id)
    rated = own.outerjoin(FEEDBACK, FEEDBACK.c.turn_id == TURNS.c.id)
    query = sa.select(TURNS, CONVERSATIONS.c.platform, CONVERSATIONS.c.locale, thumb).select_from(rated)
    query, last = query.where(TURNS.c.reply.is_not(None)).order_by(TURNS.c.id).limit(AT_ONCE), ""
    while rows := connection.execute(query.where(TURNS.c.id > last)).all():
        yield rows
        last = rows[-1].id


def _facts(row: Any) -> dict[str, Any]:
    candidates, cited = row.trace.get("candidates") or (), _cited(row.reply)
    total = (row.trace.get("timings_ms") or {}).get("total")
    return {
        "turn_id": row.id,
        "conversation_id": row.conversation_id,
        "asked_at": row.asked_at,
        "day": _in_utc(row.asked_at).date().isoformat(),
        "platform": row.platform,
        "locale": row.locale,
        "kind": row.reply.get("kind", ""),
        "reason": row.reply.get("reason") or "",
        "article_id": cited[0] if cited else (candidates[0].get("article_id", "") if candidates else ""),
        "confidence": row.reply.get("confidence") or 0.0,
        "milliseconds": None if total is None else round(total),
        "thumb": row.thumb,
    }


def _citations(row: Any, fact: dict[str, Any]) -> list[dict[str, Any]]:
    own = {name: fact[name] for name in ("turn_id", "day", "platform", "locale", "thumb")}
    return [{**own, "article_id": article_id} for article_id in _cited(row.reply)]


def _cited(reply: Any) -> list[str]:
    return list(dict.fromkeys(citation["article_id"] for citation in reply.get("citations") or ()))


def _note_returns(connection: sa.Connection, facts: sa.Table) -> None:
    """Of each reply to a question, how long it was until the next one, and until a person was called."""
    asked = (sa.select(facts.c.conversation_id, facts.c.asked_at, facts.c.turn_id)).where(facts.c.kind != "notice")
    calls: dict[str, list[datetime]] = {}
    for conversation_id, at in connection.execute(sa.select(HANDOFFS.c.conversation_id, HANDOFFS.c.asked_at)):
        calls.setdefault(conversation_id, []).append(at)
    rows = connection.execute(asked.order_by(facts.c.conversation_id, facts.c.asked_at)).all()
    found = []
    for row, after in zip_longest(rows, rows[1:]):
        returned = after.asked_at if after is not None and after.conversation_id == row.conversation_id else None
        own = [at for at in calls.get(row.conversation_id, ()) if at >= row.asked_at]
        called = min((at for at in own if returned is None or at < returned), default=None)
        if returned or called:
            found.append({"own": row.turn_id, "r": _after(row.asked_at, returned), "c": _after(row.asked_at, called)})
    if found:
        values: dict[str, Any] = {"returned_after": sa.bindparam("r"), "called_after": sa.bindparam("c")}
        connection.execute(sa.update(facts).where(facts.c.turn_id == sa.bindparam("own")).values(values), found)


def _in_utc(moment: datetime) -> datetime:
    """SQLite gives it back without its zone, which is UTC."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def _after(since: datetime, moment: datetime | None) -> int | None:
    return None if moment is None else max(0, int((moment - since).total_seconds()))
