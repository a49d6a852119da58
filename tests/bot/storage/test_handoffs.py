from datetime import datetime, timedelta

import pytest

from bot.handoff.ownership import transition
from bot.handoff.ownership_events import Claimed, Closed, Event, HandoffAsked, Released, Returned
from bot.models import CustomerContext, HandoffReason
from bot.storage.conversations import note_contact, start_conversation
from bot.storage.database import Database
from bot.storage.handoffs import (
    OpenHandoff,
    handoff_reason,
    keep_summary,
    open_handoffs,
    place_in_queue,
    queue_standing,
    recent_waits,
)
from bot.storage.ownership import act
from bot.storage.queue import last_handoff
from bot.storage.schema import handoffs


def happen(database: Database, conversation: str, event: Event) -> None:
    act(database, conversation, lambda state: transition(state, event), event.at)


def places(database: Database, ids: list[str]) -> list[int | None]:
    with database.read() as connection:
        return [place_in_queue(connection, id_) for id_ in ids]


@pytest.fixture
def ids(database: Database, now: datetime) -> list[str]:
    return [start_conversation(database, "site", CustomerContext(), now)[0].id for _ in range(3)]


def test_the_queue_is_served_in_the_order_of_asking(database: Database, ids: list[str], now: datetime) -> None:
    assert open_handoffs(database) == ()
    assert places(database, ids) == [None, None, None]
    for number, id_ in enumerate(ids):
        happen(database, id_, HandoffAsked(now + timedelta(minutes=3 - number), HandoffReason.USER_REQUEST))
    assert [each.conversation_id for each in open_handoffs(database)] == ids[::-1]
    assert places(database, ids) == [3, 2, 1]
    happen(database, ids[2], Claimed(now, "ada"))
    assert places(database, ids) == [2, 1, None]
    assert len(open_handoffs(database)) == 3
    happen(database, ids[2], Released(now, "ada"))
    assert places(database, ids)[2] == 1, "who waited longest is next again"
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


def test_where_a_conversation_stands_or_would_stand(database: Database, ids: list[str], now: datetime) -> None:
    def standing(id_: str) -> tuple[int, bool, datetime | None]:
        with database.read() as connection:
            found = queue_standing(connection, id_)
        return found.place, found.waits, found.longest_since

    first, second, third = sorted(ids)
    assert standing(first) == (1, False, None)
    happen(database, second, HandoffAsked(now, HandoffReason.LOOP))
    happen(database, first, HandoffAsked(now, HandoffReason.LOOP))
    later = now + timedelta(minutes=1)
    assert [standing(id_) for id_ in (first, second, third)] == [(1, True, now), (2, True, now), (3, False, now)]
    happen(database, first, Claimed(later, "ada"))
    happen(database, third, HandoffAsked(later, HandoffReason.LOOP))
    assert [standing(id_) for id_ in (first, second, third)] == [(3, False, now), (1, True, now), (2, True, now)]
    happen(database, second, Returned(later, None))
    assert [standing(id_) for id_ in (second, third)] == [(2, False, later), (1, True, later)]


def test_the_place_is_known_inside_the_transaction_that_asks(database: Database, ids: list[str], now: datetime) -> None:
    seen = []
    act(
        database,
        ids[0],
        lambda state: transition(state, HandoffAsked(now, HandoffReason.LOOP)),
        now,
        also=lambda connection, _: seen.append(place_in_queue(connection, ids[0])),
    )
    assert seen == [1]


def test_a_contact_is_known_once_it_is_stored(database: Database, ids: list[str], now: datetime) -> None:
    with database.write() as connection:
        note_contact(connection, ids[1], "ada@example.com", None)
        assert [queue_standing(connection, id_).contact_known for id_ in (*ids, "nobody")] == [
            False,
            True,
            False,
            False,
        ]


def test_recent_waits_are_those_of_people_who_were_called(database: Database, ids: list[str], now: datetime) -> None:
    def waits(since: datetime, most: int = 10) -> list[tuple[datetime, datetime]]:
        with database.read() as connection:
            return list(recent_waits(connection, since, most))

    minutes = [now + timedelta(minutes=number) for number in range(5)]
    happen(database, ids[0], HandoffAsked(minutes[0], HandoffReason.LOOP))
    happen(database, ids[1], HandoffAsked(minutes[1], HandoffReason.LOOP))
    assert waits(now) == [], "nobody has come"
    happen(database, ids[0], Claimed(minutes[2], "ada"))
    happen(database, ids[2], Claimed(minutes[2], "bo"))
    assert waits(now) == [(minutes[0], minutes[2])], "who came unasked says nothing about waiting"
    happen(database, ids[1], Claimed(minutes[4], "ada"))
    assert waits(now) == [(minutes[1], minutes[4]), (minutes[0], minutes[2])]
    assert waits(minutes[3]) == waits(now, most=1) == [(minutes[1], minutes[4])]
    happen(database, ids[1], Closed(minutes[4], "ada"))
    assert len(waits(now)) == 2, "what has ended still counts"
    happen(database, ids[0], Released(minutes[4], "ada"))
    assert waits(now) == [(minutes[1], minutes[4])]


def test_each_handoff_has_its_own_reason(database: Database, ids: list[str], now: datetime) -> None:
    happen(database, ids[0], HandoffAsked(now, HandoffReason.LOOP))
    happen(database, ids[0], Returned(now, None))
    happen(database, ids[0], HandoffAsked(now, HandoffReason.USER_REQUEST))
    with database.read() as connection:
        reasons = [handoff_reason(connection, ids[0], number) for number in (1, 2, 3)]
    assert reasons == [HandoffReason.LOOP, HandoffReason.USER_REQUEST, None]


def test_a_summary_is_kept_once_while_the_handoff_lasts(database: Database, ids: list[str], now: datetime) -> None:
    def keep(id_: str, number: int, summary: str = "A withdrawal is stuck.") -> bool:
        with database.write() as connection:
            return keep_summary(connection, id_, number, summary)

    happen(database, ids[0], HandoffAsked(now, HandoffReason.USER_REQUEST))
    happen(database, ids[1], HandoffAsked(now, HandoffReason.USER_REQUEST))
    assert keep(ids[0], 1)
    assert not keep(ids[0], 1, "Another one.")
    assert not keep(ids[0], 2) and not keep("nobody", 1)
    happen(database, ids[1], Closed(now, None))
    assert not keep(ids[1], 1), "nobody has to do with it any more"
    found = [last_handoff(database, id_) for id_ in ids]
    assert [each and each.summary for each in found] == ["A withdrawal is stuck.", None, None]
