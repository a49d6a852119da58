"""What the third revision makes of conversations that are older."""

from datetime import datetime, timedelta

from alembic import command
from sqlalchemy import text

from bot.models import CustomerContext, HandoffReason, Owner, Ownership, Speaker
from bot.storage.conversations import start_conversation
from bot.storage.database import Database, open_database
from bot.storage.handoffs import open_handoffs
from bot.storage.messages import messages_after
from bot.storage.ownership import ownership_of
from bot.storage.revisions import migrations

TURN = text(
    "INSERT INTO turns (id, conversation_id, position, client_message_id, question, reply, trace, asked_at) "
    "VALUES (:id, :conversation_id, :position, :id, 'Why?', :reply, '{}', :asked_at)"
)

TURN_ON_POSTGRESQL = text(
    str(TURN).replace(":reply", "CAST(:reply AS JSON)").replace(":asked_at", "CAST(:asked_at || '+00' AS TIMESTAMPTZ)")
)


def _moment(moment: datetime) -> str:
    """As SQLite keeps it; PostgreSQL reads it too."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def test_older_conversations_get_a_log_and_whoever_waits_is_in_the_queue(database: Database, now: datetime) -> None:
    ids = [start_conversation(database, "site", CustomerContext(), now)[0].id for _ in range(3)]
    later = now + timedelta(minutes=1)
    rows = [
        {"id": "t1", "conversation_id": ids[0], "position": 1, "reply": '{"text": "So."}', "asked_at": _moment(now)},
        {"id": "t2", "conversation_id": ids[0], "position": 2, "reply": None, "asked_at": _moment(later)},
    ]
    with database.write() as connection:
        command.downgrade(migrations(connection), "0002")
        connection.execute(text("UPDATE conversations SET owner = 'queued' WHERE id <> :id"), {"id": ids[2]})
    with database.write() as connection:
        for row in rows:
            statement = TURN if connection.dialect.name == "sqlite" else TURN_ON_POSTGRESQL
            connection.execute(statement, row)
    database.close()
    with open_database(database.where) as migrated:
        log = messages_after(migrated, ids[0], to_customer=True)
        assert [(each.number, each.speaker, each.text, each.answered) for each in log] == [
            (1, Speaker.CUSTOMER, "Why?", True),
            (2, Speaker.BOT, "", False),
            (3, Speaker.CUSTOMER, "Why?", True),
        ]
        assert log[1].reply == {"text": "So."}
        assert (log[0].id, log[1].turn_id) == ("t1", "t1")
        waits = Ownership(owner=Owner.QUEUED, handoffs=1, waiting_since=log[2].said_at, last_customer=3, last_number=4)
        assert ownership_of(migrated, ids[0]) == waits
        assert ownership_of(migrated, ids[1]) == Ownership(owner=Owner.QUEUED, handoffs=1, waiting_since=now)
        assert ownership_of(migrated, ids[2]) == Ownership()
        assert {each.reason for each in open_handoffs(migrated)} == {HandoffReason.POLICY}
        assert len(open_handoffs(migrated)) == 2
