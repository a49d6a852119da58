import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.model.circuit_breaker import Circuit, CircuitBreaker, Limits, State

LIMITS = Limits(failures=3, window=10, rest=20)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_so_many_failures_and_tries_again_after_a_rest() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock, LIMITS)
    for _ in range(3):
        ticket = breaker.admit()
        assert ticket is not None and breaker.state is State.CLOSED
        breaker.report(ticket, failed=True)
    assert breaker.state is State.OPEN and breaker.admit() is None
    clock.now += 19.9
    assert breaker.admit() is None
    clock.now += 0.1
    trial = breaker.admit()
    assert trial is not None and breaker.state is State.TRIAL
    assert breaker.admit() is None
    breaker.report(trial, failed=False)
    assert breaker.state is State.CLOSED


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([(0, True), (1, True)], State.CLOSED),
        ([(0, True), (1, True), (2, True)], State.OPEN),
        ([(0, True), (1, True), (2, False), (3, True)], State.CLOSED),
        ([(0, True), (1, True), (11.5, True)], State.CLOSED),
        ([(0, True), (5, True), (9.9, True)], State.OPEN),
        ([(0, True), (5, True), (10, True)], State.CLOSED),
    ],
)
def test_only_recent_failures_in_a_row_count(events: list[tuple[float, bool]], state: State) -> None:
    circuit = Circuit()
    for moment, failed in events:
        circuit = circuit.report(circuit.epoch, failed, moment, LIMITS)
    assert circuit.state is state


def test_a_failed_trial_opens_it_again() -> None:
    circuit = Circuit(State.TRIAL, since=5, epoch=4).report(4, True, 6, LIMITS)
    assert (circuit.state, circuit.since) == (State.OPEN, 6)


def test_what_began_before_says_nothing_about_now() -> None:
    trial = Circuit(State.TRIAL, since=5, epoch=4)
    assert trial.report(3, False, 6, LIMITS) is trial
    assert trial.report(3, True, 6, LIMITS) is trial


def test_a_trial_that_is_never_reported_is_given_up() -> None:
    trial = Circuit(State.TRIAL, since=5, epoch=4)
    assert trial.admit(24.9, LIMITS) == (trial, False)
    second, admitted = trial.admit(25, LIMITS)
    assert admitted and second.epoch == 5
    assert second.report(4, False, 26, LIMITS).state is State.TRIAL


@given(
    st.lists(st.tuples(st.floats(0, 40), st.sampled_from(["admit", "fail", "succeed"]), st.integers(0, 5)), max_size=80)
)
def test_any_history(events: list[tuple[float, str, int]]) -> None:
    """Never more than one call through while it rests; an open circuit lets one through after its rest; success of the
    trial, and nothing else, closes it."""
    circuit, now, tickets = Circuit(), 0.0, [0]
    for later, event, which in events:
        now += later
        before = circuit
        if event == "admit":
            circuit, admitted = circuit.admit(now, LIMITS)
            rested = now - before.since >= LIMITS.rest
            assert admitted is (before.state is State.CLOSED or rested)
            if admitted:
                tickets.append(circuit.epoch)
        else:
            ticket = tickets[which % len(tickets)]
            circuit = circuit.report(ticket, event == "fail", now, LIMITS)
            if before.state is not State.CLOSED and circuit.state is State.CLOSED:
                assert (before.state, event, ticket) == (State.TRIAL, "succeed", before.epoch)
        assert len(circuit.failures) < LIMITS.failures
        assert circuit.epoch >= before.epoch


def test_threads_share_it_and_one_alone_gets_the_trial() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock, Limits(failures=1, rest=5))
    ticket = breaker.admit()
    assert ticket is not None
    breaker.report(ticket, failed=True)
    clock.now += 5
    admitted: list[int | None] = []
    barrier = threading.Barrier(16)

    def ask() -> None:
        barrier.wait()
        admitted.append(breaker.admit())

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([each for each in admitted if each is not None]) == 1
