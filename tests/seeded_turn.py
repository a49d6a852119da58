"""Turns that were handed over because the bot was not sure enough, written as the product writes them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.handoff.ownership import transition
from bot.handoff.ownership_events import BotReplied, CustomerWrote
from bot.models import CustomerContext, Turn
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.turns import receive_message, send_reply

HANDED_OVER = {
    "kind": "handoff",
    "text": "A person replies.",
    "reason": "low_confidence",
    "confidence": 0.1,
    "citations": [],
    "options": [],
    "actions": [],
}


def handed_over(database: Database, questions: Iterable[str], now: datetime | None = None) -> list[str]:
    """One conversation for each question; the ids of their turns."""
    at = now or datetime.now(UTC) - timedelta(hours=1)
    ids = []
    for number, question in enumerate(questions):
        conversation = start_conversation(database, "site", CustomerContext(), at)[0].id
        moment = at + timedelta(seconds=number)
        received = receive_message(
            database,
            conversation,
            "m1",
            question,
            moment,
            lambda state, at=moment: transition(state, CustomerWrote(at)),
        )
        turn = Turn(
            id="to be given",
            conversation_id=conversation,
            client_message_id="m1",
            question=received.message.text,
            reply=HANDED_OVER,
            trace={"rewritten_question": question, "candidates": []},
            asked_at=moment,
        )
        sent = send_reply(
            database, turn, lambda state, _open, at=moment: transition(state, BotReplied(at, state.tenure)), moment
        )
        ids.append(sent.turn.id)
    return ids
