import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.errors import StorageError
from bot.refreshed import Refreshed


class Store:
    """Counts how often it was read, and fails when it is told to."""

    def __init__(self) -> None:
        self.reads = 0
        self.now = 0.0
        self.fails: Exception | None = None

    def read(self) -> int:
        if self.fails:
            raise self.fails
        self.reads += 1
        return self.reads

    def clock(self) -> float:
        return self.now


def test_it_is_read_at_first_and_again_when_it_is_old() -> None:
    store = Store()
    value = Refreshed(store.read, seconds=2.0, clock=store.clock)
    assert store.reads == 0
    assert [value.current(), value.current()] == [1, 1]
    store.now = 1.9
    assert value.current() == 1
    store.now = 2.0
    assert [value.current(), value.current()] == [2, 2]


def test_a_failing_store_leaves_the_last_value_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    store = Store()
    value = Refreshed(store.read, seconds=2.0, clock=store.clock)
    value.current()
    store.fails = StorageError("The database is busy.")
    with caplog.at_level(logging.WARNING):
        for store.now in (2.0, 4.0, 6.0):
            assert value.current() == 1
    assert [record.getMessage() for record in caplog.records] == [
        "What was read last is used until it can be read again: The database is busy."
    ]
    store.fails, store.now = None, 8.0
    assert value.current() == 2


def test_without_a_value_the_failure_is_told_and_the_next_call_tries_again() -> None:
    store = Store()
    store.fails = StorageError("The database is busy.")
    value = Refreshed(store.read, clock=store.clock)
    with pytest.raises(StorageError, match="busy"):
        value.current()
    store.fails = None
    assert value.current() == 1


def test_a_mistake_is_not_hidden() -> None:
    store = Store()
    value = Refreshed(store.read, seconds=2.0, clock=store.clock)
    value.current()
    store.fails, store.now = KeyError("a mistake"), 2.0
    with pytest.raises(KeyError):
        value.current()


def test_none_is_a_value_like_any_other() -> None:
    reads: list[None] = []
    value = Refreshed(lambda: reads.append(None), clock=lambda: 0.0)
    assert value.current() is None
    assert value.current() is None
    assert len(reads) == 1


def test_threads_that_come_at_once_read_it_once() -> None:
    store = Store()
    value = Refreshed(store.read, clock=store.clock)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: value.current(), range(64))) == {1}


def test_while_one_reads_it_anew_others_get_the_last_value() -> None:
    store, go_on, begun = Store(), threading.Event(), threading.Event()

    def slow() -> int:
        if store.reads:
            begun.set()
            assert go_on.wait(5)
        return store.read()

    value = Refreshed(slow, seconds=2.0, clock=store.clock)
    value.current()
    store.now = 2.0
    with ThreadPoolExecutor(1) as pool:
        slow_one = pool.submit(value.current)
        assert begun.wait(5)
        assert value.current() == 1
        go_on.set()
        assert slow_one.result(5) == 2
