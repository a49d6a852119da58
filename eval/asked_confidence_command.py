"""The command `footnote-eval fit-asked`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.answering.confidence import ASKED_MODEL_FILE, WITHHELD_MODEL_FILE, WITHHELD_SIGNAL
from eval.asked_confidence_fit import fit_asked_confidence
from eval.suite.running import outcome_of, read_run


def fit_asked(
    run: Annotated[Path, typer.Argument(help="The folder of a run of the suite.")],
    output: Annotated[
        Path | None, typer.Option("--output", help="Where the model goes.", show_default="the one that ships")
    ] = None,
) -> None:
    """Fit the confidence for articles that say what customers ask, on the tune half of a run; tell what it is worth on
    the test half. A run over articles of which internal ones say it too gives a model of its own."""
    report = read_run(run)
    found = fit_asked_confidence(report["suite"], [*map(outcome_of, report["cases"])], datetime.now(UTC).date())
    shipped = WITHHELD_MODEL_FILE if WITHHELD_SIGNAL in found.model.weights else ASKED_MODEL_FILE
    (output or shipped).write_text(json.dumps(found.to_json(), indent=2) + "\n", encoding="utf-8")
    table = Table("metric", "tune", "test", "95 % interval", "n", box=None, pad_edge=False)
    for name, value in found.test.items():
        interval = f"{value.low:.3f} – {value.high:.3f}"
        table.add_row(name, f"{found.tune[name].mean:.3f}", f"{value.mean:.3f}", interval, f"{value.n:,}")
    console = Console()
    console.print(", ".join(f"{name} {weight:g}" for name, weight in found.model.weights.items()))
    console.print(table)
