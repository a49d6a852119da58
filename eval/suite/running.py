"""The whole suite, asked over one index: resumable, and the same figures every time."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from pydantic import TypeAdapter, ValidationError

from bot.answering.calibration import bar
from bot.assembly import Footnote, open_footnote
from bot.assistant import Assistant
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext
from bot.settings import Settings
from bot.updating import SAMPLE_HELP_CENTER, build
from eval.errors import DatasetError, EvaluationError
from eval.metrics import Estimate
from eval.suite.asking import CaseOutcome, ask
from eval.suite.cases import SuiteCase, check_suite
from eval.suite.figures import latency, metrics_by_slice, suite_metrics
from knowledge.sources import open_source

CASES_FILE, REPORT_FILE = "cases.jsonl", "report.json"
DIGITS = 4
FAULTS_TOLD = 5
_OUTCOMES = TypeAdapter(CaseOutcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHead:
    """What is asked over what: two runs with the same head have the same outcomes."""

    suite: str
    suite_sha256: str
    index_sha256: str
    config_hash: str
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRun:
    """A finished run, with every outcome in the order of the cases."""

    head: RunHead
    started_at: datetime
    outcomes: tuple[CaseOutcome, ...]
    faults: tuple[str, ...] = ()
    """What is wrong with the articles, or between them and the cases, where that did not stop the run."""

    @property
    def metrics(self) -> dict[str, Estimate]:
        """Every metric over all cases."""
        return suite_metrics(self.outcomes)

    def to_json(self) -> dict[str, Any]:
        """The report. Only `started_at`, `latency_ms` and the cases' `milliseconds` differ between two runs."""
        metrics = self.metrics
        return {
            **asdict(self.head),
            "started_at": self.started_at.isoformat(),
            "n_cases": len(self.outcomes),
            "faults": list(self.faults),
            "metrics": {name: number(value.mean) for name, value in metrics.items()},
            "interval_95": {name: [number(value.low), number(value.high)] for name, value in metrics.items()},
            "n": {name: value.n for name, value in metrics.items()},
            "slices": {
                name: {key: {"mean": number(value.mean), "n": value.n} for key, value in own.items()}
                for name, own in metrics_by_slice(self.outcomes).items()
            },
            "latency_ms": latency(self.outcomes),
            "cases": [each.to_json() for each in self.outcomes],
        }


def run_on_sample(
    name: str,
    cases: Sequence[SuiteCase],
    settings: Settings,
    folder: Path,
    started_at: datetime,
    progress: IndexProgress,
) -> SuiteRun:
    """The suite over the sample help center, in an index of its own: nothing of the product's is touched. What of the
    help center was refused, so that an older version of it was asked or none, is told among the faults.

    Raises DatasetError when a case does not fit the articles, EvaluationError when the folder cannot be written.
    """
    own = settings.apart(settings.data_dir / "eval" / "sample-help-center")
    footnote = open_footnote(own)
    try:
        is_new = footnote.current_generation() is None
        built = build(footnote, [open_source(SAMPLE_HELP_CENTER)], progress, rebuild=is_new)
        run = run_suite(name, cases, footnote, folder, started_at, progress)
        return replace(run, faults=(*run.faults, *(each.sentence for each in built.rejected)))
    finally:
        footnote.close()


def run_suite(
    name: str,
    cases: Sequence[SuiteCase],
    footnote: Footnote,
    folder: Path,
    started_at: datetime,
    progress: IndexProgress,
) -> SuiteRun:
    """Every case over the current generation. What `folder` holds of the same run, cut short, is not asked again.

    Raises DatasetError when there is no case, or one does not fit the articles.
    """
    if faults := check_suite(cases, footnote.index.current().articles):
        raise DatasetError(" ".join(faults[:FAULTS_TOLD]))
    return ask_all(name, cases, footnote.assistant, folder, started_at, progress)


def ask_all(
    name: str,
    cases: Sequence[SuiteCase],
    assistant: Assistant,
    folder: Path,
    started_at: datetime,
    progress: IndexProgress,
) -> SuiteRun:
    """As `run_suite`, of an assistant over any index; a case that does not fit its articles is asked all the same."""
    if not cases:
        raise DatasetError(f"The suite {name} has no cases.")
    index = assistant.generation()
    head = RunHead(
        suite=name,
        suite_sha256=suite_sha256(cases),
        index_sha256=index.sha256,
        config_hash=assistant.config_hash,
        threshold=bar(assistant.answer_threshold, index.sha256).value,
    )
    done = _done_before(folder, head)
    progress.stage(f"Cases of {name}", len(cases))
    assistant.search("warm up", CustomerContext())
    outcomes = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _begin(folder / CASES_FILE, head, done.values())
        with (folder / CASES_FILE).open("a", encoding="utf-8") as lines:
            for case in cases:
                if (outcome := done.get(case.id)) is None:
                    outcome = ask(case, assistant, index)
                    _write(lines, outcome.to_json())
                outcomes.append(outcome)
                progress.advance(1)
    except OSError as error:
        raise EvaluationError(f"The run cannot be written to {folder}: {error}. Choose another folder.") from error
    return SuiteRun(head=head, started_at=started_at, outcomes=tuple(outcomes))


def suite_sha256(cases: Sequence[SuiteCase]) -> str:
    """The checksum of what is asked and expected, as hexadecimal digits: the same in every process, wherever the cases
    lie."""
    return hashlib.sha256("\n".join(map(_canonical, cases)).encode()).hexdigest()


def unfinished_run(runs: Path) -> Path | None:
    """The newest folder of a run that was cut short."""
    folders = sorted(path.parent for path in runs.glob(f"*/{CASES_FILE}"))
    return next((folder for folder in reversed(folders) if not (folder / REPORT_FILE).exists()), None)


def read_run(folder: Path) -> dict[str, Any]:
    """The report of a finished run, by its folder or its file. Raises EvaluationError."""
    file = folder / REPORT_FILE if folder.is_dir() else folder
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvaluationError(f"There is no report to read in {folder}: {error}. Give the folder of a run.") from error
    except json.JSONDecodeError as error:
        raise EvaluationError(f"The report {file} is not JSON: {error}.") from error
    if not isinstance(found, dict) or not isinstance(found.get("cases"), list):
        raise EvaluationError(f"The report {file} holds no cases; give the folder of a run of the suite.")
    return found


def number(value: float) -> float | None:
    """Rounded for a report; None for nan."""
    return None if value != value else round(value, DIGITS)


def _canonical(case: SuiteCase) -> str:
    row = {**asdict(case), "expect": sorted(case.expect)}
    del row["origin"]
    return json.dumps(row, sort_keys=True, ensure_ascii=False)


def _done_before(folder: Path, head: RunHead) -> dict[str, CaseOutcome]:
    """The outcomes of an earlier try over the same suite, index and configuration. A last line that was cut is left."""
    file = folder / CASES_FILE
    if not file.is_file():
        return {}
    rows = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    if not rows or rows[0] != asdict(head):
        return {}
    return {row["id"]: outcome_of(row) for row in rows[1:]}


def _begin(file: Path, head: RunHead, done: Iterable[CaseOutcome]) -> None:
    """The file with its head and what was done before, without a line that was torn."""
    part = file.with_suffix(".part")
    with part.open("w", encoding="utf-8") as lines:
        _write(lines, asdict(head))
        for outcome in done:
            _write(lines, outcome.to_json())
    part.replace(file)


def outcome_of(row: Mapping[str, Any]) -> CaseOutcome:
    """An outcome out of its row of a report. Raises EvaluationError for a row of another version."""
    try:
        return _OUTCOMES.validate_python(row)
    except ValidationError as error:
        raise EvaluationError(
            f"The outcome of {row.get('id')!r} cannot be read: {error.error_count()} fields do not fit. Run it again."
        ) from error


def _write(lines: TextIO, row: Mapping[str, Any]) -> None:
    lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    lines.flush()
