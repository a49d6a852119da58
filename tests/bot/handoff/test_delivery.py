import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.handoff.delivery import Courier, StoredThread
from bot.handoff.desks.desk import NotDelivered, Thread
from bot.handoff.desks.webhook import WebhookDesk
from bot.handoff.desks.zendesk import ZendeskDesk
from bot.handoff.outgoing import Outgoing
from bot.handoff.retries import ATTEMPTS, SCHEDULE_SECONDS
from bot.models import CustomerContext
from bot.storage.conversations import start_conversation
from bot.storage.database import Database, open_database
from bot.storage.outbox import OutgoingEvent, claim, counts, dead_letters, enqueue, new_event_id, replay
from tests.desk_receivers import Hangs, Refuses, WebhookReceiver, receiving
from tests.handoff_events import REQUEST
from tests.vendor_desks import ZendeskReceiver

START = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class ScriptedDesk:
    """Takes what it is given, or does what `failing` does with it."""

    def __init__(self, name: str = "desk") -> None:
        self.name = name
        self.attempts: list[tuple[str, bool]] = []
        self.taken: list[str] = []
        self.failing: Callable[[OutgoingEvent], None] | None = None

    def deliver(self, event: OutgoingEvent, thread: Thread, again: bool) -> None:
        self.attempts.append((event.data["text"], again))
        if self.failing is not None:
            self.failing(event)
        self.taken.append(event.data["text"])


def down(event: OutgoingEvent) -> None:
    raise NotDelivered("desk.example did not answer within 15 s.", down=True)


def refused(event: OutgoingEvent) -> None:
    raise NotDelivered("desk.example refused the request with status 422.")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "footnote.db") as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk()


@pytest.fixture
def courier(database: Database, desk: ScriptedDesk, clock: Clock) -> Courier:
    return Courier(database, [desk], clock, lambda: 0.5)


def conversation(database: Database) -> str:
    return start_conversation(database, "site", CustomerContext(), START)[0].id


def add(database: Database, conversation_id: str, text: str, *desks: str, now: datetime = START) -> OutgoingEvent:
    event = OutgoingEvent(
        id=new_event_id(),
        type="handoff.message",
        conversation_id=conversation_id,
        data={"id": text, "author": "customer", "text": text},
        occurred_at=now,
    )
    with database.write() as connection:
        enqueue(connection, event, desks or ("desk",), now)
    return event


def drain(courier: Courier) -> int:
    done = 0
    while courier.deliver_next("desk"):
        done += 1
    return done


def pending(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return counts(connection)["desk"]


def test_what_is_added_is_delivered_in_order(database: Database, courier: Courier, desk: ScriptedDesk) -> None:
    own, other = conversation(database), conversation(database)
    for text, where in (("a1", own), ("b1", other), ("a2", own), ("a3", own)):
        add(database, where, text)
    assert courier.desks == ("desk",)
    assert drain(courier) == 4
    assert [text for text in desk.taken if text.startswith("a")] == ["a1", "a2", "a3"]
    assert not any(again for _, again in desk.attempts)
    assert pending(database) == {"pending": 0, "delivered": 4, "dead": 0}


def test_the_schedule_is_kept_and_ends_in_a_dead_letter_that_can_be_replayed(
    database: Database, courier: Courier, desk: ScriptedDesk, clock: Clock
) -> None:
    own = conversation(database)
    for text in ("first", "second"):
        add(database, own, text)
    desk.failing = refused
    for number, seconds in enumerate(SCHEDULE_SECONDS):
        if seconds:
            clock.pass_(seconds - 1)
            assert drain(courier) == 0
            clock.pass_(1)
        assert drain(courier) == 1
        assert desk.attempts[-1] == ("first", number > 0)
    clock.pass_(10**7)
    assert drain(courier) == 0
    with database.write() as connection:
        (letter,) = dead_letters(connection)
        assert (letter.attempts, letter.waiting_behind) == (ATTEMPTS, 1)
        assert letter.last_error == "desk.example refused the request with status 422."
        replay(connection, letter.id, clock())
    desk.failing = None
    assert drain(courier) == 2
    assert desk.taken == ["first", "second"]
    assert desk.attempts[-2] == ("first", True)


def test_a_desk_that_is_down_for_a_day_gets_everything_at_once_and_in_order(
    database: Database, courier: Courier, desk: ScriptedDesk, clock: Clock
) -> None:
    owns = [conversation(database) for _ in range(20)]
    desk.failing = down
    for minute in range(0, 24 * 60, 10):
        add(database, owns[minute // 10 % 20], f"{minute:04d}", now=clock())
        drain(courier)
        clock.pass_(600)
    assert desk.taken == []
    assert pending(database) == {"pending": 144, "delivered": 0, "dead": 0}
    desk.failing = None
    clock.pass_(60)
    waited = 0
    while pending(database)["pending"] and waited < 3600:
        drain(courier)
        clock.pass_(60)
        waited += 60
    assert pending(database) == {"pending": 0, "delivered": 144, "dead": 0}
    assert waited <= 120
    for own in range(20):
        texts = [text for text in desk.taken if int(text) // 10 % 20 == own]
        assert texts == sorted(texts)
    assert len(set(desk.taken)) == 144


def test_a_desk_that_is_back_after_a_restart_is_found_out_soon(
    database: Database, courier: Courier, desk: ScriptedDesk, clock: Clock
) -> None:
    add(database, conversation(database), "x")
    desk.failing = down
    for _ in range(2):
        drain(courier)
        clock.pass_(5)
    desk.failing = None
    following = Courier(database, [desk], clock, lambda: 0.5, poll_seconds=0.01)
    following.start()  # the third attempt is due in five minutes
    try:
        _until(lambda: desk.taken == ["x"])
    finally:
        assert following.stop()


def test_a_desk_that_is_down_is_left_alone_for_a_while(
    database: Database, courier: Courier, desk: ScriptedDesk, clock: Clock
) -> None:
    for number in range(50):
        add(database, conversation(database), str(number))
    desk.failing = down
    for _ in range(600):
        drain(courier)
        clock.pass_(1)
    assert 10 <= len(desk.attempts) <= 20


def test_an_event_that_is_refused_holds_up_only_its_own_conversation(
    database: Database, courier: Courier, desk: ScriptedDesk
) -> None:
    bad, good = conversation(database), conversation(database)
    add(database, bad, "bad")
    add(database, bad, "behind")
    add(database, good, "good")

    def refuse_bad(event: OutgoingEvent) -> None:
        if event.data["text"] == "bad":
            raise NotDelivered("no", final=True)

    desk.failing = refuse_bad
    drain(courier)
    assert desk.taken == ["good"]
    with database.read() as connection:
        assert [letter.waiting_behind for letter in dead_letters(connection)] == [1]


def test_a_receiver_s_wish_to_wait_is_followed(
    database: Database, courier: Courier, desk: ScriptedDesk, clock: Clock
) -> None:
    add(database, conversation(database), "x")

    def busy(event: OutgoingEvent) -> None:
        raise NotDelivered("busy", down=True, wished_seconds=120)

    desk.failing = busy
    assert drain(courier) == 1
    clock.pass_(119)
    assert drain(courier) == 0
    clock.pass_(1)
    assert drain(courier) == 1


def test_what_nobody_foresaw_is_tried_again_and_logged(
    database: Database, courier: Courier, desk: ScriptedDesk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    add(database, conversation(database), "x")

    def breaks(event: OutgoingEvent) -> None:
        raise KeyError("secret words")

    desk.failing = breaks
    assert drain(courier) == 1
    assert "nobody foresaw" in caplog.text
    with database.write() as connection:
        assert claim(connection, "desk", START, START) is None
        delivery = claim(connection, "desk", START + timedelta(seconds=5), START + timedelta(seconds=6))
    assert delivery is not None
    assert delivery.last_error == "Delivering failed in a way that nobody foresaw (KeyError)."


def test_a_worker_that_died_leaves_a_claim_that_ends(
    database: Database, courier: Courier, desk: ScriptedDesk, clock: Clock
) -> None:
    add(database, conversation(database), "x")
    with database.write() as connection:
        assert claim(connection, "desk", START, START + timedelta(seconds=30)) is not None
    assert drain(courier) == 0
    clock.pass_(30)
    assert drain(courier) == 1
    assert desk.attempts == [("x", True)]


def test_a_long_delivery_keeps_its_claim(database: Database) -> None:
    slow = ScriptedDesk()
    slow.failing = lambda event: time.sleep(2.2)
    now = lambda: datetime.now(UTC)  # noqa: E731
    first, second = (Courier(database, [slow], now, lambda: 0.5, 0.01, claim_seconds=1.0) for _ in range(2))
    add(database, conversation(database), "x", now=datetime.now(UTC))
    first.start()
    second.start()
    try:
        _until(lambda: slow.taken == ["x"])
    finally:
        assert first.stop()
        assert second.stop()
    assert slow.attempts == [("x", False)]


def test_a_desk_that_hangs_holds_up_no_other_and_stopping_does_not_wait_for_it(database: Database) -> None:
    with receiving(WebhookReceiver()) as hanging, receiving(WebhookReceiver()) as quick:
        hanging.always = Hangs()
        desks = []
        for name, receiver in (("slow", hanging), ("quick", quick)):
            sender = Outgoing({receiver.url.split("//")[1]}, total_seconds=5.0)
            webhook = WebhookDesk(sender, receiver.url, [receiver.secret], lambda: datetime.now(UTC))
            webhook.name = name
            desks.append(webhook)
        courier = Courier(database, desks, lambda: datetime.now(UTC), random.random, poll_seconds=30)
        courier.start()
        event = add(database, conversation(database), "x", "slow", "quick", now=datetime.now(UTC))
        courier.wake()
        _until(lambda: quick.seen == [event.id])
        _until(lambda: len(hanging.requests) == 1)
        began = time.monotonic()
        assert not courier.stop(0.2)
        assert time.monotonic() - began < 2.5
        _until(lambda: courier.stop(0.2))


def test_a_desk_keeps_its_thread_whatever_happens_in_it(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    stumbles = iter([True])

    def clock() -> datetime:
        if threading.current_thread().name == "courier-desk" and next(stumbles, False):
            raise RuntimeError("can't start new thread")
        return datetime.now(UTC)

    desk = ScriptedDesk()
    courier = Courier(database, [desk], clock, lambda: 0.5, poll_seconds=0.01)
    add(database, conversation(database), "x", now=datetime.now(UTC))
    courier.start()
    try:
        _until(lambda: desk.taken == ["x"])
    finally:
        assert courier.stop()
    assert "stumbled" in caplog.text


def test_several_desks_that_hang_are_waited_for_together(database: Database) -> None:
    go_on = threading.Event()
    desks = [ScriptedDesk(f"desk-{number}") for number in range(4)]
    for each in desks:
        each.failing = lambda _event: None if go_on.wait(20) else pytest.fail("nobody let it go on")
    courier = Courier(database, desks, lambda: datetime.now(UTC), random.random, poll_seconds=30)
    courier.start()
    add(database, conversation(database), "x", *courier.desks, now=datetime.now(UTC))
    courier.wake()
    _until(lambda: all(each.attempts for each in desks))
    began = time.monotonic()
    assert not courier.stop(2.0)
    assert time.monotonic() - began < 4 * 2.0, "they were waited for one after another"
    go_on.set()
    assert courier.stop()


def test_a_real_desk_is_retried_until_it_has_each_event_once(database: Database, clock: Clock) -> None:
    with receiving(ZendeskReceiver()) as receiver:
        sender = Outgoing({receiver.url.split("//")[1]}, total_seconds=0.5)
        zendesk = ZendeskDesk(sender, receiver.url, "agent@corvane.example", "zd-token")
        courier = Courier(database, [zendesk], clock, lambda: 0.5)
        own = conversation(database)
        request = OutgoingEvent(
            id=new_event_id(), type="handoff.requested", conversation_id=own, data=REQUEST, occurred_at=START
        )
        with database.write() as connection:
            enqueue(connection, request, ["zendesk"], START)
        events = [request, *(add(database, own, text, "zendesk") for text in ("one", "two", "three"))]
        receiver.enqueue(Refuses(429, retry_after="9"), None, Refuses(500), None, None, Hangs(), None, Refuses(503))
        for _ in range(60):
            courier.deliver_next("zendesk")
            clock.pass_(60)
        said = [comment["body"].rsplit("[footnote ", 1)[1].rstrip("]") for comment in receiver.comments[35436]]
        assert said == [event.id for event in events]
        assert receiver.mistakes == []
        assert StoredThread(database, "zendesk", own).get("ticket_id") == "35436"


@pytest.mark.parametrize("seed", range(3))
def test_kills_lose_nothing_and_what_comes_twice_has_one_id(database: Database, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    added: list[OutgoingEvent] = []
    with receiving(WebhookReceiver()) as receiver:
        command = [sys.executable, "-m", "tests.bot.handoff.delivering", str(tmp_path / "footnote.db"), receiver.url]
        owns = [conversation(database) for _ in range(5)]
        for _ in range(3):
            victim = subprocess.Popen(
                [*command, receiver.secret.hex()],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            assert victim.stdout is not None
            with victim.stdout:
                assert victim.stdout.readline() == b"ready\n"
                until = time.monotonic() + chance.uniform(0.02, 0.4)
                while time.monotonic() < until:
                    number = chance.randrange(5)
                    added.append(add(database, owns[number], f"{len(added):04d}", "webhook", now=datetime.now(UTC)))
                victim.kill()
                victim.wait()
        sender = Outgoing({receiver.url.split("//")[1]})
        last = WebhookDesk(sender, receiver.url, [receiver.secret], lambda: datetime.now(UTC))
        courier = Courier(database, [last], lambda: datetime.now(UTC), random.random, 0.01, claim_seconds=0.5)
        courier.start()
        try:
            _until(lambda: len(receiver.seen) == len(added), seconds=60)
        finally:
            assert courier.stop()
        assert receiver.mistakes == []
        assert set(receiver.seen) == {event.id for event in added}
        order = [next(event for event in added if event.id == id_) for id_ in receiver.seen]
        for own in owns:
            texts = [event.data["text"] for event in order if event.conversation_id == own]
            assert texts == sorted(texts)
        assert all(count <= 4 for count in Counter(got.json["id"] for got in receiver.requests).values())


def _until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.01)
