"""Everything that an agent is shown of one conversation, read from the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.handoff.summary import SAID, bare_url, lines_of_log, short_summary, tried
from bot.models import Conversation, Message, Owner, Ownership, Speaker, Turn
from bot.storage.conversations import conversation_of
from bot.storage.database import Database
from bot.storage.feedback import feedback_of
from bot.storage.messages import messages_after
from bot.storage.ownership import ownership_of
from bot.storage.queue import LastHandoff, last_handoff
from bot.storage.turns import last_turns
from bot.web.console.dependencies import agent_names
from bot.web.console.log import Entry, customer_texts, log_of
from bot.web.console.suggestions import asked_last
from bot.web.console.traces import because_of
from bot.web.console.views import PLATFORMS, says_nothing

LOG_ENTRIES = 200
"""Of a conversation's log, what one page shows; earlier entries have pages of their own."""
TURNS_READ = 5
"""Of the turns, the last ones, for why a person was called and on which index the bot worked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What stands beside the log. Empty where nothing is known."""

    reason: str
    reason_text: str
    because: str
    asked_at: datetime | None
    reminders: int
    summary: str
    """Of the customer's own sentences."""
    written_summary: str
    """A language model's, of when the person was called."""
    question: str
    contact: str
    note: str
    page_url: str
    platform: str
    locale: str
    started_at: datetime
    tried: Sequence[Mapping[str, Any]]
    index: str
    configuration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A conversation for its page. `log` are the newest entries as they are stored, `entries` those that are shown;
    `earlier` is the number of the first one shown if others stand before it."""

    conversation: Conversation
    ownership: Ownership
    agent_name: str
    log: tuple[Message, ...]
    entries: tuple[Entry, ...]
    earlier: int | None
    about: About

    @property
    def newest(self) -> int:
        """The number of the newest entry that was read: what an agent who closes the conversation has seen."""
        return self.log[-1].number if self.log else 0

    def place_of(self, agent: str) -> str:
        """Where the conversation is, seen from an agent: bot, queued, mine, other or closed."""
        if self.ownership.owner is Owner.HUMAN:
            return "mine" if self.ownership.agent == agent else "other"
        return {Owner.QUEUED: "queued", Owner.CLOSED: "closed"}.get(self.ownership.owner, "bot")


def read_case(database: Database, conversation_id: str, after: int = 0, before: int | None = None) -> Case:
    """The conversation with its newest entries; of them only those behind the number `after`, or in their place those
    that stand just before the number `before`. ConversationNotFound."""
    ownership = ownership_of(database, conversation_id)
    with database.read() as connection:
        conversation = conversation_of(connection, conversation_id)
    log = _window(database, conversation_id, ownership.last_number - LOG_ENTRIES)
    shown = [entry for entry in log if entry.number > after]
    if before is not None:
        shown = [each for each in _window(database, conversation_id, before - LOG_ENTRIES - 1) if each.number < before]
    names = agent_names(database)
    first = shown[0].number if shown else 0
    return Case(
        conversation=conversation,
        ownership=ownership,
        agent_name=names.get(ownership.agent or "", ownership.agent or ""),
        log=log,
        entries=log_of(shown, names, feedback_of(database, conversation_id)),
        earlier=first if first > 1 and not after else None,
        about=_about(database, conversation, ownership, log),
    )


def _window(database: Database, conversation_id: str, after: int) -> tuple[Message, ...]:
    """Numbers have no gaps, so the entries behind one are as many as the numbers."""
    return messages_after(database, conversation_id, max(0, after), to_customer=False, most=2 * LOG_ENTRIES)


def _about(database: Database, conversation: Conversation, ownership: Ownership, log: Sequence[Message]) -> About:
    handoff = last_handoff(database, conversation.id)
    turns = last_turns(database, conversation.id, TURNS_READ)
    asked = asked_last(log)
    said = list(customer_texts(log))
    index, configuration = _worked_on(turns)
    return About(
        reason=handoff.reason.value if handoff else "",
        reason_text=SAID[handoff.reason] if handoff else "",
        because=_because(turns, handoff),
        asked_at=handoff.asked_at if handoff and handoff.ended_at is None else None,
        reminders=ownership.reminders,
        summary=short_summary([text for text in said if not says_nothing(text)] or said, says_nothing),
        written_summary=(handoff.summary if handoff else None) or "",
        question=asked.text if asked else "",
        contact=conversation.contact or "",
        note=conversation.note,
        page_url=bare_url(conversation.context.page_url) or "",
        platform=PLATFORMS[conversation.context.platform],
        locale=conversation.context.locale,
        started_at=conversation.started_at,
        tried=tried(lines_of_log(entry for entry in log if entry.speaker is Speaker.BOT)),
        index=index,
        configuration=configuration,
    )


def _because(turns: Sequence[Turn], handoff: LastHandoff | None) -> str:
    """What decided the last handoff, where a reply of the bot decided it."""
    reason = handoff.reason.value if handoff else None
    calling = (turn for turn in reversed(turns) if (turn.trace.get("decision") or {}).get("reason") == reason)
    turn = next(calling, None) if reason else None
    return because_of(turn) if turn else ""


def _worked_on(turns: Sequence[Turn]) -> tuple[str, str]:
    """The index and the configuration of the last turns that tell them."""
    index = configuration = ""
    for turn in turns:
        trace, receipt = turn.trace, turn.receipt or {}
        if (generation := trace.get("index_generation")) is not None:
            sha256 = (receipt.get("index") or {}).get("sha256") or ""
            index = f"generation {generation} {sha256[:12]}".rstrip()
        configuration = str(trace.get("config_hash") or configuration)
    return index, configuration
