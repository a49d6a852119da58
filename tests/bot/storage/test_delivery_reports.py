from datetime import datetime, timedelta

from bot.models import CustomerContext
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.delivery_reports import DeskReport, desk_reports, give_up_all
from bot.storage.outbox import OutgoingEvent, claim, enqueue, settle_delivered, settle_failed


def fill(database: Database, now: datetime) -> None:
    """To zendesk one event delivered, two failing, one given up and one waiting behind it; to webhook one waiting."""
    outcomes = ("delivered", "slow", "slower", "dead")
    ids = [start_conversation(database, "site", CustomerContext(), now)[0].id for _ in outcomes]
    with database.write() as connection:
        for number, (outcome, conversation) in enumerate(zip(outcomes, ids, strict=True)):
            at = now + timedelta(seconds=number)
            event = OutgoingEvent(
                id=f"evt_{number}", type="handoff.ended", conversation_id=conversation, data={}, occurred_at=at
            )
            enqueue(connection, event, ["zendesk"], at)
            taken = claim(connection, "zendesk", at, at + timedelta(seconds=30))
            assert taken is not None
            if outcome == "delivered":
                settle_delivered(connection, taken, at)
            else:
                retry_at = None if outcome == "dead" else at + timedelta(hours=1)
                settle_failed(connection, taken, f"It was {outcome}.", retry_at, at, down=True)
        late = now + timedelta(seconds=9)
        for conversation, desk in ((ids[3], "zendesk"), (ids[0], "webhook")):
            event = OutgoingEvent(
                id=f"evt_{desk}", type="handoff.ended", conversation_id=conversation, data={}, occurred_at=late
            )
            enqueue(connection, event, [desk], late)


def test_each_desk_by_name(database: Database, now: datetime) -> None:
    with database.read() as connection:
        assert desk_reports(connection) == ()
    fill(database, now)
    webhook = DeskReport(
        desk="webhook", pending=1, delivered=0, dead=0, waiting_since=now + timedelta(seconds=9), last_error=None
    )
    zendesk = DeskReport(
        desk="zendesk",
        pending=3,
        delivered=1,
        dead=1,
        waiting_since=now + timedelta(seconds=1),
        last_error="It was slower.",
    )
    with database.read() as connection:
        assert desk_reports(connection) == (webhook, zendesk)


def test_a_desk_that_is_no_more_keeps_what_it_took(database: Database, now: datetime) -> None:
    fill(database, now)
    with database.write() as connection:
        assert give_up_all(connection, "zendesk") == 4
        assert give_up_all(connection, "zendesk") == 0
        webhook, zendesk = desk_reports(connection)
    assert (webhook.pending, zendesk.pending, zendesk.dead, zendesk.delivered) == (1, 0, 0, 1)
    assert (zendesk.waiting_since, zendesk.last_error) == (None, None)
