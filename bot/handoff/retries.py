"""When a delivery is tried again. Pure: chance comes in as a number."""

SCHEDULE_SECONDS = (0.0, 5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 36_000.0)
"""The wait before each attempt: 27 h 35 min in all (the schedule that Svix publishes)."""
ATTEMPTS = len(SCHEDULE_SECONDS)
JITTER = 0.1
"""How much of a wait, at most, it may be longer or shorter."""
LONGEST_WISH_SECONDS = 36_000.0
"""The longest that a receiver's Retry-After is followed."""
LONGEST_PAUSE_SECONDS = 60.0


def wait_after(attempts: int, jitter: float, wished: float | None = None) -> float | None:
    """Seconds until the next attempt when `attempts` have failed; None when that was the last.

    `jitter` in [0, 1) spreads the wait over ±10 %. `wished` is the receiver's Retry-After in seconds: the wait is never
    shorter, whatever the schedule says. ValueError for attempts below 1 or a jitter outside.
    """
    if attempts < 1 or not 0 <= jitter < 1:
        raise ValueError(f"attempts must be at least 1 and jitter in [0, 1), not {attempts} and {jitter}.")
    if attempts >= ATTEMPTS:
        return None
    planned = SCHEDULE_SECONDS[attempts] * (1 + JITTER * (2 * jitter - 1))
    return max(planned, min(wished or 0.0, LONGEST_WISH_SECONDS))


def pause_after(failures: int) -> float:
    """Seconds that a desk is left alone when it was down `failures` times in a row: 1, 2, 4, … at most 60; 0 for 0."""
    return min(LONGEST_PAUSE_SECONDS, 2.0 ** (min(failures, 10) - 1)) if failures > 0 else 0.0


def seconds_wished(header: str | None) -> float | None:
    """A Retry-After in seconds; None when there is none, or one that is no plain number of seconds."""
    text = (header or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
