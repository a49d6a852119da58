"""The command `footnote-eval gate-trial`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.settings import load_settings
from bot.terminal import TerminalProgress, print_json
from eval.errors import GateShut
from eval.suite.cases import CORVANE_SUITE, load_suite
from eval.suite.gate import load_gates
from eval.suite.regressions import REGRESSIONS, no_ops
from eval.suite.trial import Trial, try_gate


def gate_trial(
    most: Annotated[int, typer.Option("--no-ops", min=0, max=100, help="How many harmless changes are tried.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="Folder under which indexes are kept.")] = None,
) -> None:
    """Whether the gate stops what makes answers worse, and lets through what changes nothing."""
    harmless = no_ops()
    chosen = [harmless[at * len(harmless) // most] for at in range(most)]  # from all kinds alike
    with TerminalProgress() as progress:
        found = try_gate(
            [*REGRESSIONS, *chosen], load_suite(CORVANE_SUITE), load_gates(), load_settings(data_dir=data_dir), progress
        )
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)
    if not found.holds:
        raise GateShut(f"The gate does not do what it is for: {_counts(found)}")


def _print(found: Trial) -> None:
    table = Table("change", "gate", "other replies", "what shut it", box=None, pad_edge=False)
    for each in found.tried:
        if each.is_regression or each.is_blocked:
            table.add_row(each.name, "shut" if each.is_blocked else "open", f"{each.changed:,}", ", ".join(each.failed))
    console = Console()
    console.print(table)
    console.print(_counts(found))
    if found.shipped:
        console.print(f"What ships misses {', '.join(found.shipped)} itself.")


def _counts(found: Trial) -> str:
    (stopped, regressions), (false, others) = found.blocked(True), found.blocked(False)
    return f"{stopped} of {regressions} regressions and {false} of {others} harmless changes were stopped."
