import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.handoff.sweeping import DELIVERED_DAYS, DESK_EVENT_DAYS, Chore, Sweeper, tidy
from bot.models import CustomerContext
from bot.storage.conversations import start_conversation
from bot.storage.database import open_database
from bot.storage.desk_threads import take_desk_event
from bot.storage.outbox import OutgoingEvent, claim, counts, enqueue, settle_delivered

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class Ticks:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_each_chore_is_done_at_once_and_then_in_its_own_time() -> None:
    ticks, done = Ticks(), list[str]()
    chores = [Chore("quick", lambda: done.append("quick"), 5), Chore("slow", lambda: done.append("slow"), 60)]
    sweeper = Sweeper(chores, ticks)
    assert sweeper.sweep() == 5
    assert done == ["quick", "slow"]
    assert sweeper.sweep() == 5
    ticks.now += 4.5
    assert sweeper.sweep() == 0.5
    assert done == ["quick", "slow"]
    for _ in range(12):
        ticks.now += 5
        sweeper.sweep()
    assert (done.count("quick"), done.count("slow")) == (13, 2)


def test_a_chore_that_takes_long_is_not_done_twice_in_a_row() -> None:
    ticks, begun = Ticks(), list[float]()

    def take_long() -> None:
        begun.append(ticks.now)
        ticks.now += 60

    assert Sweeper([Chore("long", take_long, 5)], ticks).sweep() == 5
    assert begun == [100.0]


def test_a_chore_that_fails_is_logged_and_done_again(caplog: pytest.LogCaptureFixture) -> None:
    ticks, done = Ticks(), list[str]()

    def fail() -> None:
        done.append("failed")
        raise OSError("the disk is full")

    sweeper = Sweeper([Chore("failing", fail, 5), Chore("other", lambda: done.append("other"), 5)], ticks)
    with caplog.at_level(logging.ERROR):
        sweeper.sweep()
        ticks.now += 5
        sweeper.sweep()
    assert done == ["failed", "other"] * 2
    assert [record.getMessage() for record in caplog.records] == [
        "The chore failing failed; it is done again in 5 s"
    ] * 2
    assert caplog.records[0].exc_info is not None


def test_it_sweeps_by_itself_until_it_is_stopped() -> None:
    swept = threading.Semaphore(0)
    sweeper = Sweeper([Chore("sweep", swept.release, 0.01)])
    sweeper.start()
    assert all(swept.acquire(timeout=20) for _ in range(3))
    assert sweeper.stop()
    while swept.acquire(blocking=False):
        pass
    assert not swept.acquire(timeout=0.1)


def test_a_pause_does_not_hold_up_the_end() -> None:
    done = threading.Event()
    sweeper = Sweeper([Chore("daily", done.set, 86_400)])
    sweeper.start()
    assert done.wait(20)
    assert sweeper.stop(20)


def test_a_chore_that_hangs_is_told_of() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        go_on.wait(20)

    sweeper = Sweeper([Chore("hanging", hang, 5), Chore("never", pytest.fail, 5)])
    sweeper.start()
    assert begun.wait(20)
    assert not sweeper.stop(0.05)
    go_on.set()
    assert sweeper.stop(20)


def test_one_that_was_never_started_can_be_stopped() -> None:
    assert Sweeper([]).stop()


def test_what_is_over_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    with open_database(tmp_path / "footnote.db") as database:
        conversation = start_conversation(database, "site", CustomerContext(), NOW)[0].id
        old = NOW - timedelta(days=DELIVERED_DAYS, seconds=1)
        with database.write() as connection:
            for number, delivered_at in enumerate((old, old + timedelta(seconds=2), None)):
                desk = f"desk-{number}"
                event = OutgoingEvent(
                    id=f"evt_{number}", type="handoff.ended", conversation_id=conversation, data={}, occurred_at=old
                )
                enqueue(connection, event, [desk], old)
                delivery = claim(connection, desk, old, NOW)
                assert delivery is not None
                if delivered_at is not None:
                    settle_delivered(connection, delivery, delivered_at)
            long_ago = NOW - timedelta(days=DESK_EVENT_DAYS, seconds=1)
            take_desk_event(connection, "zendesk", "old", conversation, long_ago)
            take_desk_event(connection, "zendesk", "new", conversation, long_ago + timedelta(seconds=2))
        assert tidy(database, NOW) == (1, 1)
        assert tidy(database, NOW) == (0, 0)
        with database.write() as connection:
            assert set(counts(connection)) == {"desk-1", "desk-2"}
            assert take_desk_event(connection, "zendesk", "old", conversation, NOW)
            assert not take_desk_event(connection, "zendesk", "new", conversation, NOW)
