"""What customers think of replies: one thumb for each, up or down, the last one given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from bot.errors import RequestRefused
from bot.models import Effect, Ownership, Speaker, Step
from bot.storage.database import Database
from bot.storage.ownership import Also, Happening, also_nothing, locked_ownership, store_step
from bot.storage.reply_facts import note_thumb
from bot.storage.schema import feedback, messages, turns


class ReplyNotFound(RequestRefused):
    """No reply of this conversation has this id."""

    code = "message_not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no reply with this id in this conversation, so it cannot be rated.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What the customer thinks of one reply. The comment has its secrets masked."""

    turn_id: str
    up: bool
    comment: str
    rated_at: datetime


def rate_reply(
    database: Database,
    conversation_id: str,
    message_id: str,
    up: bool,
    comment: str,
    now: datetime,
    decide: Callable[[Ownership, int], Step | None],
    notices: Mapping[Effect, str] | None = None,
    also: Also = also_nothing,
) -> Happening | None:
    """Stores a thumb in the place of an earlier one, and takes in what follows from it; None when nothing does.

    `message_id` is the turn's, or that of the reply in the log. `decide` is given who may speak and how many replies
    are held for bad now. ConversationNotFound; ReplyNotFound for what is no reply that the customer was shown.
    """
    with database.write() as connection:
        before = locked_ownership(connection, conversation_id)
        turn_id = _rated_turn(connection, conversation_id, message_id)
        _store(connection, conversation_id, Feedback(turn_id=turn_id, up=up, comment=comment, rated_at=now))
        step = decide(before, thumbs_down(connection, conversation_id, before.heard_from))
        if step is None:
            return None
        happening = store_step(connection, conversation_id, before, step, now, None, notices or {})
        also(connection, happening)
    return happening


def thumbs_down(connection: Connection, conversation_id: str, heard_from: int = 1) -> int:
    """How many replies to messages from the number `heard_from` on the customer holds for bad."""
    query = (
        select(func.count())
        .select_from(feedback.join(messages, messages.c.id == feedback.c.turn_id))
        .where(
            feedback.c.conversation_id == conversation_id,
            feedback.c.up.is_(False),
            messages.c.number >= heard_from,
        )
    )
    return connection.execute(query).scalar_one()


def feedback_of(database: Database, conversation_id: str) -> dict[str, Feedback]:
    """What the customer thinks of the conversation's replies, by the id of the turn."""
    query = select(feedback).where(feedback.c.conversation_id == conversation_id).order_by(feedback.c.rated_at)
    with database.read() as connection:
        return {
            row.turn_id: Feedback(turn_id=row.turn_id, up=row.up, comment=row.comment, rated_at=row.rated_at)
            for row in connection.execute(query)
        }


def _rated_turn(connection: Connection, conversation_id: str, message_id: str) -> str:
    query = (
        select(messages.c.turn_id)
        .select_from(messages.join(turns, turns.c.id == messages.c.turn_id))
        .where(
            messages.c.conversation_id == conversation_id,
            messages.c.speaker == Speaker.BOT.value,
            messages.c.shown,
            or_(messages.c.id == message_id, messages.c.turn_id == message_id),
        )
    )
    turn_id: str | None = connection.scalar(query)
    if turn_id is None:
        raise ReplyNotFound
    return turn_id


def _store(connection: Connection, conversation_id: str, given: Feedback) -> None:
    note_thumb(connection, given.turn_id, given.up)
    values: dict[str, Any] = {"up": given.up, "comment": given.comment, "rated_at": given.rated_at}
    changed = connection.execute(update(feedback).where(feedback.c.turn_id == given.turn_id).values(values)).rowcount
    if not changed:
        connection.execute(insert(feedback).values(turn_id=given.turn_id, conversation_id=conversation_id, **values))
