"""How long each stage of an answer took."""

import time


class Stopwatch:
    """Milliseconds by stage, from a monotonic clock."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps: dict[str, float] = {"encode": 0.0, "search": 0.0, "compose": 0.0}

    def lap(self, stage: str) -> None:
        """Book the time since the last lap (or the start) under `stage`."""
        now = time.perf_counter()
        self._laps[stage] = self._laps.get(stage, 0.0) + (now - self._last) * 1000
        self._last = now

    def timings_ms(self) -> dict[str, float]:
        """Every stage and the total, rounded to a hundredth of a millisecond."""
        total = (time.perf_counter() - self._started) * 1000
        return {stage: round(value, 2) for stage, value in {**self._laps, "total": total}.items()}
