"""The other end of eval/peers/bench_protocol.py: starts a contender's process, asks it, and measures from outside."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from eval.bench.contenders import Contender
from eval.errors import ContenderError

LONGEST_LINE = 300
SEARCH_SECONDS, LOAD_SECONDS, INDEX_SECONDS, QUIT_SECONDS = 120.0, 600.0, 7200.0, 10.0


class Runner:
    """A contender's process over one index folder. Use it in a `with`; every failure is a ContenderError."""

    def __init__(self, contender: Contender, index: Path, log: Path) -> None:
        self._contender = contender
        self._index = index
        self._log = log
        self._next = 0
        self._replies: queue.Queue[tuple[float, str | None]] = queue.Queue()

    def __enter__(self) -> Self:
        self._index.mkdir(parents=True, exist_ok=True)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self.started = time.perf_counter()
        try:
            with self._log.open("wb") as errors:
                self._process = subprocess.Popen(  # noqa: S603
                    self._contender.command_over(self._index),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    encoding="utf-8",
                )
        except OSError as error:
            raise ContenderError(f"{self._contender.title} cannot be started: {error.strerror or error}.") from error
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._process.poll() is None:
            self._write({"op": "quit"})
            try:
                self._process.wait(QUIT_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        else:
            self._process.kill()
        self._process.wait()
        self._reader.join(QUIT_SECONDS)
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(BrokenPipeError):  # what was left for a dead process is not read
                if stream is not None:
                    stream.close()

    def ask(self, op: str, seconds: float, **fields: Any) -> dict[str, Any]:
        """Send one request and wait for its reply."""
        wanted = self.send(op, **fields)
        _, reply = self.receive(seconds)
        if reply.get("id") != wanted:
            raise ContenderError(f"{self._contender.title} answered what it was not asked: {str(reply)[:LONGEST_LINE]}")
        return reply

    def send(self, op: str, **fields: Any) -> int:
        """Send one request; its number."""
        self._next += 1
        self._write({"id": self._next, "op": op, **fields})
        return self._next

    def receive(self, seconds: float) -> tuple[float, dict[str, Any]]:
        """The next reply, and when it arrived (on the clock of `time.perf_counter`)."""
        try:
            arrived, line = self._replies.get(timeout=seconds)
        except queue.Empty as error:
            raise ContenderError(f"{self._contender.title} did not answer within {seconds:.0f} s.") from error
        if line is None:
            raise ContenderError(self._obituary())
        try:
            reply = json.loads(line)
            if not isinstance(reply, dict):
                raise ValueError("no object")
        except ValueError as error:
            raise ContenderError(
                f"{self._contender.title} answered no JSON object: {line[:LONGEST_LINE]!r}."
            ) from error
        if "error" in reply:
            raise ContenderError(f"{self._contender.title} failed: {str(reply['error'])[:LONGEST_LINE]}.")
        return arrived, reply

    def search(self, text: str, limit: int) -> tuple[float, list[str]]:
        """Milliseconds from the question to its answer, and the ids found."""
        asked = time.perf_counter()
        wanted = self.send("search", text=text, limit=limit)
        arrived, reply = self.receive(SEARCH_SECONDS)
        if reply.get("id") != wanted:
            raise ContenderError(f"{self._contender.title} answered another question than the one it was asked.")
        return (arrived - asked) * 1000, reply["found"]

    def search_together(self, texts: Sequence[str], limit: int, at_once: int) -> tuple[list[float], float]:
        """Milliseconds of each question with `at_once` of them under way all the time, and the seconds of all."""
        waiting = list(reversed(texts))
        under_way: dict[int, float] = {}
        latencies: list[float] = []
        started = time.perf_counter()
        while waiting or under_way:
            while waiting and len(under_way) < at_once:
                asked = time.perf_counter()
                under_way[self.send("search", text=waiting.pop(), limit=limit)] = asked
            arrived, reply = self.receive(SEARCH_SECONDS)
            if reply.get("id") not in under_way:
                raise ContenderError(f"{self._contender.title} answered a question that it was not asked.")
            latencies.append((arrived - under_way.pop(reply["id"])) * 1000)
        return latencies, time.perf_counter() - started

    def peak_mb(self) -> float:
        """The most memory the process has held, in 10⁶ bytes: by the system where it tells, else by the process."""
        status = Path(f"/proc/{self._process.pid}/status")
        if sys.platform == "linux" and status.is_file():
            for line in status.read_text(encoding="ascii", errors="replace").splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024 / 1e6
        return float(self.ask("state", SEARCH_SECONDS)["peak_mb"])

    def _write(self, request: dict[str, Any]) -> None:
        stdin = self._process.stdin
        try:
            if stdin is not None:
                stdin.write(json.dumps(request) + "\n")
                stdin.flush()
        except BrokenPipeError as error:
            raise ContenderError(self._obituary()) from error

    def _read(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._replies.put((time.perf_counter(), line))
        self._replies.put((time.perf_counter(), None))

    def _obituary(self) -> str:
        try:
            code: int | str = self._process.wait(QUIT_SECONDS)
        except subprocess.TimeoutExpired:
            code = "none yet"
        told = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = told[-1][:LONGEST_LINE] if told else "nothing"
        return f"{self._contender.title} ended without an answer (exit code {code}); the last it said: {last}"
