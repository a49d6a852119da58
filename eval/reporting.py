"""Figures as a person reads them."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from eval.fitting import LeftOut
from eval.retrieval import RetrievalReport


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


def print_left_out(rows: Sequence[LeftOut]) -> None:
    """How the confidence does on each data set when it was fitted on the others."""
    table = Table(
        "data set left out", "questions", "right", "AUROC right/wrong", "Brier score", box=None, pad_edge=False
    )
    for row in rows:
        table.add_row(row.dataset, f"{row.n:,}", f"{row.right:,}", f"{row.auroc_right:.3f}", f"{row.brier:.3f}")
    Console().print(table)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
