"""What is kept of a run so that later ones can be compared with it case by case: bits, in a file of some 30 KB."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import EvaluationError
from eval.suite.asking import CaseOutcome
from eval.suite.cases import CORVANE_SUITE
from eval.suite.comparing import FIGURES, Comparison, Marks, compare_marks, marks_of
from eval.suite.running import RunHead, SuiteRun

SHIPPED_BASELINE = Path(__file__).resolve().parent.parent / "baseline.json"
BASELINE_FILE = "baseline.json"
_BITS = {True: "1", False: "0", None: "-"}


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    suite_sha256: str
    index_sha256: str
    config_hash: str
    threshold: float
    figures: tuple[str, ...]
    cases: dict[str, str] = Field(min_length=1)
    """For each figure, by the case's id: 1 good, 0 not good, - does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Whether each case was good by each figure, and of what suite, index and configuration."""

    suite_sha256: str
    index_sha256: str
    config_hash: str
    threshold: float
    marks: Mapping[str, Marks]

    @classmethod
    def of(cls, run: SuiteRun) -> Self:
        """What is kept of a run."""
        head: RunHead = run.head
        return cls(
            suite_sha256=head.suite_sha256,
            index_sha256=head.index_sha256,
            config_hash=head.config_hash,
            threshold=head.threshold,
            marks={each.id: marks_of(each) for each in run.outcomes},
        )

    def compared_with(self, outcomes: Sequence[CaseOutcome]) -> Comparison:
        """What a later run of the same suite gained and lost."""
        return compare_marks(self.marks, {each.id: marks_of(each) for each in outcomes})


def baseline_file(suite: Path) -> Path:
    """Where the baseline of a suite lies: beside its cases, or in the package for those that ship."""
    return SHIPPED_BASELINE if suite == CORVANE_SUITE else suite / BASELINE_FILE


def read_baseline(file: Path) -> Baseline | None:
    """The baseline in a file; None when there is no file. Raises EvaluationError."""
    try:
        found = _File.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise EvaluationError(
            f"The baseline {file} cannot be read: make it again with `footnote-eval run --keep-baseline`."
        ) from error
    marks = {
        id_: {name: bit == "1" for name, bit in zip(found.figures, bits, strict=False) if bit != "-"}
        for id_, bits in found.cases.items()
    }
    return Baseline(
        suite_sha256=found.suite_sha256,
        index_sha256=found.index_sha256,
        config_hash=found.config_hash,
        threshold=found.threshold,
        marks=marks,
    )


def write_baseline(baseline: Baseline, file: Path) -> None:
    """The file, the same bytes for the same run. Raises EvaluationError."""
    rows = {id_: "".join(_BITS[marks.get(name)] for name in FIGURES) for id_, marks in sorted(baseline.marks.items())}
    head = {
        "suite_sha256": baseline.suite_sha256,
        "index_sha256": baseline.index_sha256,
        "config_hash": baseline.config_hash,
        "threshold": baseline.threshold,
        "figures": FIGURES,
        "cases": rows,
    }
    try:
        file.write_text(json.dumps(head, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"The baseline cannot be written to {file}: {error}.") from error
