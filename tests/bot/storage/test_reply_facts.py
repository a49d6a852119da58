"""The facts that the product writes turn by turn are those that the migration reads off the stored turns."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select

from bot.handoff.ownership import transition
from bot.handoff.ownership_events import BotReplied, CustomerWrote
from bot.models import CustomerContext, HandoffReason, Turn
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.feedback import rate_reply
from bot.storage.reply_facts import cited_in
from bot.storage.revisions import HEAD, migrations
from bot.storage.schema import article_sums, cited_articles, reply_facts, reply_sums
from bot.storage.turns import receive_message, send_reply
from knowledge.models import Platform
from tests.seeded_store import seeded_articles, seeded_turns, store

BEFORE = "0011"


def facts(database: Database) -> dict[str, Mapping[str, Any]]:
    with database.read() as connection:
        return {row["turn_id"]: row for row in connection.execute(select(reply_facts)).mappings()}


def citations(database: Database) -> set[tuple[Any, ...]]:
    with database.read() as connection:
        return {tuple(row) for row in connection.execute(select(cited_articles))}


def sums(database: Database) -> list[tuple[Any, ...]]:
    """Of both tables; what was added up in another order differs in its last digits."""
    with database.read() as connection:
        rows = [row for table in (reply_sums, article_sums) for row in connection.execute(select(table))]
    return sorted(tuple(round(each, 9) if isinstance(each, float) else each for each in row) for row in rows)


def made_anew(database: Database) -> None:
    """Takes the tables away and has the migration fill them again."""
    with database.write() as connection:
        command.downgrade(migrations(connection), BEFORE)
        command.upgrade(migrations(connection), HEAD)


@pytest.fixture
def conversation(database: Database, now: datetime) -> str:
    return start_conversation(database, "site", CustomerContext(platform=Platform.APP, locale="es"), now)[0].id


def reply(kind: str, *cited: str, reason: str | None = None) -> dict[str, Any]:
    citations = [{"article_id": article_id} for article_id in cited]
    return {"kind": kind, "text": "So.", "citations": citations, "confidence": 0.75, "reason": reason}


def say(database: Database, conversation: str, id_: str, told: dict[str, Any], at: datetime) -> str:
    """A message with its reply; the turn's id."""
    received = receive_message(
        database, conversation, id_, "Why?", at, lambda state: transition(state, CustomerWrote(at))
    )
    turn = Turn(
        id=received.message.id,
        conversation_id=conversation,
        client_message_id=id_,
        question="Why?",
        reply=told,
        trace={"candidates": [{"article_id": "near"}], "timings_ms": {"total": 12.6}},
        asked_at=at,
    )
    calls = HandoffReason(told["reason"]) if told["reason"] else None

    def decide(state: Any, is_open: bool) -> Any:
        return transition(state, BotReplied(at, state.tenure, is_open, calls=calls))

    return send_reply(database, turn, decide, at).turn.id


def test_each_reply_has_its_facts(database: Database, conversation: str, now: datetime) -> None:
    first = say(database, conversation, "1", reply("answer", "a", "b", "a"), now)
    thanks = say(database, conversation, "2", reply("notice"), now + timedelta(seconds=10))
    second = say(database, conversation, "3", reply("clarify"), now + timedelta(seconds=90))
    last = say(database, conversation, "4", reply("handoff", reason="low_confidence"), now + timedelta(seconds=100))
    rate_reply(database, conversation, first, True, "", now, lambda *_: None)
    rate_reply(database, conversation, first, False, "", now, lambda *_: None)

    found = facts(database)
    told = {id_: (row["kind"], row["reason"], row["article_id"], row["thumb"]) for id_, row in found.items()}
    assert told == {
        first: ("answer", "", "a", -1),
        thanks: ("notice", "", "near", 0),
        second: ("clarify", "", "near", 0),
        last: ("handoff", "low_confidence", "near", 0),
    }
    assert {id_: (row["returned_after"], row["called_after"]) for id_, row in found.items()} == {
        first: (90, None),
        thanks: (None, None),
        second: (10, None),
        last: (None, 0),
    }
    assert {(row["platform"], row["locale"], row["day"], row["milliseconds"]) for row in found.values()} == {
        ("app", "es", "2026-03-04", 13)
    }
    assert citations(database) == {(first, each, "2026-03-04", "app", "es", -1) for each in ("a", "b")}
    named, summed = citations(database), sums(database)
    made_anew(database)
    assert (facts(database), citations(database), sums(database)) == (found, named, summed)


def test_the_migration_reads_the_same_off_many_turns(database: Database, now: datetime) -> None:
    store(database, seeded_turns(1200, now, [article.id for article in seeded_articles(30)]))
    found, named, summed = facts(database), citations(database), sums(database)
    assert len(found) == 1200
    made_anew(database)
    assert facts(database) == found
    assert citations(database) == named
    assert sums(database) == summed


def test_what_was_kept_as_a_suggestion_has_no_facts(database: Database, conversation: str, now: datetime) -> None:
    say(database, conversation, "1", reply("handoff", reason="user_request"), now)
    assert len(facts(database)) == 1
    later = now + timedelta(minutes=1)
    receive_message(database, conversation, "2", "And?", later, lambda state: transition(state, CustomerWrote(later)))
    assert len(facts(database)) == 1


def test_an_older_reply_without_fields_is_read() -> None:
    assert cited_in({"text": "So."}) == ()
