from datetime import datetime, timedelta

import pytest

from bot.handoff.ownership import transition
from bot.handoff.ownership_events import Claimed, Event, HandoffAsked, Released, Returned
from bot.models import CustomerContext, HandoffReason
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.handoffs import OpenHandoff, open_handoffs, place_in_queue
from bot.storage.ownership import act
from bot.storage.schema import handoffs


def happen(database: Database, conversation: str, event: Event) -> None:
    act(database, conversation, lambda state: transition(state, event), event.at)


@pytest.fixture
def ids(database: Database, now: datetime) -> list[str]:
    return [start_conversation(database, "site", CustomerContext(), now)[0].id for _ in range(3)]


def test_the_queue_is_served_in_the_order_of_asking(database: Database, ids: list[str], now: datetime) -> None:
    assert open_handoffs(database) == ()
    assert place_in_queue(database, ids[0]) is None
    for number, id_ in enumerate(ids):
        happen(database, id_, HandoffAsked(now + timedelta(minutes=3 - number), HandoffReason.USER_REQUEST))
    assert [each.conversation_id for each in open_handoffs(database)] == ids[::-1]
    assert [place_in_queue(database, id_) for id_ in ids] == [3, 2, 1]
    happen(database, ids[2], Claimed(now, "ada"))
    assert [place_in_queue(database, id_) for id_ in ids] == [2, 1, None]
    assert len(open_handoffs(database)) == 3
    happen(database, ids[2], Released(now, "ada"))
    assert place_in_queue(database, ids[2]) == 1, "who waited longest is next again"
    happen(database, ids[2], Returned(now, None))
    assert [each.conversation_id for each in open_handoffs(database)] == [ids[1], ids[0]]


def test_a_handoff_keeps_its_reason_who_took_it_and_how_it_ended(
    database: Database, ids: list[str], now: datetime
) -> None:
    later = now + timedelta(minutes=1)
    happen(database, ids[0], HandoffAsked(now, HandoffReason.SENSITIVE_TOPIC))
    happen(database, ids[0], Claimed(later, "ada"))
    assert open_handoffs(database) == (
        OpenHandoff(
            conversation_id=ids[0],
            number=1,
            reason=HandoffReason.SENSITIVE_TOPIC,
            asked_at=now,
            agent="ada",
            claimed_at=later,
        ),
    )
    happen(database, ids[0], Returned(later, "ada"))
    happen(database, ids[0], Claimed(later, "bo"))
    with database.read() as connection:
        rows = connection.execute(handoffs.select().order_by(handoffs.c.number)).all()
    assert [(row.number, row.reason, row.agent, row.ended_as) for row in rows] == [
        (1, "sensitive_topic", "ada", "returned"),
        (2, "policy", "bo", None),
    ]
    assert rows[0].ended_at == later
