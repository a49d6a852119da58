"""The earlier messages of a conversation, from a file or from stored turns."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.errors import RequestRefused
from bot.models import Said, Turn
from bot.safety.redaction import redact

MOST_MESSAGES = 1000
MOST_CHARACTERS = 500_000
_KINDS = ("answer", "clarify", "handoff", "notice")
_FORM = 'a history is a JSON list of {"role": "user" or "assistant", "text": "…"}, oldest message first'


def read_history(text: str) -> tuple[Said, ...]:
    """The messages of a JSON list, oldest first, with secrets masked. Keys other than `role`, `text` and an assistant's
    `kind` are ignored.

    RequestRefused with a sentence that names the message when the text is anything else.
    """
    if len(text) > MOST_CHARACTERS:
        raise RequestRefused(
            f"The history has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read. Shorten it."
        )
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestRefused(f"The history is not JSON ({error}); {_FORM}.") from error
    if not isinstance(rows, list):
        raise RequestRefused(f"The history is no list; {_FORM}.")
    if len(rows) > MOST_MESSAGES:
        raise RequestRefused(f"The history has {len(rows):,} messages; at most {MOST_MESSAGES:,} are read. Shorten it.")
    return tuple(_said(number, row) for number, row in enumerate(rows, start=1))


def said_in(turns: Iterable[Turn]) -> tuple[Said, ...]:
    """What was said in stored turns: each question, and its reply where the assistant gave one, choices as a list."""
    said: list[Said] = []
    for turn in turns:
        said.append(Said(role="user", text=turn.question))
        if turn.reply is not None:
            said.append(said_by_assistant(turn.reply))
    return tuple(said)


def said_by_assistant(reply: Mapping[str, Any]) -> Said:
    """What a reply (its public JSON) said, choices as a list, and which articles it cited."""
    cited = dict.fromkeys(citation["article_id"] for citation in reply["citations"])
    text = "\n".join([reply["text"], *(f"- {option}" for option in reply["options"])])
    return Said(role="assistant", text=text, kind=reply["kind"], article_ids=tuple(cited))


def _said(number: int, row: object) -> Said:
    if not isinstance(row, dict):
        raise RequestRefused(f"Message {number} of the history is no object; {_FORM}.")
    role, text = row.get("role"), row.get("text")
    if role not in ("user", "assistant"):
        raise RequestRefused(f"Message {number} of the history has the role {str(role)[:40]!r}; {_FORM}.")
    if not isinstance(text, str) or not text.strip():
        raise RequestRefused(f"Message {number} of the history has no text; {_FORM}.")
    kind = row.get("kind") if role == "assistant" and row.get("kind") in _KINDS else None
    text = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be hashed or stored
    return Said(role=role, text=redact(text).text, kind=kind)
