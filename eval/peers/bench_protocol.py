"""How `footnote-eval bench` talks to a contender: one JSON object a line, over standard input and output.

Only the standard library: this file is read both here and in the environments of the peers.

| request | reply |
|---|---|
| `{"id": 1, "op": "load"}` | `{"id": 1, "versions": {…}}`, once the encoder is in memory |
| `{"id": 2, "op": "index", "corpus": FILE}` | `{"id": 2}`, once the index is on disk |
| `{"id": 3, "op": "describe"}` | `{"id": 3, …}`: passages and tokens, of a contender that cuts documents itself |
| `{"id": 4, "op": "open"}` | `{"id": 4}`, once the index on disk can be searched |
| `{"id": 5, "op": "search", "text": …, "limit": N}` | `{"id": 5, "found": [ids, best first]}` |
| `{"id": 6, "op": "state"}` | `{"id": 6, "peak_mb": …, "torch": whether it was loaded}` |
| `{"op": "quit"}` | none: the process ends |

Searches run in up to eight threads and may be answered in any order; all else in order. What fails is answered with
`{"id": …, "error": a sentence}`.
"""

import argparse
import json
import os
import resource
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, TextIO, runtime_checkable

THREADS = 8


class Engine(Protocol):
    """A contender that answers from an index on disk."""

    def load(self) -> Mapping[str, str]:
        """Load the encoder; the versions of the packages that make up the contender."""

    def open(self) -> None:
        """Load the index on disk, and the encoder if it is not loaded yet."""

    def search(self, text: str, limit: int) -> Sequence[str]:
        """Ids of what is found, best first; `limit` is how many each kind of search contributes."""


@runtime_checkable
class Builder(Engine, Protocol):
    """A contender that builds that index too."""

    def index(self, corpus: Path) -> None:
        """Build an index over `corpus` from nothing and write it to disk."""

    def describe(self) -> Mapping[str, float]:
        """How many passages the index has, and how many tokens of them the encoder read; empty when it was told."""


def read_passages(corpus: Path) -> list[tuple[str, str]]:
    """(id, text) of each row with `id`, `title` and `text`: the title in front."""
    rows = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    return [(row["id"], f"{row['title']}\n{row['text']}".strip()) for row in rows]


def versions_of(*packages: str) -> dict[str, str]:
    """The installed versions."""
    return {package: version(package) for package in packages}


def run(make: Callable[[str, Path], Builder]) -> None:
    """The main program of a peer's script: `--model FOLDER --index FOLDER`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True, help="folder of a sentence-transformers model")
    parser.add_argument("--index", required=True, type=Path, help="folder that the index is written to and read from")
    given = parser.parse_args()
    serve(make(given.model, given.index))


def serve(engine: Engine) -> None:
    """Answer on standard output; whatever a library prints there goes to standard error instead."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as replies:
        os.dup2(2, 1)
        converse(engine, sys.stdin, replies)


def converse(engine: Engine, requests: Iterable[str], replies: TextIO) -> None:
    """Answer every request until `quit` or the end."""
    lock = threading.Lock()

    def reply(request: Mapping[str, Any]) -> None:
        try:
            answer = _answer(engine, request)
        except Exception as error:  # noqa: BLE001 - any library may raise anything; the driver gets the sentence
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        with lock:
            print(json.dumps({"id": request.get("id"), **answer}), file=replies, flush=True)

    with ThreadPoolExecutor(THREADS) as pool:
        for line in requests:
            request = json.loads(line)
            if request["op"] == "quit":
                break
            if request["op"] == "search":
                pool.submit(reply, request)
            else:
                reply(request)


def _answer(engine: Engine, request: Mapping[str, Any]) -> dict[str, Any]:
    match request["op"]:
        case "load":
            return {"versions": dict(engine.load())}
        case "index" if isinstance(engine, Builder):
            engine.index(Path(request["corpus"]))
            return {}
        case "describe" if isinstance(engine, Builder):
            return dict(engine.describe())
        case "open":
            engine.open()
            return {}
        case "search":
            return {"found": list(engine.search(request["text"], request["limit"]))}
        case "state":
            return {"peak_mb": _peak_mb(), "torch": "torch" in sys.modules}
        case unknown:
            raise ValueError(f"{type(engine).__name__} takes no request {unknown!r}")


def _peak_mb() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
