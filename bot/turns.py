"""A turn's table of contents: from a customer's message in a conversation to the stored turn."""

import secrets
from datetime import UTC, datetime
from functools import partial

from bot.answering.history import said_in
from bot.assistant import Assistant
from bot.handoff.escalation import owner_after
from bot.models import Conversation, Turn
from bot.safety.message_ids import storable_id
from bot.storage.database import Database
from bot.storage.turns import find_turn, last_turns, record_turn
from bot.wire import reply_to_json

TURNS_READ = 20
"""Of the turns of a conversation, the last ones that an answer may take into account."""
STORED_CANDIDATES = 20
"""Of the passages that a reply considered, the best ones that are kept with the turn; `--explain` shows all."""


def take_turn(
    assistant: Assistant, database: Database, conversation: Conversation, text: str, client_message_id: str
) -> Turn:
    """Answer a message of a conversation and store the turn, once for each `client_message_id`."""
    client_message_id = storable_id(client_message_id)
    if told := find_turn(database, conversation.id, client_message_id):
        return told
    before = last_turns(database, conversation.id, TURNS_READ)
    outcome = assistant.answer(text, conversation.context, said_in(before), [turn.id for turn in before])
    considered = outcome.trace["candidates"][:STORED_CANDIDATES]
    turn = Turn(
        id=f"msg_{secrets.token_hex(12)}",
        conversation_id=conversation.id,
        client_message_id=client_message_id,
        question=outcome.question,
        reply=reply_to_json(outcome.reply),
        trace={**outcome.trace, "candidates": considered, "timings_ms": outcome.timings_ms},
        asked_at=datetime.now(UTC),
        receipt=outcome.receipt,
    )
    return record_turn(database, turn, partial(owner_after, outcome.reply))
