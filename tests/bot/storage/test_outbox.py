from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from bot.errors import ConversationNotFound
from bot.models import CustomerContext
from bot.storage.conversations import start_conversation
from bot.storage.database import Database
from bot.storage.outbox import (
    NoSuchDelivery,
    OutgoingEvent,
    claim,
    counts,
    dead_letters,
    enqueue,
    forget_delivered,
    give_up,
    hurry,
    new_event_id,
    next_due,
    renew,
    replay,
    replay_all,
    settle_delivered,
    settle_failed,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def conversation(database: Database, now: datetime) -> str:
    return start_conversation(database, "site", CustomerContext(), now)[0].id


def event(conversation_id: str, now: datetime, number: int = 1) -> OutgoingEvent:
    return OutgoingEvent(
        id=f"evt_{conversation_id[:6]}{number}",
        type="handoff.message",
        conversation_id=conversation_id,
        data={"text": f"Message {number} “ü” 🙂"},
        occurred_at=now,
    )


def add(database: Database, told: OutgoingEvent, now: datetime, *desks: str) -> int:
    with database.write() as connection:
        return enqueue(connection, told, desks or ("webhook",), now)


def take(database: Database, now: datetime, desk: str = "webhook", held: timedelta = MINUTE):
    with database.write() as connection:
        return claim(connection, desk, now, now + held)


def test_an_event_comes_out_as_it_went_in(database: Database, conversation: str, now: datetime) -> None:
    told = event(conversation, now)
    assert add(database, told, now) == 1
    with database.read() as connection:
        assert next_due(connection, "webhook", now) is not None
        assert next_due(connection, "zendesk", now) is next_due(connection, "webhook", now - MINUTE) is None
    delivery = take(database, now)
    assert delivery is not None
    assert (delivery.event, delivery.attempts, delivery.desk) == (told, 1, "webhook")
    with database.write() as connection:
        assert settle_delivered(connection, delivery, now)
        assert counts(connection) == {"webhook": {"pending": 0, "delivered": 1, "dead": 0}}
    assert take(database, now) is None


def test_the_event_and_what_it_tells_of_are_one_transaction(
    database: Database, conversation: str, now: datetime
) -> None:
    with pytest.raises(RuntimeError), database.write() as connection:
        enqueue(connection, event(conversation, now), ["webhook"], now)
        raise RuntimeError("the owner could not be changed")
    assert take(database, now) is None


def test_an_event_is_added_once_for_each_desk(database: Database, conversation: str, now: datetime) -> None:
    told = event(conversation, now)
    assert add(database, told, now, "webhook", "zendesk") == 2
    assert add(database, told, now, "webhook", "zendesk", "email") == 1
    assert take(database, now) is not None
    assert take(database, now) is None


def test_an_event_of_an_unknown_conversation_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(ConversationNotFound):
        add(database, event("nobody", now), now)


def test_a_conversation_s_events_keep_their_order_and_others_pass(
    database: Database, conversation: str, now: datetime
) -> None:
    other = start_conversation(database, "site", CustomerContext(), now)[0].id
    for number in (1, 2):
        add(database, event(conversation, now, number), now - MINUTE * number)
    add(database, event(other, now), now)
    first = take(database, now)
    assert first is not None
    assert first.event.data["text"].startswith("Message 1")
    second = take(database, now)
    assert second is not None
    assert second.event.conversation_id == other
    assert take(database, now) is None
    with database.write() as connection:
        assert settle_delivered(connection, second, now)
    with database.write() as connection:
        settle_failed(connection, first, "no", now + MINUTE, now, down=True)
    assert take(database, now) is None
    again = take(database, now + MINUTE)
    assert again is not None
    assert (again.event, again.attempts, again.last_error) == (first.event, 2, "no")
    with database.write() as connection:
        settle_delivered(connection, again, now)
    third = take(database, now + MINUTE)
    assert third is not None
    assert third.event.data["text"].startswith("Message 2")


def test_a_claim_ends_and_whoever_lost_it_settles_nothing(database: Database, conversation: str, now: datetime) -> None:
    add(database, event(conversation, now), now)
    dead_worker = take(database, now)
    assert dead_worker is not None
    assert take(database, now + MINUTE / 2) is None
    with database.write() as connection:
        assert renew(connection, dead_worker, now + 2 * MINUTE)
    assert take(database, now + MINUTE) is None
    second = take(database, now + 2 * MINUTE)
    assert second is not None
    assert second.attempts == 2
    with database.write() as connection:
        assert not renew(connection, dead_worker, now + 9 * MINUTE)
        assert not settle_failed(connection, dead_worker, "late", None, now, down=False)
        assert not settle_delivered(connection, dead_worker, now)
        assert settle_delivered(connection, second, now)
        assert not settle_failed(connection, second, "twice", now, now, down=False)


def test_a_dead_letter_holds_up_what_is_behind_it_until_it_is_replayed_or_given_up(
    database: Database, conversation: str, now: datetime
) -> None:
    for number in (1, 2, 3):
        add(database, event(conversation, now, number), now)
    first = take(database, now)
    assert first is not None
    with database.write() as connection:
        settle_failed(connection, first, "refused with status 410.", None, now, down=False)
    assert take(database, now + MINUTE) is None
    with database.read() as connection:
        (letter,) = dead_letters(connection)
        assert dead_letters(connection, "zendesk") == ()
    assert (letter.id, letter.last_error, letter.waiting_behind) == (first.id, "refused with status 410.", 2)
    with database.write() as connection:
        replay(connection, letter.id, now)
    again = take(database, now)
    assert again is not None
    assert (again.event, again.attempts) == (first.event, 1)
    assert again.last_error is not None  # it may have got there: the desk looks first
    with database.write() as connection:
        settle_failed(connection, again, "no", None, now, down=False)
        give_up(connection, again.id)
    following = take(database, now)
    assert following is not None
    assert following.event.data["text"].startswith("Message 2")


def test_all_dead_letters_of_a_desk_are_replayed(database: Database, now: datetime) -> None:
    for _ in range(3):
        own = start_conversation(database, "site", CustomerContext(), now)[0].id
        add(database, event(own, now), now)
        delivery = take(database, now)
        assert delivery is not None
        with database.write() as connection:
            settle_failed(connection, delivery, "no", None, now, down=True)
    with database.write() as connection:
        assert replay_all(connection, "zendesk", now) == 0
        assert replay_all(connection, "webhook", now) == 3
        assert counts(connection)["webhook"] == {"pending": 3, "delivered": 0, "dead": 0}


@pytest.mark.parametrize("replaying", [True, False])
def test_what_is_no_dead_letter_is_neither_replayed_nor_given_up(
    database: Database, conversation: str, now: datetime, replaying: bool
) -> None:
    add(database, event(conversation, now), now)
    pending = take(database, now)
    assert pending is not None
    with database.write() as connection:
        with pytest.raises(NoSuchDelivery, match="no undelivered event"):
            replay(connection, pending.id, now) if replaying else give_up(connection, pending.id)
        with pytest.raises(NoSuchDelivery):
            replay(connection, "nothing", now) if replaying else give_up(connection, "nothing")


def test_when_a_desk_is_back_only_what_failed_because_of_it_is_hurried(database: Database, now: datetime) -> None:
    for down in (True, False):
        own = start_conversation(database, "site", CustomerContext(), now)[0].id
        add(database, event(own, now), now)
        delivery = take(database, now)
        assert delivery is not None
        with database.write() as connection:
            settle_failed(connection, delivery, "no", now + 300 * MINUTE, now, down=down)
    with database.write() as connection:
        assert hurry(connection, "zendesk", now) == 0
        assert hurry(connection, "webhook", now) == 1
    assert take(database, now) is not None
    assert take(database, now) is None


def test_what_was_delivered_is_forgotten_after_a_while(database: Database, conversation: str, now: datetime) -> None:
    for number in (1, 2):
        add(database, event(conversation, now, number), now)
    delivery = take(database, now)
    assert delivery is not None
    with database.write() as connection:
        settle_delivered(connection, delivery, now)
        assert forget_delivered(connection, now) == 0
        assert forget_delivered(connection, now + MINUTE) == 1
    add(database, event(conversation, now, 3), now)
    second = take(database, now)
    assert second is not None
    assert second.event.data["text"].startswith("Message 2")


def test_eight_workers_deliver_each_event_once_and_in_order(database: Database, now: datetime) -> None:
    owns = [start_conversation(database, "site", CustomerContext(), now)[0].id for _ in range(4)]
    for number in range(5):
        for own in owns:
            add(database, event(own, now, number), now)
    got: list[tuple[str, str]] = []

    def work(_: int) -> None:
        for _ in range(60):
            if (delivery := take(database, now)) is not None:
                got.append((delivery.event.conversation_id, delivery.event.data["text"]))
                with database.write() as connection:
                    assert settle_delivered(connection, delivery, now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(got) == 20
    for own in owns:
        texts = [text for id_, text in got if id_ == own]
        assert texts == sorted(texts)


def test_ids_are_new() -> None:
    assert len({new_event_id() for _ in range(100)}) == 100
    assert all("." not in new_event_id() for _ in range(10))


def test_an_early_look_takes_only_what_the_desk_failed_and_counts_no_attempt(
    database: Database, conversation: str, now: datetime
) -> None:
    add(database, event(conversation, now), now)
    later = now + 300 * MINUTE
    with database.write() as connection:
        assert claim(connection, "webhook", now, later, early=True) is None
    first = take(database, now)
    assert first is not None
    with database.write() as connection:
        settle_failed(connection, first, "no", later, now, down=True)
        assert next_due(connection, "webhook", now) is None
        assert next_due(connection, "webhook", now, early=True) == first.id
        early = claim(connection, "webhook", now, now + MINUTE, early=True)
        assert early is not None
        assert (early.attempts, early.due_at) == (1, later)
        assert claim(connection, "webhook", now, now + MINUTE, early=True) is None
