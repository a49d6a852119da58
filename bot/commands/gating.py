"""What `footnote index --gate` asks before a new index may serve: the evaluation's gate, in a process of its own.

Evaluation stands above the product, which does not import it: what is agreed on are this command and its JSON.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import IndexUnavailable
from bot.indexing.build import IndexReport
from bot.settings import Settings
from bot.terminal import TerminalProgress, print_json, print_report

EVALUATION = (sys.executable, "-P", "-m", "eval")
"""Without the working directory among the folders that modules are looked for in."""


class _Failed(BaseModel):
    model_config = ConfigDict(frozen=True)

    metric: str
    sentence: str


class _Told(BaseModel):
    """The part of `footnote-eval gate --json` that is read here."""

    model_config = ConfigDict(frozen=True)

    open: bool
    failed: tuple[_Failed, ...]
    report: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a generation may serve; else a sentence for each demand that it misses, or why it could not be asked."""

    is_open: bool
    sentences: tuple[str, ...]
    report: str | None = None
    """The folder with the report of the run."""


class Gatekeeper:
    """Asks the gate about a generation; `verdict` is what it said. `suite` is a folder of cases, None the shipped."""

    def __init__(
        self,
        settings: Settings,
        suite: Path | None,
        progress: TerminalProgress,
        evaluation: Sequence[str] = EVALUATION,
    ) -> None:
        self._data_dir = settings.data_dir
        self._suite = suite
        self._progress = progress
        self._evaluation = evaluation
        self.verdict: Verdict | None = None

    def __call__(self, number: int) -> bool:
        """Whether the generation of this number may serve. Takes as long as the suite does."""
        self._progress.pause()  # the other process draws its own bars
        self.verdict = self._asked(number)
        return self.verdict.is_open

    def _asked(self, number: int) -> Verdict:
        runs = self._data_dir / "eval" / "gate-runs"
        command = [*self._evaluation, "gate", "--generation", str(number), "--json"]
        command += ["--data-dir", str(self._data_dir), "--output", str(runs)]
        command += ["--suite", str(self._suite)] if self._suite else []
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)  # noqa: S603 - our own
        except OSError as error:
            return Verdict(False, (f"The gate could not be started: {error}.",))
        try:
            told = _Told.model_validate_json(done.stdout)
        except ValidationError:
            return Verdict(False, (f"The gate could not be asked (exit code {done.returncode}; its reason is above).",))
        is_open = told.open and done.returncode == 0
        return Verdict(is_open, tuple(each.sentence for each in told.failed), told.report)


def print_indexed(report: IndexReport, keeper: Gatekeeper | None, as_json: bool) -> None:
    """What an indexing run did and, with a gate, whether it was open. Raises IndexUnavailable when it was shut."""
    told = keeper and {"serves": report.serves, "failed": list(keeper.verdict.sentences if keeper.verdict else ())}
    if as_json:
        print_json({**report.to_json(), **(told or {})})
    else:
        print_report(report)
    if keeper is None:
        return
    if not report.serves:
        raise IndexUnavailable(_shut(report.generation, keeper.verdict))
    if not as_json:
        typer.echo("The gate is open: it serves." if report.is_new else "Nothing has changed: nothing to gate.")


def _shut(number: int, verdict: Verdict | None) -> str:
    if verdict is None or verdict.is_open:
        why = "Another generation was made to serve while the gate was asked."
    else:
        why = " ".join(verdict.sentences)
    report = f" The report is in {verdict.report}." if verdict and verdict.report else ""
    return (
        f"Generation {number} was built and does not serve; what served before goes on. {why}{report} To let it serve "
        f"all the same: `footnote roll-back {number}`."
    )
