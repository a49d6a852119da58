"""Threads that ask at the same time, over an encoder that runs only when the test lets it."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from embeddings.batching import BatchingEncoder
from embeddings.encoders import Encoding
from embeddings.errors import EncoderError
from tests.fakes import LetterEncoder

SECONDS = 20


class GatedEncoder(LetterEncoder):
    """Records its batches; each run waits for `gate`; a text "bad…" spoils its batch, "stop" interrupts it."""

    def __init__(self, runs: int = 1) -> None:
        self.runs = runs
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        self.at_once = 0

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        self.batches.append(list(texts))
        self.at_once += 1
        assert self.at_once <= self.runs, "more runs than may be"
        try:
            self.entered.release()
            assert self.gate.wait(SECONDS)
            if "stop" in texts:
                raise KeyboardInterrupt
            for text in texts:
                if text.startswith("bad"):
                    raise EncoderError(f"No vector for {text}.")
            return super().encode_queries(texts)
        finally:
            self.at_once -= 1


class Callers:
    """Threads that ask one after the other, each known to be waiting before the next one starts."""

    def __init__(self, encoder: BatchingEncoder) -> None:
        self.encoder = encoder
        self.results: dict[str, Any] = {}
        self.threads: list[threading.Thread] = []

    def ask(self, *texts: str) -> None:
        def call() -> None:
            try:
                self.results[texts[0]] = self.encoder.encode_queries(texts)
            except (EncoderError, KeyboardInterrupt) as error:
                self.results[texts[0]] = error

        self.threads.append(threading.Thread(target=call))
        self.threads[-1].start()

    def finish(self) -> None:
        for thread in self.threads:
            thread.join(SECONDS)
            assert not thread.is_alive(), "somebody was forgotten"


@pytest.fixture
def inner() -> GatedEncoder:
    return GatedEncoder()


def queued(inner: GatedEncoder, most: int, *calls: tuple[str, ...]) -> Callers:
    """The first call runs and is held; the others have queued behind it, in their order."""
    batching = BatchingEncoder(inner, most, 1)
    callers = Callers(batching)
    for waiting, texts in enumerate(calls):
        callers.ask(*texts)
        if waiting == 0:
            assert inner.entered.acquire(timeout=SECONDS)
        else:
            until(lambda waiting=waiting: len(batching._waiting) == waiting)
    return callers


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(SECONDS * 1000):
        if condition():
            return
        pause.wait(0.001)
    raise AssertionError("It never came about.")


def same(found: Encoding, texts: Sequence[str]) -> bool:
    expected = LetterEncoder().encode_queries(texts)
    return all(
        np.array_equal(getattr(found, name), getattr(expected, name)) for name in ("vectors", "tokens", "starts")
    )


def test_who_comes_alone_waits_for_nobody(inner: GatedEncoder) -> None:
    inner.gate.set()
    encoder = BatchingEncoder(inner, 8, 1)
    assert same(encoder.encode_queries(["how do I log in"]), ["how do I log in"])
    assert same(encoder.encode_queries([]), [])
    assert inner.batches == [["how do I log in"], []]


def test_who_waits_is_merged_into_the_next_run_and_gets_the_own_part(inner: GatedEncoder) -> None:
    calls = [("first one",), ("log in", "fees and limits"), ("",), ("a b c",)]
    callers = queued(inner, 8, *calls)
    inner.gate.set()
    callers.finish()
    assert inner.batches == [["first one"], ["log in", "fees and limits", "", "a b c"]]
    for texts in calls:
        assert same(callers.results[texts[0]], texts)


def test_a_run_takes_whole_callers_up_to_the_bound(inner: GatedEncoder) -> None:
    callers = queued(inner, 3, ("1",), ("2", "2b"), ("3",), ("4",), ("5", "5b", "5c", "5d"), ("6",))
    inner.gate.set()
    callers.finish()
    assert inner.batches == [["1"], ["2", "2b", "3"], ["4"], ["5", "5b", "5c", "5d"], ["6"]]
    assert len(callers.results) == 6


def test_several_runs_at_the_same_time() -> None:
    inner = GatedEncoder(runs=2)
    callers = Callers(BatchingEncoder(inner, 8, 2))
    for text in ("one", "two"):
        callers.ask(text)
        assert inner.entered.acquire(timeout=SECONDS), "the second finds a run free"
    callers.ask("three")
    until(lambda: len(callers.encoder._waiting) == 1)
    callers.ask("four")
    until(lambda: len(callers.encoder._waiting) == 2)
    inner.gate.set()
    callers.finish()
    assert inner.batches[:2] == [["one"], ["two"]]
    assert sorted(text for batch in inner.batches for text in batch) == ["four", "one", "three", "two"]
    assert callers.encoder._free == 2


def test_an_error_reaches_only_whom_it_concerns(inner: GatedEncoder) -> None:
    callers = queued(inner, 8, ("first",), ("good",), ("bad one",), ("fine",), ("bad two",))
    inner.gate.set()
    callers.finish()
    assert same(callers.results["good"], ["good"]) and same(callers.results["fine"], ["fine"])
    for text in ("bad one", "bad two"):
        assert isinstance(callers.results[text], EncoderError)
        assert str(callers.results[text]) == f"No vector for {text}."
    assert same(callers.encoder.encode_queries(["after"]), ["after"])


def test_an_interrupted_leader_takes_nobody_along(inner: GatedEncoder) -> None:
    callers = queued(inner, 2, ("first",), ("stop",), ("waits",), ("waits too",))
    inner.gate.set()
    callers.finish()
    assert isinstance(callers.results["stop"], KeyboardInterrupt)
    assert isinstance(callers.results["waits"], Encoding)
    assert same(callers.results["waits too"], ["waits too"])
    assert same(callers.encoder.encode_queries(["after"]), ["after"])


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_many_threads_lose_nothing(runs: int) -> None:
    encoder = BatchingEncoder(LetterEncoder(), 5, runs)
    wrong: list[str] = []

    def ask(caller: int) -> None:
        for number in range(50):
            texts = [f"question {caller} {number} {'more ' * (number % 4)}"] * (number % 3 + 1)
            if not same(encoder.encode_queries(texts), texts):
                wrong.append(texts[0])

    threads = [threading.Thread(target=ask, args=(caller,)) for caller in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == [] and encoder._waiting == [] and encoder._free == runs


def test_everything_else_is_the_encoders_own() -> None:
    inner, done = LetterEncoder(), []
    encoder = BatchingEncoder(inner, 4, 1)
    assert (encoder.identity, encoder.dimensions) == (inner.identity, inner.dimensions)
    assert (encoder.token_dimensions, encoder.max_tokens) == (inner.token_dimensions, inner.max_tokens)
    assert encoder.count_tokens("one two") == 2
    assert same(encoder.encode_passages(["one", "two"], done.append), ["one", "two"])
    assert done == [2]
    encoder.verify()


@pytest.mark.parametrize(("most", "runs"), [(0, 1), (4, 0)])
def test_refuses_bounds_that_let_nobody_in(most: int, runs: int) -> None:
    with pytest.raises(ValueError, match=f"{runs} runs of {most} questions"):
        BatchingEncoder(LetterEncoder(), most, runs)
