"""A process that indexes a folder in a forked child for every order that it reads, and kills the child as ordered.

The modules are loaded once, so that a kill falls into indexing and not into imports.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.indexing.build import build_index
from bot.indexing.progress import SilentProgress
from bot.storage.database import open_database
from knowledge.sources import open_source
from tests.fakes import LetterEncoder


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Index as ordered: {data, docs, after: seconds or null, at: step or null} to {code, steps, seconds}."""
    reading, writing = os.pipe()
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        index(Path(order["data"]), order["docs"], reporting(writing, order["at"]))
        os._exit(0)
    os.close(writing)
    if order["after"] is not None:
        time.sleep(order["after"])
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    seconds = time.perf_counter() - started
    with os.fdopen(reading) as steps:
        return {"code": os.waitstatus_to_exitcode(status), "steps": steps.read().split(), "seconds": seconds}


def reporting(writing: int, fatal: str | None) -> Callable[[str], None]:
    def reached(step: str) -> None:
        os.write(writing, f"{step} ".encode())
        if step == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def index(data: Path, docs: str, reached: Callable[[str], None]) -> None:
    with open_database(data / "footnote.db") as database:
        build_index(
            [open_source(docs)],
            None,
            LetterEncoder(),
            database,
            data / "index",
            SilentProgress(),
            datetime.now(UTC),
            reached=reached,
        )


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
