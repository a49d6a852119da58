"""A conversation's log as the customer's client gets it: one form for the transcript and for live events."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.models import Message
from bot.safety.agent_names import RESERVED
from bot.storage.agents import agent_accounts
from bot.storage.database import Database

NAMELESS = "Support"
"""What customers read as the name of somebody whom a desk does not name."""


def entries_to_json(database: Database, entries: Iterable[Message]) -> list[dict[str, Any]]:
    """Entries as JSON values, agents by the names that customers read. `type` is also the name of the live event."""
    log = tuple(entries)
    accounts = agent_accounts(database) if any(entry.author for entry in log) else ()
    names = {account.agent.name: account.agent.display_name for account in accounts}
    return [entry_to_json(entry, names) for entry in log]


def entry_to_json(entry: Message, names: Mapping[str, str]) -> dict[str, Any]:
    """One entry; `names` are those of the console's agents. People at a desk have the name that the desk gives them;
    where it gives none, they are `NAMELESS`. The bot's `client_message_id` is that of what it replies to."""
    head = {"number": entry.number, "at": entry.said_at.isoformat()}
    author = entry.author or ""
    if entry.owner is not None:
        return {"type": "owner", **head, "owner": entry.owner.value, "agent_name": names.get(author)}
    if entry.notice is not None:
        return {"type": "notice", **head, "kind": entry.notice.value, "text": entry.text}
    return {
        "type": "message",
        **head,
        "message_id": entry.id,
        "client_message_id": entry.source_id,
        "author": entry.speaker.value,
        "name": NAMELESS if author in RESERVED else names.get(author, entry.author),
        "text": entry.text if entry.reply is None else entry.reply["text"],
        "reply": None if entry.reply is None else dict(entry.reply),
    }
