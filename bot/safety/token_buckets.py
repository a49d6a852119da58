"""How often something may be done: a bucket of tokens for each who does it, refilled at a steady rate.

A bucket is kept as one number, the moment from which it would be full again (the form of the generic cell rate
algorithm, ITU-T I.371): one that is full need not be kept. Held in memory and bounded: a restart forgets, and a server
of several processes counts in each.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

MOST_REMEMBERED = 100_000
"""Buckets that are not full; the one that was taken from longest ago is forgotten first. Some 20 MB."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds; as many may come at once."""

    tokens: int
    seconds: float = 60.0

    @property
    def gap(self) -> float:
        """Seconds in which one token flows in."""
        return self.seconds / self.tokens


class TokenBuckets:
    """Buckets by key, shared by threads. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float], most: int = MOST_REMEMBERED) -> None:
        self._clock = clock
        self._most = most
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, wanted: Sequence[tuple[Hashable, Rate]]) -> float:
        """0.0 when every bucket had a token, and one was taken from each. Else the seconds to wait until they all have,
        and none was taken: who is refused in one place has lost nothing in another."""
        with self._lock:
            now = self._clock()
            after = {key: max(self._full_at.get(key, now), now) + rate.gap for key, rate in wanted}
            wait = max((after[key] - now - rate.seconds for key, rate in wanted), default=0.0)
            if wait > _ROUNDING:
                return wait
            for key, full_at in after.items():
                self._full_at[key] = full_at
                self._full_at.move_to_end(key)
            self._forget(now)
            return 0.0

    @property
    def remembered(self) -> int:
        """How many buckets are kept."""
        return len(self._full_at)

    def _forget(self, now: float) -> None:
        """Drops what is too much, and a few of those that are full again: more than come in by one call."""
        for _ in range(_SWEPT_AT_ONCE):
            oldest = next(iter(self._full_at), None)
            if oldest is None or self._full_at[oldest] > now:
                break
            del self._full_at[oldest]
        while len(self._full_at) > self._most:
            self._full_at.popitem(last=False)


_ROUNDING = 1e-3
"""Seconds: adding gaps to a large number of seconds is off by less."""
_SWEPT_AT_ONCE = 8
