"""A run's report as files: JSON for programs, and one page of HTML that needs nothing else."""

import json
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.errors import EvaluationError
from eval.metrics import Estimate, estimate
from eval.suite.figures import latency, reliability, risk_and_coverage, worst
from eval.suite.gate import Failure
from eval.suite.plots import can_draw, draw_latency, draw_reliability, draw_risk, draw_slices
from eval.suite.running import REPORT_FILE, SuiteRun

PAGE_FILE = "report.html"
_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write_report(run: SuiteRun, folder: Path, failed: Sequence[Failure] = ()) -> None:
    """`report.json` and `report.html` in the folder. Raises EvaluationError when it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PAGE_FILE).write_text(page(run, failed), encoding="utf-8")
        (folder / REPORT_FILE).write_text(
            json.dumps(run.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise EvaluationError(
            f"The report cannot be written to {folder}: {error}. Choose another folder with --output."
        ) from error


def page(run: SuiteRun, failed: Sequence[Failure] = ()) -> str:
    """The page: figures, pictures, slices, and the cases that went wrong with their traces."""
    template = _environment.get_template("report.html.j2")
    return template.render(run=run.to_json(), plots=_plots(run), worst=worst(run.outcomes), failed=failed)


def _plots(run: SuiteRun) -> list[dict[str, str]]:
    if not can_draw():
        return []
    outcomes = run.outcomes
    return [
        {"svg": Markup(svg), "caption": caption}  # noqa: S704 - drawn by matplotlib from numbers and our own labels
        for svg, caption in (
            (
                draw_risk(risk_and_coverage(outcomes), run.head.threshold),
                "Risk and coverage: what each threshold would do.",
            ),
            (draw_reliability(reliability(outcomes)), "Reliability: what the confidence says, and what is right."),
            (draw_slices(_expected_by_kind(run)), "As expected, by kind of case."),
            (draw_latency([each.milliseconds for each in outcomes], latency(outcomes)), "Time of a reply."),
        )
    ]


def _expected_by_kind(run: SuiteRun) -> dict[str, Estimate]:
    kinds: dict[str, list[float]] = {}
    for each in run.outcomes:
        kinds.setdefault(each.kind, []).append(float(each.as_expected))
    return {kind: estimate(values) for kind, values in kinds.items()}
