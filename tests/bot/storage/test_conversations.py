import hashlib
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect

from bot.errors import ConversationNotFound, NotAuthorised
from bot.models import Conversation, CustomerContext, Owner
from bot.storage.conversations import authorised_conversation, conversation_of, note_contact, start_conversation
from bot.storage.database import Database
from knowledge.models import Platform

CONTEXT = CustomerContext(platform=Platform.APP, locale="de-AT", page_url="https://example.com/?q=ü")


def test_a_started_conversation_is_the_bots_and_its_token_opens_it(database: Database, now: datetime) -> None:
    conversation, token = start_conversation(database, "site", CONTEXT, now)
    assert conversation == Conversation(
        id=conversation.id, site_key="site", context=CONTEXT, owner=Owner.BOT, started_at=now
    )
    assert authorised_conversation(database, conversation.id, token, now) == conversation


def test_ids_and_tokens_cannot_be_guessed(database: Database, now: datetime) -> None:
    started = [start_conversation(database, "site", CustomerContext(), now) for _ in range(20)]
    assert len({conversation.id for conversation, _ in started}) == 20
    assert all(len(conversation.id) == 32 for conversation, _ in started)
    assert len({token for _, token in started}) == 20
    assert all(len(token) >= 43 for _, token in started)


def test_only_the_hash_of_the_token_is_stored(database: Database, now: datetime) -> None:
    _, token = start_conversation(database, "site", CONTEXT, now)
    with database.read() as connection:
        tables = inspect(connection).get_table_names()
        dump = repr([connection.exec_driver_sql(f"SELECT * FROM {table}").all() for table in tables])
    assert token not in dump
    assert hashlib.sha256(token.encode()).hexdigest() in dump
    written = b"".join(file.read_bytes() for file in Path(str(database.where)).parent.glob("footnote.db*"))
    assert token.encode() not in written


@pytest.mark.parametrize("wrong", ["", "x", "ü€", "\ud800", "0" * 64, "x" * 100_000])
def test_another_token_does_not_open_it(database: Database, now: datetime, wrong: str) -> None:
    conversation, _ = start_conversation(database, "site", CONTEXT, now)
    _, another = start_conversation(database, "site", CONTEXT, now)
    for token in (wrong, another):
        with pytest.raises(NotAuthorised):
            authorised_conversation(database, conversation.id, token, now)


@pytest.mark.parametrize("unknown", ["", "nobody", "' OR 1=1 --", "%"])
def test_an_unknown_conversation_is_not_found(database: Database, now: datetime, unknown: str) -> None:
    _, token = start_conversation(database, "site", CONTEXT, now)
    with pytest.raises(ConversationNotFound):
        authorised_conversation(database, unknown, token, now)


def test_what_a_customer_gives_takes_the_place_of_what_was_given_before(database: Database, now: datetime) -> None:
    conversation, token = start_conversation(database, "site", CONTEXT, now)
    assert (conversation.contact, conversation.note) == (None, "")
    seen = []
    for given in (("ada@example.com", "Hurry."), (None, "Please."), ("bo@example.com", None), (None, None)):
        with database.write() as connection:
            note_contact(connection, conversation.id, *given)
        known = authorised_conversation(database, conversation.id, token, now)
        seen.append((known.contact, known.note))
    assert seen == [
        ("ada@example.com", "Hurry."),
        ("ada@example.com", "Please."),
        ("bo@example.com", "Please."),
        ("bo@example.com", "Please."),
    ]


def test_a_conversation_is_read_without_a_token_inside_the_house(database: Database, now: datetime) -> None:
    conversation, _ = start_conversation(database, "site", CONTEXT, now)
    with database.read() as connection:
        assert conversation_of(connection, conversation.id) == conversation
        with pytest.raises(ConversationNotFound):
            conversation_of(connection, "nobody")
