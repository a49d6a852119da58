from datetime import datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import func, insert, select, text

from bot.errors import IdentityTaken, NotAuthorised
from bot.models import CustomerContext, Identity
from bot.storage.conversation_tokens import ANONYMOUS, IDENTIFIED, MOST_TOKENS, Life, give_token
from bot.storage.conversations import (
    RESUMED_WITHIN,
    authorised_conversation,
    identify_customer,
    resume_conversation,
    start_conversation,
)
from bot.storage.database import Database, open_database
from bot.storage.revisions import migrations
from bot.storage.schema import conversation_tokens
from knowledge.models import Platform

ADA = Identity(subject="7", name="Ada", email="ada@example.com")
BOB = Identity(subject="8")
NOWHERE = CustomerContext()


def opens(database: Database, id_: str, token: str, at: datetime) -> bool:
    try:
        authorised_conversation(database, id_, token, at)
    except NotAuthorised:
        return False
    return True


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(conversation_tokens)) or 0


@pytest.mark.parametrize(("identity", "life"), [(None, ANONYMOUS), (ADA, IDENTIFIED)])
def test_a_token_that_is_not_used_ends(
    database: Database, now: datetime, identity: Identity | None, life: Life
) -> None:
    conversation, token = start_conversation(database, "site", NOWHERE, now, identity)
    assert not opens(database, conversation.id, token, now + life.idle)
    assert opens(database, conversation.id, token, now + life.idle - timedelta(seconds=1))
    assert opens(database, conversation.id, token, now + life.idle)


@pytest.mark.parametrize(("identity", "life"), [(None, ANONYMOUS), (ADA, IDENTIFIED)])
def test_use_prolongs_it_but_not_for_ever(
    sqlite_database: Database, now: datetime, identity: Identity | None, life: Life
) -> None:
    conversation, token = start_conversation(sqlite_database, "site", NOWHERE, now, identity)
    at, used = now, 0
    while opens(sqlite_database, conversation.id, token, at):
        at += life.idle / 2
        used += 1
    assert now + life.longest <= at < now + life.longest + life.idle / 2
    assert used > 20


def test_not_every_use_is_written_down(database: Database, now: datetime) -> None:
    conversation, token = start_conversation(database, "site", NOWHERE, now)

    def end() -> datetime:
        with database.read() as connection:
            (found,) = connection.scalars(select(conversation_tokens.c.expires_at))
        return found

    assert end() == now + ANONYMOUS.idle
    authorised_conversation(database, conversation.id, token, now + ANONYMOUS.step - timedelta(seconds=1))
    assert end() == now + ANONYMOUS.idle
    authorised_conversation(database, conversation.id, token, now + ANONYMOUS.step)
    assert end() == now + ANONYMOUS.step + ANONYMOUS.idle


def test_a_token_opens_its_own_conversation_whoever_s_the_other_is(database: Database, now: datetime) -> None:
    one, own = start_conversation(database, "site", NOWHERE, now, ADA)
    other, _ = start_conversation(database, "site", NOWHERE, now, ADA)
    assert opens(database, one.id, own, now)
    assert not opens(database, other.id, own, now)


def test_a_conversation_has_so_many_tokens(database: Database, now: datetime) -> None:
    conversation, first = start_conversation(database, "site", NOWHERE, now, ADA)
    _, elsewhere = other = start_conversation(database, "site", NOWHERE, now, BOB)
    tokens = [first]
    for number in range(1, MOST_TOKENS + 3):
        with database.write() as connection:
            tokens.append(give_token(connection, conversation.id, IDENTIFIED, now + timedelta(seconds=number)))
    later = now + timedelta(minutes=1)
    assert [opens(database, conversation.id, token, later) for token in tokens] == [False] * 3 + [True] * MOST_TOKENS
    assert opens(database, other[0].id, elsewhere, later)
    assert count(database) == MOST_TOKENS + 1


def test_tokens_that_have_ended_are_forgotten_with_the_next(database: Database, now: datetime) -> None:
    conversation, _ = start_conversation(database, "site", NOWHERE, now, ADA)
    with database.write() as connection:
        give_token(connection, conversation.id, IDENTIFIED, now + IDENTIFIED.idle)
    assert count(database) == 1


def test_the_newest_conversation_comes_back_with_one_more_token(database: Database, now: datetime) -> None:
    start_conversation(database, "site", NOWHERE, now, ADA)
    later = now + timedelta(minutes=5)
    newest, first = start_conversation(database, "site", NOWHERE, later, ADA)
    start_conversation(database, "site", NOWHERE, later + timedelta(minutes=1), BOB)
    start_conversation(database, "other", NOWHERE, later + timedelta(minutes=1), ADA)
    start_conversation(database, "site", NOWHERE, later + timedelta(minutes=1))
    here = CustomerContext(platform=Platform.APP, locale="es", page_url="https://x.example")
    renamed = Identity(subject="7", name="Ada L.")
    resumed = resume_conversation(database, "site", here, later, renamed)
    assert resumed is not None
    conversation, second = resumed
    assert (conversation.id, conversation.context, conversation.identity) == (newest.id, here, renamed)
    assert opens(database, newest.id, first, later) and opens(database, newest.id, second, later)


@pytest.mark.parametrize("subject", ["", "7 ", "07", "%", "' OR 1=1 --", "７"])
def test_nobody_else_has_it_back(database: Database, now: datetime, subject: str) -> None:
    start_conversation(database, "site", NOWHERE, now, ADA)
    start_conversation(database, "site", NOWHERE, now)
    assert resume_conversation(database, "site", NOWHERE, now, Identity(subject=subject)) is None
    assert resume_conversation(database, "Site", NOWHERE, now, ADA) is None


def test_an_old_conversation_does_not_come_back(database: Database, now: datetime) -> None:
    start_conversation(database, "site", NOWHERE, now, ADA)
    assert resume_conversation(database, "site", NOWHERE, now + RESUMED_WITHIN, ADA) is None
    assert resume_conversation(database, "site", NOWHERE, now + RESUMED_WITHIN - timedelta(seconds=1), ADA)


def test_a_visitor_s_conversation_becomes_a_customer_s_and_only_theirs(database: Database, now: datetime) -> None:
    conversation, before = start_conversation(database, "site", NOWHERE, now)
    own = identify_customer(database, conversation.id, ADA, now)
    assert not opens(database, conversation.id, before, now)
    assert authorised_conversation(database, conversation.id, own, now).identity == ADA
    with pytest.raises(IdentityTaken):
        identify_customer(database, conversation.id, BOB, now)
    again = identify_customer(database, conversation.id, Identity(subject="7"), now)
    assert opens(database, conversation.id, own, now) and opens(database, conversation.id, again, now)
    assert authorised_conversation(database, conversation.id, own, now).identity == Identity(subject="7")


def test_tokens_that_are_out_open_their_conversations_after_the_migration(database: Database, now: datetime) -> None:
    conversation, token = start_conversation(database, "site", NOWHERE, now)
    _, other = start_conversation(database, "site", NOWHERE, now)
    with database.write() as connection:
        connection.execute(insert(conversation_tokens).values(
            token_sha256="old", conversation_id=conversation.id, given_at=now - timedelta(days=1), expires_at=now
        ))  # fmt: skip
        connection.execute(
            text("DELETE FROM conversation_tokens WHERE conversation_id <> :id"), {"id": conversation.id}
        )
        command.downgrade(migrations(connection), "0007")
    database.close()
    with open_database(database.where) as migrated:
        today = datetime.now(now.tzinfo)
        assert opens(migrated, conversation.id, token, today)
        assert not opens(migrated, conversation.id, other, today)
        assert count(migrated) == 1
