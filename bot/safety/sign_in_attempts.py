"""How long somebody who fails to sign in has to wait before the next try is looked at.

Five failures in a row are free, for a name and from an address; each further one doubles the wait. A try counts as a
failure when it begins and is taken back when it succeeds, so many at once gain nothing. Held in memory and bounded: a
restart forgets, and a server of several processes counts in each.
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE_FAILURES = 5
FIRST_WAIT = 30.0
"""Seconds to wait after the fifth failure in a row; twice as long after each one more."""
LONGEST_WAIT = 900.0
"""Seconds. Not longer: whoever knows an agent's name can make the agent wait."""
FORGOTTEN_AFTER = 3600.0
"""Seconds after the last failure, and its wait, from which failures no longer count."""
MOST_REMEMBERED = 10_000
"""Names and addresses; the one that failed longest ago is forgotten first."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Failures:
    """How many failures in a row, and when the last one was, in seconds of the clock."""

    count: int
    last: float

    @property
    def wait(self) -> float:
        """Seconds from the last failure to the next try."""
        over = self.count - FREE_FAILURES
        return 0.0 if over < 0 else min(FIRST_WAIT * 2.0 ** min(over, 30), LONGEST_WAIT)


class SignInAttempts:
    """The failures in a row for each name and from each address, shared by threads. `clock` gives seconds that never go
    back."""

    def __init__(self, clock: Callable[[], float], most: int = MOST_REMEMBERED) -> None:
        self._clock = clock
        self._most = most
        self._failures: OrderedDict[Key, Failures] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, name: str | None, address: str) -> float:
        """0.0 when a try for `name` (None: not one that any agent can have) from `address` may be looked at; it counts
        as failed until `succeeded` says otherwise. Else the seconds to wait; such a try does not count."""
        with self._lock:
            now = self._clock()
            keys = _keys(name, address)
            wait = max(self._wait(key, now) for key in keys)
            if wait > 0:
                return wait
            for key in keys:
                self._failures[key] = Failures(self._count(key, now) + 1, now)
                self._failures.move_to_end(key)
            while len(self._failures) > self._most:
                self._failures.popitem(last=False)
            return 0.0

    def succeeded(self, name: str, address: str) -> None:
        """The password was right: nothing failed in a row any more."""
        with self._lock:
            for key in _keys(name, address):
                self._failures.pop(key, None)

    @property
    def remembered(self) -> int:
        """How many names and addresses have failed of late."""
        return len(self._failures)

    def _wait(self, key: Key, now: float) -> float:
        failures = self._failures.get(key)
        return 0.0 if failures is None else failures.last + failures.wait - now

    def _count(self, key: Key, now: float) -> int:
        failures = self._failures.get(key)
        if failures is None or now >= failures.last + failures.wait + FORGOTTEN_AFTER:
            return 0
        return failures.count


def network_of(address: str) -> str:
    """What one person can send from: an IPv4 address, or the /64 of an IPv6 one. Anything else as it is."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip), 64), strict=False).network_address)


def _keys(name: str | None, address: str) -> tuple[Key, ...]:
    from_there = ("address", network_of(address))
    return (from_there,) if name is None else (("name", name), from_there)
