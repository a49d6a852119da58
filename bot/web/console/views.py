"""From stored rows to what the console's lists and logs show. Pure: the templates only lay out what stands here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from bot.answering.smalltalk import small_talk
from bot.handoff.escalation import asks_for_person
from bot.handoff.summary import SAID
from bot.models import Moment, Owner
from bot.storage.queue import QueueEntry, RecentConversation
from knowledge.models import Platform

CONVERSATIONS = "/console/conversations"
PLATFORMS = {Platform.WEB: "Web", Platform.APP: "App", Platform.ANY: "Web or app"}
OWNERS = {
    Owner.BOT: "With the bot",
    Owner.QUEUED: "Waits for a person",
    Owner.HUMAN: "With a person",
    Owner.RETURNED: "Back with the bot",
    Owner.CLOSED: "Closed",
}
NO_QUESTION = "Nothing was said yet."
LONGEST_OF_NO_NEED = 400
"""Characters; what is remembered of customers' words stays small by it."""
MINUTE, HOUR, DAY = 60, 3600, 86400


Names = Mapping[str, str]
"""Agents' names for people, by the names that they sign in with."""


def says_nothing(text: str) -> bool:
    """Whether a message holds no need of its own ("talk to a human", "thanks"); a long one always holds one."""
    return len(text) <= LONGEST_OF_NO_NEED and _says_nothing(text)


@lru_cache(maxsize=4096)
def _says_nothing(text: str) -> bool:
    return asks_for_person(text) or small_talk(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A conversation in a list. `since` is when the wait, the work or the newest entry began."""

    id: str
    path: str
    owner: Owner
    agent: str | None
    agent_name: str
    question: str
    since: Moment
    platform: str
    locale: str
    reason: str = ""
    reason_text: str = ""
    reminders: int = 0
    open_messages: int = 0
    waiting_since: Moment | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Who waits, what this agent has in hand, and what others have; the longest wait first."""

    waiting: tuple[Row, ...]
    mine: tuple[Row, ...]
    others: tuple[Row, ...]


def queue_rows(entries: Iterable[QueueEntry], names: Names) -> tuple[Row, ...]:
    """Who waits for a person, the longest first; then what agents have, where an answer is owed the longest first."""
    rows = [_queue_row(entry, names) for entry in entries]
    waiting = (row for row in rows if row.owner is not Owner.HUMAN)
    return (*waiting, *sorted((row for row in rows if row.owner is Owner.HUMAN), key=_longest_unanswered))


def queue_of(entries: Iterable[QueueEntry], agent: str, names: Names) -> Queue:
    """The queue as this agent sees it."""
    rows = queue_rows(entries, names)
    taken = [row for row in rows if row.owner is Owner.HUMAN]
    return Queue(
        waiting=tuple(row for row in rows if row.owner is not Owner.HUMAN),
        mine=tuple(row for row in taken if row.agent == agent),
        others=tuple(row for row in taken if row.agent != agent),
    )


def recent_rows(conversations: Iterable[RecentConversation], names: Names) -> tuple[Row, ...]:
    """Recent conversations as rows of a list."""
    return tuple(
        Row(
            id=each.conversation_id,
            path=conversation_path(each.conversation_id),
            owner=each.owner,
            agent=each.agent,
            agent_name=name_of(each.agent, names),
            question=last_question(each.said),
            since=each.last_said_at,
            platform=PLATFORMS[each.platform],
            locale=each.locale,
        )
        for each in conversations
    )


def queue_json(entries: Iterable[QueueEntry], names: Names) -> list[dict[str, Any]]:
    """The rows of the queue as JSON values: what a console lays out, whoever looks at it."""
    return [
        {
            "id": row.id,
            "path": row.path,
            "owner": row.owner.value,
            "agent": row.agent,
            "agent_name": row.agent_name,
            "question": row.question,
            "since": row.since.isoformat(),
            "platform": row.platform,
            "locale": row.locale,
            "reason": row.reason,
            "reason_text": row.reason_text,
            "reminders": row.reminders,
            "open_messages": row.open_messages,
            "waiting_since": row.waiting_since.isoformat() if row.waiting_since else None,
        }
        for row in queue_rows(entries, names)
    ]


def waited(since: Moment, now: Moment) -> str:
    """How long something has lasted, in words; static/console_time.js says the same as time goes on."""
    seconds = max(0, int((now - since).total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"
    days = seconds // DAY
    return "1 day" if days == 1 else f"{days} days"


def moment(at: Moment) -> str:
    """A moment in UTC, for people; static/console_time.js says it in the agent's own time."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def conversation_path(conversation_id: str) -> str:
    """Where a conversation's page is."""
    return f"{CONVERSATIONS}/{quote(conversation_id, safe='')}"


def last_question(said: Sequence[str], note: str = "") -> str:
    """Of messages, newest first, the first that holds a need; when none does the customer's note, then the newest."""
    telling = (text for text in said if not says_nothing(text))
    return next(telling, note or (said[0] if said else NO_QUESTION))


def _queue_row(entry: QueueEntry, names: Names) -> Row:
    return Row(
        id=entry.conversation_id,
        path=conversation_path(entry.conversation_id),
        owner=entry.owner,
        agent=entry.agent,
        agent_name=name_of(entry.agent, names),
        question=last_question(entry.said, entry.note),
        since=(entry.claimed_at or entry.asked_at) if entry.owner is Owner.HUMAN else entry.asked_at,
        platform=PLATFORMS[entry.platform],
        locale=entry.locale,
        reason=entry.reason.value,
        reason_text=SAID[entry.reason],
        reminders=entry.reminders,
        open_messages=entry.open_messages,
        waiting_since=entry.waiting_since if entry.open_messages else None,
    )


def name_of(agent: str | None, names: Names) -> str:
    """An agent's name for people; a desk has no other than its own."""
    return names.get(agent, agent) if agent else ""


def _longest_unanswered(row: Row) -> tuple[bool, Moment]:
    return (row.waiting_since is None, row.waiting_since or row.since)
