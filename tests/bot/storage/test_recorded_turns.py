from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from bot.improving.proposals import REASONS
from bot.models import CustomerContext
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.recorded_turns import recorded_turn_ids, turns_in_portions, unhelpful_turn_ids
from bot.storage.schema import feedback, turns
from bot.storage.turns import turns_with_ids


def record(database: Database, now: datetime, rows: dict[str, tuple[int, dict[str, Any] | None]]) -> str:
    """Turns by id, each asked so many hours ago, with its reply."""
    conversation = start_conversation(database, "site", CustomerContext(), now)[0].id
    with database.write() as connection:
        for position, (id_, (hours, reply)) in enumerate(rows.items(), start=1):
            connection.execute(
                insert(turns).values(
                    id=id_,
                    conversation_id=conversation,
                    position=position,
                    client_message_id=id_,
                    question=id_,
                    reply=reply,
                    trace={},
                    asked_at=now - timedelta(hours=hours),
                )
            )
    return conversation


def told(kind: str, reason: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "reason": reason, "text": ""}


def test_turns_since_a_moment_oldest_first_in_portions(database: Database, now: datetime) -> None:
    record(database, now, {"new": (1, None), "old": (30, None), "older": (5, told("notice")), "newest": (0, None)})
    ids = recorded_turn_ids(database, now - timedelta(hours=24))
    assert ids == ("older", "new", "newest")
    portions = list(turns_in_portions(database, [*ids, "gone"], portion=2))
    assert [[turn.id for turn in portion] for portion in portions] == [["older", "new"], ["newest"]]
    assert turns_with_ids(database, ["old", "gone"])["old"].question == "old"
    assert recorded_turn_ids(database, now + timedelta(hours=1)) == () == tuple(turns_in_portions(database, ()))


def test_what_was_unhelpful(database: Database, now: datetime) -> None:
    conversation = record(
        database,
        now,
        {
            "unsure": (1, told("handoff", "low_confidence")),
            "loop": (2, told("handoff", "loop")),
            "asked": (3, told("handoff", "user_request")),
            "good": (4, told("answer")),
            "bad": (90, told("answer")),
            "long ago": (80, told("handoff", "loop")),
            "nobody": (5, None),
            "held for good": (6, told("handoff", "policy")),
        },
    )
    thumbs = {"bad": (False, 1), "held for good": (True, 1), "long ago": (False, 70)}
    with database.write() as connection:
        for id_, (up, hours) in thumbs.items():
            rated = {"rated_at": now - timedelta(hours=hours), "up": up, "comment": ""}
            connection.execute(insert(feedback).values(turn_id=id_, conversation_id=conversation, **rated))
    assert unhelpful_turn_ids(database, now - timedelta(hours=24), REASONS) == ("bad", "loop", "unsure")
