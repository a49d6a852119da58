"""A calibration as a person reads it."""

from rich.console import Console
from rich.table import Table

from eval.calibrating import CalibrationReport
from eval.calibration import Calibrated
from eval.calibration_trials import Trials


def print_calibration(report: CalibrationReport) -> None:
    """What thresholds would do, and what the one that was found promises."""
    found = report.found
    table = Table("threshold", "answered", "wrong", "risk", f"at most ({1 - found.delta:g})", box=None, pad_edge=False)
    for row in report.rows:
        risk = f"{row.wrong / row.answered:.3f}"
        table.add_row(f"{row.threshold:.4f}", f"{row.answered:,}", f"{row.wrong:,}", risk, f"{row.at_most:.3f}")
    console = Console()
    console.print(f"{report.dataset}: {report.answerable:,} questions and {report.unanswerable:,} that nothing answers")
    console.print(table)
    if not report.unanswerable:
        console.print("No question was unanswerable: nothing is promised about those that are.")
    if isinstance(found, Calibrated):
        console.print(_promise(report, found), soft_wrap=True)
    if report.trials:
        console.print(_kept(report.trials), soft_wrap=True)
    if report.written:
        console.print("The product answers by it from now on, until its index or configuration changes.")


def _kept(trials: Trials) -> str:
    return (
        f"On {trials.times:,} random halves a threshold was found {trials.promised:,} times; over all questions "
        f"{trials.violated:,} of those had a higher risk. They answer {100 * trials.coverage:.1f} % on average."
    )


def _promise(report: CalibrationReport, found: Calibrated) -> str:
    share = report.answerable_answered / report.answerable if report.answerable else 0.0
    return (
        f"From {found.threshold:.4f} on, at most {100 * found.alpha:g} % of the answers are wrong, with probability "
        f"{1 - found.delta:g}: {found.wrong:,} of {found.answered:,} were, which bounds it by {found.bound:.4f}. "
        f"It answers {100 * found.coverage:.1f} % of the {found.n:,} questions, and {100 * share:.1f} % of those that "
        "can be answered."
    )
