"""What reports count of each reply, written with the reply: one narrow row, so that nobody reads JSON to count.

`day` is the UTC day of the question. `article_id` is the article that the answer cites first; of any other reply the
one whose passage came first in the search; empty where nothing was searched. `returned_after` and `called_after` are
seconds from the question until the customer asked on in this conversation, and until a person was called or came; NULL
while that has not happened. `thumb` is 1, -1, or 0 for none.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.models import Turn
from bot.storage.curated_given import note_given
from bot.storage.reply_sums import add_fact, change_fact
from bot.storage.ruled_replies import note_ruled
from bot.storage.schema import cited_articles, conversations, reply_facts

NOTICE = "notice"
"""The kind of reply to what holds no question; it neither ends a visit nor counts as coming back."""


def note_reply(connection: Connection, turn: Turn) -> None:
    """Writes the facts of a reply that is shown, in the transaction that stores its turn; of a turn without one none.
    What the reply before it was worth may change by it: the customer has come back."""
    if turn.reply is None:
        return
    note_given(connection, turn)
    note_ruled(connection, turn)
    where = select(conversations.c.platform, conversations.c.locale).where(conversations.c.id == turn.conversation_id)
    platform, locale = connection.execute(where).one()
    kind, cited = str(turn.reply.get("kind", "")), cited_in(turn.reply)
    if kind != NOTICE:
        _note_return(connection, turn.conversation_id, turn.asked_at)
    seen = {"day": day_of(turn.asked_at), "platform": platform, "locale": locale}
    fact = {
        "turn_id": turn.id,
        "conversation_id": turn.conversation_id,
        "asked_at": turn.asked_at,
        "kind": kind,
        "reason": turn.reply.get("reason") or "",
        "article_id": cited[0] if cited else _nearest(turn.trace),
        "confidence": turn.reply.get("confidence") or 0.0,
        "milliseconds": _milliseconds(turn.trace),
        **seen,
    }
    add_fact(connection, fact)
    if cited:
        connection.execute(
            insert(cited_articles), [{"turn_id": turn.id, "article_id": article_id, **seen} for article_id in cited]
        )


def note_call(connection: Connection, conversation_id: str, now: datetime) -> None:
    """Writes that a person was called, or came, after the last reply to a question."""
    last = _last(connection, conversation_id)
    if last is not None and last.called_after is None:
        change_fact(connection, last.turn_id, called_after=_seconds(last.asked_at, now))


def note_thumb(connection: Connection, turn_id: str, up: bool) -> None:
    """Writes what the customer thinks of a reply, in the place of what the customer thought before."""
    thumb = 1 if up else -1
    change_fact(connection, turn_id, thumb=thumb)
    connection.execute(update(cited_articles).where(cited_articles.c.turn_id == turn_id).values(thumb=thumb))


def day_of(moment: datetime) -> str:
    """The day of a moment as it is stored; the moment is in UTC."""
    return moment.date().isoformat()


def cited_in(reply: Mapping[str, Any]) -> tuple[str, ...]:
    """The articles that a reply cites, each once, in the order of their citations."""
    return tuple(dict.fromkeys(citation["article_id"] for citation in reply.get("citations") or ()))


def _note_return(connection: Connection, conversation_id: str, now: datetime) -> None:
    last = _last(connection, conversation_id)
    if last is not None and last.returned_after is None:
        change_fact(connection, last.turn_id, returned_after=_seconds(last.asked_at, now))


def _last(connection: Connection, conversation_id: str) -> Any:
    """The newest reply to a question of the conversation; None before the first."""
    own = (reply_facts.c.conversation_id == conversation_id, reply_facts.c.kind != NOTICE)
    query = select(reply_facts).where(*own).order_by(reply_facts.c.asked_at.desc(), reply_facts.c.turn_id.desc())
    return connection.execute(query.limit(1)).first()


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()))


def _nearest(trace: Mapping[str, Any]) -> str:
    candidates = trace.get("candidates") or ()
    return str(candidates[0].get("article_id", "")) if candidates else ""


def _milliseconds(trace: Mapping[str, Any]) -> int | None:
    total = (trace.get("timings_ms") or {}).get("total")
    return None if total is None else round(total)
