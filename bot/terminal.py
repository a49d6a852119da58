"""What a person sees on a terminal: progress, answers, tables. Text from articles is printed as text, never as
markup."""

import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from bot.errors import RequestRefused
from bot.indexing.build import IndexReport
from bot.models import Answer, Clarify, Hit, Reply
from bot.settings import SettingRow

STEPS_WITHOUT_BAR = 5
"""Into how many lines a stage is cut where no bar can be drawn."""


class TerminalProgress:
    """A bar a stage on a terminal; a line now and then elsewhere. Everything goes to standard error."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._name, self._done, self._total = "", 0, 0

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def pause(self) -> None:
        """The bars drawn so far stay as they are, and others may draw theirs; the next stage goes on."""
        self._bars.stop()

    def stage(self, name: str, total: int) -> None:
        """A new stage of `total` steps begins."""
        if self._task is not None:
            self._bars.update(self._task, total=self._done)  # a stage of unknown length had as many steps as were done
        self._name, self._done, self._total = name, 0, total
        self._bars.start()
        self._task = self._bars.add_task(escape(name), total=total or None)
        if not self._console.is_terminal and total:
            print(f"{name}: 0 of {total:,}", file=sys.stderr, flush=True)  # noqa: T201

    def advance(self, steps: int = 1) -> None:
        """`steps` more of the present stage are done."""
        before, self._done = self._done, self._done + steps
        if self._task is not None:
            self._bars.advance(self._task, steps)
        if not self._console.is_terminal and self._part(before) < self._part(self._done):
            print(f"{self._name}: {self._done:,} of {self._total:,}", file=sys.stderr, flush=True)  # noqa: T201

    def _part(self, done: int) -> int:
        return done * STEPS_WITHOUT_BAR // self._total if self._total else 0


def run_command(program: Callable[[], object], *expected: type[Exception]) -> None:
    """Run a command's program. An expected error, or one of the system, becomes one sentence on standard error and
    exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter shows a question mark
    try:
        program()
    except expected as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"The system refused: {error.strerror or error}" + (f" ({error.filename})." if error.filename else "."))


def print_json(value: Any) -> None:
    """JSON is UTF-8 (RFC 8259, section 8.1): where the terminal is not, its letters are escaped."""
    escaped = (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")
    _print(json.dumps(value, ensure_ascii=escaped, indent=2))


def print_report(report: IndexReport) -> None:
    """What an indexing run did, in one sentence or two."""
    numbers = report.to_json()["articles"]
    _print(
        f"{numbers['added']} added, {numbers['changed']} changed, {numbers['removed']} removed, "
        f"{numbers['unchanged']} unchanged; "
        f"{report.passages} passages in generation {report.generation}, after {report.seconds:.1f} s."
    )
    if numbers["failed"]:
        _print(f"{numbers['failed']} could not be read; `footnote doctor` names each with the reason.")


def print_reply(reply: Reply) -> None:
    """A reply with its footnotes below."""
    _print(reply.text)
    if isinstance(reply, Clarify):
        for number, option in enumerate(reply.options, start=1):
            _print(f"  {number}. {option}")
    if not isinstance(reply, Answer):
        return
    seen: set[int] = set()
    _print("")
    for citation in reply.citations:
        if citation.number in seen:
            continue
        seen.add(citation.number)
        place = f" › {citation.heading}" if citation.heading else ""
        updated = f" (updated {citation.updated_at:%Y-%m-%d})" if citation.updated_at else ""
        _print(f"[{citation.number}] {citation.title}{place}{updated}\n    {citation.url}")
    for action, _ in reply.actions:
        _print(f"  → {action.label}: {action.url}")


def print_differences(sentences: Sequence[str]) -> None:
    """What is otherwise than when a turn was answered, on one line of standard error."""
    print(" ".join(sentences), file=sys.stderr)  # noqa: T201


def read_text(file: Path) -> str:
    """A file that a person named, as UTF-8. RequestRefused with a sentence when it is not that."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestRefused(f"The file {file} is not UTF-8 text ({error.reason}). Save it as UTF-8.") from error


def print_hits(hits: Sequence[Hit]) -> None:
    """Ranked passages, each with the signals behind its score."""
    for rank, hit in enumerate(hits, start=1):
        place = f" › {hit.passage.heading}" if hit.passage.heading else ""
        _print(f"{rank:>3}. {hit.score:.3f}  {hit.passage.title}{place}  [{hit.passage.article_id}]")
        _print("        " + "  ".join(f"{name} {value:.3f}" for name, value in hit.signals.items()))


def print_trace(trace: Mapping[str, Any], most: int = 10) -> None:
    """How a reply came about: the decision, and the best candidates with each signal under its weight."""
    decision = trace["decision"]
    _print(
        f"\n{decision['kind']}: confidence {decision['confidence']:.2f}, answered from {decision['threshold']:.2f}; "
        f"index generation {trace['index_generation']}, configuration {trace['config_hash']}."
    )
    for wrong, right in trace["corrections"].items():
        _print(f"{wrong!r} was read as {right!r}.")
    if trace["rewritten_question"] != trace["question"]:
        _print(f"Searched for: {trace['rewritten_question']}")
    for sentence in trace["lesser_modes"]:
        _print(sentence)
    table = Table(box=None, pad_edge=False)
    columns = {name: f"{name}\n× {weight:.3f}" for name, weight in trace["weights"].items()}
    for header in ("", "score", *columns.values()):
        table.add_column(header, justify="right")
    table.add_column("passage", overflow="fold")
    for candidate in trace["candidates"][:most]:
        signals = candidate["signals"]
        taken = "".join(f"  −{signals[name]:.2f} {name}" for name in signals if name not in columns)
        place = " › ".join(part for part in (candidate["title"], candidate["heading"]) if part)
        values = (f"{candidate['score']:.3f}", *(f"{signals[name]:.3f}" for name in columns))
        table.add_row(f"{candidate['rank']}.", *values, escape(f"{place}  [{candidate['article_id']}]{taken}"))
    if trace["candidates"]:
        Console().print(table)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows of plain text under headers; what does not fit on a line goes on below."""
    table = Table(box=None, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    Console().print(table)


def print_settings(rows: Sequence[SettingRow]) -> None:
    """Every setting as a table."""
    table = Table(box=None, pad_edge=False)
    table.add_column("setting", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("source")
    table.add_column("help", overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in (row.variable, row.value, row.source, row.help)))
    Console().print(table)


def _print(text: str) -> None:
    print(text)  # noqa: T201


def _fail(sentence: str) -> None:
    print(" ".join(sentence.split()), file=sys.stderr)  # noqa: T201
    raise SystemExit(1)
