"""The command `footnote-eval`: each command parses, measures one thing and prints."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.answering.confidence import MODEL_FILE
from bot.errors import FootnoteError
from bot.settings import load_settings
from bot.terminal import TerminalProgress, print_json, run_command
from embeddings.errors import EmbeddingError
from eval.cases import load_dataset
from eval.errors import EvaluationError
from eval.figures import measure_figures
from eval.fitting import fit_confidence
from eval.reporting import print_left_out, print_retrieval
from eval.retrieval import evaluate_retrieval
from knowledge.errors import KnowledgeError
from prompts.errors import PromptError

app = typer.Typer(
    help="Measures Footnote: a number for every claim.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder under which indexes of data sets are kept.")]


@app.callback()
def evaluate() -> None:
    """Measures Footnote: a number for every claim."""


@app.command()
def retrieval(
    dataset: Annotated[Path, typer.Option("--dataset", help="A folder in the form of BEIR.")],
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N questions.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """How often the right article is found, how quickly, and at what cost."""
    settings = load_settings(data_dir=data_dir)
    with TerminalProgress() as progress:
        report = evaluate_retrieval(load_dataset(dataset, limit), settings, progress)
    if as_json:
        print_json(report.to_json())
    else:
        print_retrieval(report)


@app.command()
def fit(
    datasets: Annotated[list[Path], typer.Option("--dataset", help="A folder in the form of BEIR; give two or more.")],
    output: Annotated[
        Path, typer.Option("--output", help="Where the model goes.", show_default="the one that ships")
    ] = MODEL_FILE,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N questions of each file.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Fit the confidence model on data sets, and tell how it does on each when fitted on the others."""
    with TerminalProgress() as progress:
        rows = fit_confidence(
            datasets, output, load_settings(data_dir=data_dir), progress, limit, datetime.now(UTC).date()
        )
    print_left_out(rows)


@app.command()
def figures(
    shared: Annotated[Path, typer.Option("--shared", help="The folder that holds the data sets.")],
    output: Annotated[Path, typer.Option("--output", help="Folder for figures.json and figures.md.")] = Path("docs"),
    data_dir: DataDir = None,
) -> None:
    """Every figure that Footnote claims on public data sets, measured now, into a file and a table."""
    with TerminalProgress() as progress:
        measure_figures(shared, output, load_settings(data_dir=data_dir), progress)


def main() -> None:
    """Run the command; what could not be done becomes one sentence on standard error and exit code 1."""
    run_command(app, EvaluationError, FootnoteError, KnowledgeError, EmbeddingError, PromptError)
