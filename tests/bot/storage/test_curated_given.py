from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.handoff.ownership import transition
from bot.handoff.ownership_events import BotReplied, CustomerWrote
from bot.models import CustomerContext, Ownership, Step, Turn
from bot.storage.conversations import start_conversation
from bot.storage.curated_given import curated_in, times_given
from bot.storage.database import Database
from bot.storage.turns import receive_message, send_reply

REPLY = {"kind": "answer", "text": "So.", "citations": [], "confidence": 0.5}


def given(number: int, version: int = 1) -> dict[str, Any]:
    return {"composition": {"composer": "curated", "curated": {"number": number, "version": version}}}


def sent(database: Database, at: datetime, name: str, trace: dict[str, Any], shown: bool = True) -> None:
    conversation = start_conversation(database, "site", CustomerContext(), at)[0].id
    message = receive_message(
        database, conversation, name, "Why?", at, lambda state: transition(state, CustomerWrote(at))
    ).message
    turn = Turn(
        id=message.id,
        conversation_id=conversation,
        client_message_id=name,
        question="Why?",
        reply=REPLY,
        trace=trace,
        asked_at=at,
    )

    def decide(state: Ownership, is_open: bool) -> Step:
        step = transition(state, BotReplied(at, state.tenure, is_open))
        return step if shown else replace(step, effects=())

    send_reply(database, turn, decide, at)


def test_how_often_answers_were_given(database: Database, now: datetime) -> None:
    sent(database, now, "m1", given(1))
    sent(database, now - timedelta(days=2), "m2", given(1, version=2))
    sent(database, now - timedelta(days=40), "m3", given(1))
    sent(database, now, "m4", given(2))
    sent(database, now, "m5", {"composition": {"composer": "extractive"}})
    sent(database, now, "m6", {})
    sent(database, now, "m7", given(1), shown=False)
    assert times_given(database, [1, 2, 3], (now - timedelta(days=29)).date()) == {1: 2, 2: 1, 3: 0}
    assert times_given(database, [1], (now - timedelta(days=50)).date()) == {1: 3}


def test_a_trace_without_a_curated_answer() -> None:
    for trace in ({}, {"composition": None}, {"composition": {"composer": "model"}}):
        assert curated_in(trace) is None
