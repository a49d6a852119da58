"""A cited answer for an agent to look over, change and send: the bot's held one, or one that is composed now.

Nothing of it is stored.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.answering.history import said_in
from bot.assistant import CustomerMessage
from bot.models import Conversation, Message, Speaker
from bot.staffed import StaffedFootnote
from bot.storage.turns import last_turns
from bot.web.console.log import link_target, places
from bot.web.console.views import says_nothing
from bot.wire import reply_to_json

TURNS_READ = 20
ARTICLES_NAMED = 3

_BRACKETS = re.compile(r"[\[\]\\]")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Markdown for the agent's text area, and a sentence about where it comes from. Empty text: there is none."""

    text: str
    about: str


def asked_last(log: Sequence[Message]) -> Message | None:
    """The customer's last message that holds a need; the last one when none does; None before there is any."""
    asked = [entry for entry in log if entry.speaker is Speaker.CUSTOMER and entry.text.strip()]
    return next((entry for entry in reversed(asked) if not says_nothing(entry.text)), asked[-1] if asked else None)


def suggest(footnote: StaffedFootnote, conversation: Conversation, log: Sequence[Message]) -> Suggestion:
    """A suggestion for the customer's last question. IndexUnavailable, StorageError."""
    asked = asked_last(log)
    if asked is None:
        return Suggestion("", "The customer has not asked anything yet.")
    held = next((each for each in reversed(log) if each.turn_id == asked.id and not each.shown and each.reply), None)
    if held is not None and held.reply is not None and held.reply["kind"] == "answer":
        return Suggestion(reply_text(held.reply), "The bot had this answer ready when a person took over.")
    return _composed(footnote, conversation, asked)


def _composed(footnote: StaffedFootnote, conversation: Conversation, asked: Message) -> Suggestion:
    """What the bot would say if it need not be sure; where it says nothing to that, the nearest articles."""
    assistant = replace(footnote.assistant, answer_threshold=0.0)
    turns = last_turns(footnote.database, conversation.id, TURNS_READ)
    earlier = [turn for turn in turns if turn.id != asked.id]
    outcome = assistant.reply_to(
        CustomerMessage(asked.text), conversation.context, said_in(earlier), [turn.id for turn in earlier]
    )
    reply = reply_to_json(outcome.reply)
    if reply["kind"] == "answer":
        return Suggestion(reply_text(reply), _how_sure(reply["confidence"], footnote.threshold().value))
    if reply["kind"] == "clarify":
        return Suggestion(reply_text(reply), "The bot would ask back.")
    hits = assistant.search(asked.text, conversation.context)
    found = {hit.passage.article_id: footnote.hit_to_json(rank, hit) for rank, hit in reversed(list(enumerate(hits)))}
    nearest = sorted(found.values(), key=lambda hit: hit["rank"])[:ARTICLES_NAMED]
    if not nearest:
        return Suggestion("", "The bot has no answer to this, and no article comes near.")
    return Suggestion("\n".join(f"- {_link(hit)}" for hit in nearest), "No answer, but these articles come near.")


def _how_sure(confidence: float, threshold: float) -> str:
    sure = f"the bot is {confidence:.0%} sure; by itself it answers from {threshold:.0%}."
    if confidence < threshold:
        return f"Composed now, and perhaps not what is asked: {sure}"
    return f"Composed now: {sure}"


def reply_text(reply: Mapping[str, Any]) -> str:
    """A reply as Markdown that stands alone: its text, its choices, and below each place that it cites, as a link."""
    parts = [reply["text"], "\n".join(f"- {option}" for option in reply["options"])]
    parts.append("\n".join(f"- [{each['number']}] {_link(each)}" for each in places(reply["citations"])))
    return "\n\n".join(part for part in parts if part)


def _link(place: Mapping[str, Any]) -> str:
    name = " › ".join(part for part in (place["title"], place["heading"]) if part)
    return f"[{_BRACKETS.sub(' ', name)}]({link_target(place['url'])})"
