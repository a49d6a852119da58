"""When to leave a failing service alone for a while (Nygard, "Release It!", 2007: the circuit breaker).

Closed, calls go through. After so many failures in so many seconds it opens, and none do. When it has rested, one call
is let through as a trial: its success closes the circuit, its failure opens it again.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """Whether calls go through: all, none, or one as a trial."""

    CLOSED = "closed"
    OPEN = "open"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`failures` within `window` seconds open the circuit; a trial comes `rest` seconds later."""

    failures: int = 5
    window: float = 30.0
    rest: float = 30.0


@dataclass(frozen=True, slots=True)
class Circuit:
    """A state, when it began, and the times of the failures that count while it is closed.

    `epoch` goes up with every change of state: what a call of an earlier epoch reports says nothing of this one.
    """

    state: State = State.CLOSED
    since: float = 0.0
    failures: tuple[float, ...] = ()
    epoch: int = 0

    def admit(self, now: float, limits: Limits) -> "tuple[Circuit, bool]":
        """The circuit after a call asked to go through, and whether it may. A trial that never reports is given up
        after another rest."""
        if self.state is State.CLOSED:
            return self, True
        if now - self.since >= limits.rest:
            return self._turned(State.TRIAL, now), True
        return self, False

    def report(self, epoch: int, failed: bool, now: float, limits: Limits) -> "Circuit":
        """The circuit after a call that was admitted in `epoch` ended."""
        if epoch != self.epoch or self.state is State.OPEN:
            return self
        if self.state is State.TRIAL:
            return self._turned(State.OPEN if failed else State.CLOSED, now)
        if not failed:
            return replace(self, failures=())
        recent = (*(moment for moment in self.failures if now - moment < limits.window), now)
        return self._turned(State.OPEN, now) if len(recent) >= limits.failures else replace(self, failures=recent)

    def _turned(self, state: State, now: float) -> "Circuit":
        return Circuit(state, now, (), self.epoch + 1)


class CircuitBreaker:
    """A circuit that threads share. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float], limits: Limits | None = None) -> None:
        self._clock = clock
        self._limits = limits or Limits()
        self._circuit = Circuit()
        self._lock = threading.Lock()

    @property
    def state(self) -> State:
        """Whether calls go through at present."""
        return self._circuit.state

    def admit(self) -> int | None:
        """A ticket for one call, to be reported with its outcome; None when the service is left alone."""
        with self._lock:
            self._circuit, admitted = self._circuit.admit(self._clock(), self._limits)
            return self._circuit.epoch if admitted else None

    def report(self, ticket: int, *, failed: bool) -> None:
        """How the call with this ticket ended."""
        with self._lock:
            self._circuit = self._circuit.report(ticket, failed, self._clock(), self._limits)
