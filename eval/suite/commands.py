"""The suite's commands of `footnote-eval`: run, compare, gate."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.settings import load_settings
from bot.terminal import TerminalProgress, print_json
from eval.errors import GateShut
from eval.suite.cases import CORVANE_SUITE, load_suite
from eval.suite.comparing import Comparison, compare_runs
from eval.suite.gate import GATES_FILE, failures, load_gates
from eval.suite.page import write_report
from eval.suite.running import SuiteRun, outcome_of, read_run, run_on_sample, unfinished_run

RUNS = Path("runs")

Suite = Annotated[Path, typer.Option("--suite", help="Folder of cases.", show_default="the suite that ships")]
Output = Annotated[Path, typer.Option("--output", help="Folder under which each run has one of its own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder under which indexes are kept.")]


def run(suite: Suite = CORVANE_SUITE, output: Output = RUNS, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """The suite on the sample help center: every figure, and a page with pictures. A run that was cut short goes on."""
    finished, folder = _finished(suite, output, data_dir)
    write_report(finished, folder)
    if as_json:
        print_json(finished.to_json())
    else:
        _print_run(finished, folder)


def compare(
    before: Annotated[Path, typer.Argument(help="The folder of a run.")],
    after: Annotated[Path, typer.Argument(help="The folder of another run of the same suite.")],
    as_json: AsJson = False,
) -> None:
    """What changed between two runs, case by case, and whether it is more than chance."""
    found = _compared(before, after)
    if as_json:
        print_json(found.to_json())
    else:
        _print_comparison(found)


def gate(
    suite: Suite = CORVANE_SUITE,
    gates: Annotated[
        Path, typer.Option("--gates", help="What is demanded.", show_default="the file that ships")
    ] = GATES_FILE,
    against: Annotated[
        Path | None, typer.Option("--against", help="The folder of a run that nothing may fall behind.")
    ] = None,
    output: Output = RUNS,
    data_dir: DataDir = None,
) -> None:
    """Run the suite, and fail with the number where a demand is not met."""
    demands = load_gates(gates)
    before = None if against is None else tuple(map(outcome_of, read_run(against)["cases"]))
    finished, folder = _finished(suite, output, data_dir)
    failed = failures(demands, finished.metrics, compare_runs(before, finished.outcomes) if before else None)
    write_report(finished, folder, failed)
    if failed:
        raise GateShut(f"{' '.join(each.sentence for each in failed)} The report is in {folder}.")
    typer.echo(
        f"The gate is open: {len(demands.metrics)} demands hold over {len(finished.outcomes):,} cases ({folder})."
    )


def _finished(suite: Path, runs: Path, data_dir: Path | None) -> tuple[SuiteRun, Path]:
    """A finished run, and its folder: that of one that was cut short, else a new one."""
    cases, settings, started_at = load_suite(suite), load_settings(data_dir=data_dir), datetime.now(UTC)
    folder = unfinished_run(runs) or runs / f"{started_at:%Y%m%d-%H%M%S}"
    with TerminalProgress() as progress:
        return run_on_sample(suite.name, cases, settings, folder, started_at, progress), folder


def _compared(before: Path, after: Path) -> Comparison:
    earlier, later = (tuple(map(outcome_of, read_run(folder)["cases"])) for folder in (before, after))
    return compare_runs(earlier, later)


def _print_run(finished: SuiteRun, folder: Path) -> None:
    table = Table("metric", "value", "95 % interval", "n", box=None, pad_edge=False)
    for name, value in finished.metrics.items():
        if value.n and value.mean == value.mean:
            table.add_row(name, f"{value.mean:.4f}", f"{value.low:.4f} – {value.high:.4f}", f"{value.n:,}")
    console = Console()
    console.print(
        f"{finished.head.suite}: {len(finished.outcomes):,} cases, answered from {finished.head.threshold:.2f}"
    )
    console.print(table)
    console.print(f"{folder}/report.html", soft_wrap=True)


def _print_comparison(found: Comparison) -> None:
    table = Table(
        "figure", "before", "after", "gain", "95 % interval", "p", "better", "worse", box=None, pad_edge=False
    )
    for each in found.differences:
        gain = f"{each.gain.low:+.4f} – {each.gain.high:+.4f}"
        counts = (f"{len(each.better)}", f"{len(each.worse)}")
        table.add_row(
            each.figure,
            f"{each.before:.4f}",
            f"{each.after:.4f}",
            f"{each.gain.mean:+.4f}",
            gain,
            f"{each.p:.4f}",
            *counts,
        )
    console = Console()
    console.print(f"{found.n_cases:,} cases in both; {len(found.changed):,} have another reply")
    console.print(table)
    for id_, sentence in found.changed:
        console.print(f"{id_}: {sentence}", soft_wrap=True, markup=False)
