"""The suite's commands of `footnote-eval`: run, compare, gate."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.settings import load_settings
from bot.terminal import TerminalProgress, print_json
from eval.errors import GateShut
from eval.suite.baseline import Baseline, baseline_file, read_baseline, write_baseline
from eval.suite.candidate import run_on_generation
from eval.suite.cases import CORVANE_SUITE, load_suite
from eval.suite.comparing import Comparison, compare_runs
from eval.suite.gate import Failure, failures, gates_file, load_gates, raise_demands
from eval.suite.page import write_report
from eval.suite.running import FAULTS_TOLD, SuiteRun, outcome_of, read_run, run_on_sample, unfinished_run

RUNS = Path("runs")

Suite = Annotated[Path, typer.Option("--suite", help="Folder of cases.", show_default="the suite that ships")]
Number = Annotated[
    int | None,
    typer.Option("--generation", min=1, help="Ask this generation of the data directory.", show_default="the sample"),
]
Output = Annotated[Path, typer.Option("--output", help="Folder under which each run has one of its own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder under which indexes are kept.")]


def run(
    suite: Suite = CORVANE_SUITE,
    generation: Number = None,
    keep_baseline: Annotated[
        bool,
        typer.Option(
            "--keep-baseline", help="Let later gates compare with this run, and demand as much as it has room for."
        ),
    ] = False,
    output: Output = RUNS,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """The suite on the sample help center: every figure, and a page with pictures. A run that was cut short goes on."""
    finished, folder = _finished(suite, generation, output, data_dir)
    write_report(finished, folder)
    if keep_baseline:
        write_baseline(Baseline.of(finished), baseline_file(suite))
        raise_demands(suite, finished.metrics)
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
    generation: Number = None,
    gates: Annotated[
        Path | None,
        typer.Option("--gates", help="What is demanded.", show_default="gates.toml beside the cases, or what ships"),
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="The folder of a run that nothing may fall behind.")
    ] = None,
    output: Output = RUNS,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Run the suite, and fail with the number where a demand is not met or too much fell against the baseline."""
    demands = load_gates(gates or gates_file(suite))
    before = None if against is None else tuple(map(outcome_of, read_run(against)["cases"]))
    baseline = read_baseline(baseline_file(suite))
    finished, folder = _finished(suite, generation, output, data_dir)
    compared = [compare_runs(before, finished.outcomes)] if before else []
    if baseline and baseline.suite_sha256 == finished.head.suite_sha256:
        compared.append(baseline.compared_with(finished.outcomes))
    elif baseline:
        typer.echo("The baseline is of other cases: renew it with `footnote-eval run --keep-baseline`.", err=True)
    failed = failures(demands, finished.metrics, *compared)
    write_report(finished, folder, failed)
    if as_json:
        print_json(_verdict(finished, failed, folder))
    if failed and as_json:
        raise typer.Exit(1)
    if failed:
        raise GateShut(f"{' '.join(each.sentence for each in failed)} The report is in {folder}.")
    if not as_json:
        cases = f"{len(finished.outcomes):,} cases"
        typer.echo(f"The gate is open: {len(demands.metrics)} demands hold over {cases} ({folder}).")


def _finished(suite: Path, generation: int | None, runs: Path, data_dir: Path | None) -> tuple[SuiteRun, Path]:
    """A finished run, and its folder: that of one that was cut short, else a new one."""
    cases, settings, started_at = load_suite(suite), load_settings(data_dir=data_dir), datetime.now(UTC)
    folder = unfinished_run(runs) or runs / f"{started_at:%Y%m%d-%H%M%S}"
    with TerminalProgress() as progress:
        if generation is None:
            return run_on_sample(suite.name, cases, settings, folder, started_at, progress), folder
        finished = run_on_generation(suite.name, cases, settings, generation, folder, started_at, progress)
    for fault in finished.faults[:FAULTS_TOLD]:
        typer.echo(fault, err=True)
    if (more := len(finished.faults) - FAULTS_TOLD) > 0:
        typer.echo(f"And {more:,} more; the report has all of them.", err=True)
    return finished, folder


def _verdict(finished: SuiteRun, failed: Sequence[Failure], folder: Path) -> dict[str, Any]:
    return {
        "open": not failed,
        "failed": [{"metric": each.metric, "sentence": each.sentence} for each in failed],
        "n_cases": len(finished.outcomes),
        "report": str(folder),
    }


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
