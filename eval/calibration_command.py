"""The command `footnote-eval calibrate`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import load_settings
from bot.terminal import TerminalProgress, print_json
from eval.calibrating import CalibrationOptions, calibrate_folder
from eval.calibration import NotEnough
from eval.calibration_table import print_calibration
from eval.errors import CalibrationError
from eval.suite.cases import Side


def calibrate(
    dataset: Annotated[
        Path, typer.Option("--dataset", help="A suite about the indexed articles, or a folder in the form of BEIR.")
    ],
    alpha: Annotated[float, typer.Option("--alpha", help="Share of the answers that may be wrong.")] = 0.05,
    delta: Annotated[float, typer.Option("--delta", help="Probability with which the promise may fail.")] = 0.05,
    side: Annotated[Side, typer.Option("--side", help="The side of a suite that is asked.")] = Side.TUNE,
    write: Annotated[bool, typer.Option("--write", help="Answer by it from now on.")] = False,
    trials: Annotated[
        int, typer.Option("--trials", min=0, help="So many times, calibrate on a random half and measure on all.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Folder of the product's index, and of those of data sets.")
    ] = None,
) -> None:
    """How sure to be for a promise: of the answers, at most a share alpha is wrong."""
    options = CalibrationOptions(folder=dataset, alpha=alpha, delta=delta, write=write, trials=trials, side=side)
    with TerminalProgress() as progress:
        report = calibrate_folder(options, load_settings(data_dir=data_dir), progress, datetime.now(UTC))
    if as_json:
        print_json(report.to_json())
    else:
        print_calibration(report)
    if isinstance(report.found, NotEnough):
        raise CalibrationError(report.found.sentence())
