"""How long a customer looks at nothing: from sending a question to the first event of its answer, over real HTTP.

`python -m eval.bench.widget_times` indexes the sample help center in a data directory of its own, serves it with
`footnote serve`, and asks as the widget does: each question in a conversation of its own, `Accept: text/event-stream`.
"""

import argparse
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import httpx2

from bot.assembly import open_footnote
from bot.indexing.progress import IndexProgress
from bot.settings import Settings, load_settings
from bot.terminal import TerminalProgress, print_json
from bot.updating import SAMPLE_HELP_CENTER, build
from eval.bench.machine import describe_machine
from eval.cases import json_rows
from eval.errors import EvaluationError
from eval.metrics import percentile
from eval.twins import TWINS_FILE
from knowledge.sources import open_source

AMBIGUOUS_FILE = TWINS_FILE.with_name("corvane_ambiguous.jsonl")
SITE = "site_times"
QUESTIONS, AT_ONCE, WARM_UP = 240, 4, 8
START_SECONDS, ANSWER_SECONDS, STOP_SECONDS = 120, 60, 20
MOMENTS = {"first_event": "meta", "first_word": "token", "done": "done"}
"""What is measured, and the event with which it comes."""

Times = Mapping[str, float]
"""Milliseconds from sending a question to each of the moments."""


@dataclass(frozen=True, slots=True)
class Round:
    """All questions, asked with so many under way at a time."""

    at_once: int
    times: tuple[Times, ...]

    def to_json(self) -> dict[str, Any]:
        """Percentiles in milliseconds of each moment, over the answers that have it."""
        found = {moment: [each[moment] for each in self.times if moment in each] for moment in MOMENTS}
        return {
            "at_once": self.at_once,
            "questions": len(self.times),
            **{
                f"{moment}_ms": {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "n": len(values)}
                for moment, values in found.items()
            },
        }


def sample_questions(most: int) -> list[str]:
    """Questions to the sample help center, no text twice."""
    rows = [row for file in (TWINS_FILE, AMBIGUOUS_FILE) for row in json_rows(file, ("text",))]
    return list(dict.fromkeys(row["text"] for row in rows))[:most]


def measure_widget_times(questions: Sequence[str], settings: Settings, progress: IndexProgress) -> list[Round]:
    """Each question twice: one after the other, and several at once. Raises EvaluationError."""
    own = settings.apart(settings.data_dir / "eval" / "sample_help_center")
    footnote = open_footnote(own)
    try:
        build(footnote, [open_source(SAMPLE_HELP_CENTER)], progress, rebuild=footnote.current_generation() is None)
    finally:
        footnote.close()
    rounds = []
    progress.stage("Asking", 2 * len(questions))
    with serving(own) as address:
        ask_all(address, questions[:WARM_UP], AT_ONCE)
        for at_once in (1, AT_ONCE):
            rounds.append(Round(at_once, tuple(ask_all(address, questions, at_once))))
            progress.advance(len(questions))
    return rounds


def ask_all(address: str, questions: Sequence[str], at_once: int) -> list[Times]:
    """The times of every question, in their order, with so many under way at a time."""
    with httpx2.Client(base_url=f"{address}/api/v1", timeout=ANSWER_SECONDS, trust_env=False) as client:
        tickets = [_opened(client) for _ in questions]
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(partial(_asked, client), tickets, questions))


def times_of(pieces: Iterator[bytes], began: float) -> dict[str, float]:
    """When each moment came in a stream of events that was asked for at `began`; milliseconds."""
    found: dict[str, float] = {}
    names = {f"event: {name}".encode(): moment for moment, name in MOMENTS.items()}
    rest = b""
    for piece in pieces:
        milliseconds = 1000 * (time.perf_counter() - began)
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.startswith(b"event: error"):
                raise EvaluationError(f"The server could not answer: {(rest or piece).decode(errors='replace')}")
            if moment := names.get(line):
                found.setdefault(moment, milliseconds)
    if "done" not in found:
        raise EvaluationError("An answer broke off before it was done.")
    return found


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The address of `footnote serve` over a data directory, ready to answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    variables = {"FOOTNOTE_SITE_KEY": SITE, "FOOTNOTE_MODELS_DIR": settings.models_folder.resolve()}
    command = ["env", *(f"{name}={value}" for name, value in variables.items()), sys.executable, "-m", "bot", "serve"]
    command += ["--port", str(port), "--data-dir", str(settings.data_dir)]
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(command, stdout=told, stderr=told) as process,  # noqa: S603 - our own
    ):
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", process, told)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]", told: IO[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx2.TransportError):
            if httpx2.get(f"{address}/readyz", timeout=5, trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    told.seek(0)
    raise EvaluationError(f"The server did not start: {told.read().decode(errors='replace').strip()[-500:]}")


def _opened(client: httpx2.Client) -> tuple[str, str]:
    answer = client.post("/conversations", json={"site_key": SITE})
    if answer.status_code != 201:
        raise EvaluationError(f"The server opened no conversation: {answer.text}")
    return answer.json()["conversation_id"], answer.json()["token"]


def _asked(client: httpx2.Client, ticket: tuple[str, str], question: str) -> Times:
    id_, token = ticket
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    body = {"text": question, "client_message_id": "1"}
    began = time.perf_counter()
    with client.stream("POST", f"/conversations/{id_}/messages", json=body, headers=headers) as answer:
        if answer.status_code != 200:
            raise EvaluationError(f"The server did not answer {question!r}: status {answer.status_code}.")
        return times_of(answer.iter_raw(), began)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description="Times of answers as the widget gets them.")
    parser.add_argument("--data-dir", type=Path, help="folder under which the index is kept")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="how many questions, each asked twice")
    given = parser.parse_args(arguments)
    questions = sample_questions(given.questions)
    with TerminalProgress() as progress:
        rounds = measure_widget_times(questions, load_settings(data_dir=given.data_dir), progress)
    print_json({"machine": describe_machine(), "rounds": [each.to_json() for each in rounds]})


if __name__ == "__main__":
    main()
