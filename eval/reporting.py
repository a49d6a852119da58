"""Figures as a person reads them."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.answers import AnswersReport
from eval.bench.demands import Demand
from eval.confidence_fit import ConfidenceFit
from eval.dialogues import DialogueReport
from eval.escalation import EscalationReport
from eval.ranking_fit import RankingFit
from eval.retrieval import RetrievalReport
from eval.robustness import RobustnessReport


def print_retrieval(report: RetrievalReport) -> None:
    """One data set's figures as a table."""
    table = Table("metric", "value", "95 % interval", box=None, pad_edge=False)
    for name, value in report.metrics.items():
        table.add_row(name, f"{value.mean:.4f}", f"{value.low:.4f} – {value.high:.4f}")
    console = Console()
    console.print(
        f"{report.dataset}: {report.queries} questions, {report.documents} documents, {report.passages} passages"
    )
    console.print(table)
    console.print(
        f"a question takes {report.p50_ms:.1f} ms (p50), {report.p95_ms:.1f} ms (p95); "
        f"the index took {report.index_seconds:.1f} s; "
        f"peak memory {report.peak_rss_mb:.0f} MB"
    )


def print_answers(report: AnswersReport) -> None:
    """One data set's figures about answers as a table."""
    table = Table("metric", "value", "95 % interval", "n", box=None, pad_edge=False)
    for name, value in report.metrics.items():
        if not math.isnan(value.mean):
            table.add_row(name, f"{value.mean:.4f}", f"{value.low:.4f} – {value.high:.4f}", f"{value.n:,}")
    console = Console()
    console.print(f"{report.dataset}: {report.queries} questions and {report.unanswerable} that nothing answers")
    console.print(table)
    console.print(f"an answer takes {report.p50_ms:.1f} ms (p50), {report.p95_ms:.1f} ms (p95)")


def print_dialogues(report: DialogueReport) -> None:
    """Each way to search a last message, over all dialogues and their parts."""
    for metric in next(iter(report.rows)).success:
        ways = list(next(iter(report.rows)).success[metric])
        table = Table(metric, "n", *ways, "gain", box=None, pad_edge=False)
        for row in report.rows:
            found, gain = row.success[metric], row.gain[metric]
            shown = [f"{found[way].mean:.3f}" for way in ways]
            table.add_row(row.dialogues, f"{row.n}", *shown, f"{gain.mean:+.3f} ({gain.low:+.3f} – {gain.high:+.3f})")
        Console().print(table, "")


def print_ranking_fit(fit: RankingFit) -> None:
    """The weights, what they are worth on each data set, and what each ridge is worth on those left out."""
    prior, left_out, fitted = fit.means
    sets = Table("nDCG@10 of", "questions", "prior", "left out", "fitted", box=None, pad_edge=False)
    for row in fit.rows:
        sets.add_row(row.dataset, f"{row.n:,}", f"{row.prior:.4f}", f"{row.left_out:.4f}", f"{row.fitted:.4f}")
    sets.add_row("their mean", "", f"{prior:.4f}", f"{left_out:.4f}", f"{fitted:.4f}")
    ridges = Table("ridge", "mean left out", "", box=None, pad_edge=False)
    for ridge, mean in fit.left_out_means.items():
        name = f"{ridge:g}" if math.isfinite(ridge) else "the prior stays"
        ridges.add_row(name, f"{mean:.4f}", "chosen" if ridge == fit.ridge else "")
    weights = Table("signal", "prior", "weight", box=None, pad_edge=False)
    for signal, weight in fit.weights.items():
        weights.add_row(signal, f"{fit.prior[signal]:.3f}", f"{weight:.3f}")
    console = Console()
    for table in (sets, ridges, weights):
        console.print(table, "")


def print_left_out(fit: ConfidenceFit) -> None:
    """How the confidence does on each data set when it was fitted on the others, and what else was tried."""
    table = Table(
        "data set left out", "questions", "right", "AUROC right/wrong", "Brier score", box=None, pad_edge=False
    )
    for row in fit.rows:
        table.add_row(row.dataset, f"{row.n:,}", f"{row.right:,}", _decimals(row.auroc_right), _decimals(row.brier))
    table.add_row("their mean", "", "", _decimals(fit.tried[fit.chosen]), _decimals(fit.brier))
    tried = Table("distance to the other articles", "mean AUROC", "", box=None, pad_edge=False)
    for name, auroc in fit.tried.items():
        tried.add_row(name, f"{auroc:.4f}", "chosen" if name == fit.chosen else "")
    console = Console()
    console.print(table, "")
    console.print(tried)


def print_bench(demands: Sequence[Demand], failures: Mapping[str, str], output: Path) -> None:
    """What was asked and measured, what could not be, and where everything lies."""
    table = Table("asked of Footnote", "at least or most", "measured", "against", "holds", box=None, pad_edge=False)
    for each in demands:
        table.add_row(each.name, each.asked, each.measured, each.against, "yes" if each.holds else "NO")
    console = Console()
    console.print(table)
    for sentence in failures.values():
        console.print(sentence, markup=False)
    console.print(f"All figures, tables and plots are in {output}.", markup=False)


def print_robustness(reports: Sequence[RobustnessReport]) -> None:
    """What each perturbation costs on each data set, clean less spoilt."""
    console = Console()
    for report in reports:
        table = Table("perturbation", "nDCG@10", "loss", "95 % interval", "success@1", "loss", box=None, pad_edge=False)
        clean = [f"{report.clean[metric].mean:.3f}" for metric in ("ndcg@10", "success@1")]
        table.add_row("none", clean[0], "", "", clean[1], "")
        for row in report.rows:
            ndcg, success = row.loss["ndcg@10"], row.loss["success@1"]
            table.add_row(
                row.perturbation,
                f"{row.metrics['ndcg@10'].mean:.3f}",
                f"{ndcg.mean:+.3f}",
                f"{ndcg.low:+.3f} – {ndcg.high:+.3f}",
                f"{row.metrics['success@1'].mean:.3f}",
                f"{success.mean:+.3f}",
            )
        console.print(f"{report.dataset}: {report.queries} questions, each clean and in {len(report.rows)} other forms")
        console.print(table)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def _decimals(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def print_escalation(report: EscalationReport) -> None:
    """Whether a person is called, as a table: each set of cases set aside, and its groups."""
    table = Table("cases set aside", "n", "recall", "precision", "false calls", box=None, pad_edge=False)
    for name, told in report.to_json().items():
        figures = told["set_aside"]
        for group, row in ((name, figures), *((f"  {group}", row) for group, row in figures["by_group"].items())):
            shares = (_with_interval(row.get(figure)) for figure in ("recall", "precision", "false_calls"))
            table.add_row(group, str(row["n"]), *shares)
    Console().print(table)


def _with_interval(share: Mapping[str, Any] | None) -> str:
    if not share or not share["n"]:
        return ""
    low, high = share["interval_95"]
    return f"{share['share']:.3f} ({low:.3f}–{high:.3f}; {share['n']})"
