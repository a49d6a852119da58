"""The command `footnote-eval`: each command parses, measures one thing and prints."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import assembly
from bot.answering.confidence import MODEL_FILE
from bot.answering.ranking import RANKING_FILE
from bot.errors import FootnoteError
from bot.settings import load_settings
from bot.terminal import TerminalProgress, print_json, run_command
from embeddings.errors import EmbeddingError
from eval.answer_figures import DIALOGUES
from eval.answers import evaluate_answers
from eval.asked_confidence_command import fit_asked
from eval.bench.contenders import PEERS, chosen_peers
from eval.bench.demands import read_floors
from eval.bench.run import BenchOptions, run_bench
from eval.calibration_command import calibrate
from eval.case_commands import cases
from eval.cases import load_dataset
from eval.curated_command import curated
from eval.dialogues import measure_dialogues
from eval.errors import EvaluationError
from eval.figures import measure_figures
from eval.fitting import FitOptions, Learned, fit_models
from eval.improving_commands import gaps, health
from eval.judge_command import judge
from eval.links import measure_links
from eval.replay_command import replay
from eval.reporting import (
    print_answers,
    print_bench,
    print_dialogues,
    print_left_out,
    print_ranking_fit,
    print_retrieval,
    print_robustness,
)
from eval.retrieval import evaluate_retrieval
from eval.robustness import measure_robustness
from eval.scale import SIZES, measure_scale, read_sizes
from eval.scale_page import require_plotting, write_scale
from eval.suite.commands import compare, gate, run
from eval.suite.trial_command import gate_trial
from eval.topic_commands import escalation, fit_topics
from eval.twins import measure_twins
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
def answers(
    dataset: Annotated[Path, typer.Option("--dataset", help="A folder in the form of BEIR.")],
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N questions of each file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """What is answered, rightly, wrongly or not at all, and how well it is quoted."""
    settings = load_settings(data_dir=data_dir)
    with TerminalProgress() as progress:
        report = evaluate_answers(load_dataset(dataset, limit), settings, progress, limit)
    if as_json:
        print_json(report.to_json())
    else:
        print_answers(report)


for command in (calibrate, run, compare, gate, gate_trial, replay, judge, fit_asked, gaps, health, curated):
    app.command()(command)
app.add_typer(cases, name="cases")


@app.command()
def dialogues(
    folder: Annotated[
        Path,
        typer.Option("--dialogues", help="Dialogues on the sample help center.", show_default="those that ship"),
    ] = DIALOGUES,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """How often a follow-up finds its article, resolved and as it stands."""
    with TerminalProgress() as progress:
        report = measure_dialogues(folder, load_settings(data_dir=data_dir), progress)
    if as_json:
        print_json(report.to_json())
    else:
        print_dialogues(report)


@app.command()
def twins(data_dir: DataDir = None) -> None:
    """Whether the version that fits the customer's platform is cited, as JSON."""
    with TerminalProgress() as progress:
        report = measure_twins(load_settings(data_dir=data_dir), progress)
    print_json(report.to_json())


@app.command()
def links(
    name: Annotated[str, typer.Argument(help="What the figures are called.")],
    source: Annotated[Path, typer.Argument(help="Articles: a folder or a file, as for `footnote index`.")],
    data_dir: DataDir = None,
) -> None:
    """Whether every citation's link leads to its quote, and only there, as JSON."""
    with TerminalProgress() as progress:
        report = measure_links(name, source, None, load_settings(data_dir=data_dir), progress)
    print_json(report.rows())


@app.command()
def fit(
    datasets: Annotated[list[Path], typer.Option("--dataset", help="A folder in the form of BEIR; give two or more.")],
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N questions of each file.")
    ] = None,
    only: Annotated[Learned | None, typer.Option("--only", help="Fit one of the two.", show_default="both")] = None,
    ranking: Annotated[
        Path, typer.Option("--ranking", help="Where the weights go.", show_default="those that ship")
    ] = RANKING_FILE,
    confidence: Annotated[
        Path, typer.Option("--confidence", help="Where the confidence goes.", show_default="the one that ships")
    ] = MODEL_FILE,
    prior: Annotated[
        Path, typer.Option("--prior", help="Weights towards which the fit is pulled.", show_default="those that ship")
    ] = RANKING_FILE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Fit what ranks and what tells right from wrong, and tell how each does on data sets left out."""
    options = FitOptions(folders=datasets, only=only, limit=limit, prior=prior, ranking=ranking, confidence=confidence)
    with TerminalProgress() as progress:
        report = fit_models(options, load_settings(data_dir=data_dir), progress, datetime.now(UTC).date())
    if as_json:
        print_json(report.to_json())
        return
    if report.ranking:
        print_ranking_fit(report.ranking)
    if report.confidence:
        print_left_out(report.confidence)


@app.command()
def figures(
    shared: Annotated[Path, typer.Option("--shared", help="The folder that holds the data sets.")],
    output: Annotated[Path, typer.Option("--output", help="Folder for figures.json and figures.md.")] = Path("docs"),
    data_dir: DataDir = None,
) -> None:
    """Every figure that Footnote claims on public data sets, measured now, into a file and a table."""
    with TerminalProgress() as progress:
        measure_figures(shared, output, load_settings(data_dir=data_dir), progress)


@app.command()
def bench(
    datasets: Annotated[list[Path], typer.Option("--dataset", help="A folder in the form of BEIR; give one or more.")],
    peers: Annotated[str, typer.Option("--peers", help="Libraries to compare with, between commas.")] = ",".join(PEERS),
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N questions of each data set.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", help="Folder for the figures, the page and the plots.")] = Path(
        "docs/benchmarks"
    ),
    floors: Annotated[
        list[str] | None, typer.Option("--floor", help="NAME=VALUE: nDCG@10 that a data set must reach.")
    ] = None,
    torch_index: Annotated[
        str | None, typer.Option("--torch-index", help="Package index with the CPU build of torch, for the peers.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Footnote beside other libraries: quality, speed and memory, in one run."""
    options = BenchOptions(
        datasets=[load_dataset(dataset, limit) for dataset in datasets],
        peers=chosen_peers(peers),
        floors=read_floors(floors or []),
        limit=limit,
        torch_index=torch_index,
        output=output,
    )
    with TerminalProgress() as progress:
        report = run_bench(options, load_settings(data_dir=data_dir), progress, datetime.now(UTC).date())
    print_bench(report.demands, report.failures, output)


@app.command()
def scale(
    output: Annotated[Path, typer.Option("--output", help="Folder for the figures, the page and the plot.")] = Path(
        "docs/benchmarks/scale"
    ),
    sizes: Annotated[str, typer.Option("--sizes", help="Numbers of vectors, between commas.")] = ",".join(
        map(str, SIZES)
    ),
    datasets: Annotated[
        list[Path] | None, typer.Option("--dataset", help="A folder in the form of BEIR, for real vectors beside.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Time, memory and recall of each kind of dense index as it grows."""
    require_plotting()
    settings = load_settings(data_dir=data_dir)
    with TerminalProgress() as progress:
        report = measure_scale(read_sizes(sizes), datasets or [], settings, assembly.open_encoder(settings), progress)
    write_scale(report, output)


@app.command()
def robustness(
    datasets: Annotated[list[Path], typer.Option("--dataset", help="A folder in the form of BEIR; give one or more.")],
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N questions of each data set.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """What a question loses when it is typed badly: each one clean and spoilt in ten ways."""
    settings = load_settings(data_dir=data_dir)
    with TerminalProgress() as progress:
        reports = [measure_robustness(load_dataset(dataset, limit), settings, progress) for dataset in datasets]
    if as_json:
        print_json({"datasets": [report.to_json() for report in reports]})
    else:
        print_robustness(reports)


app.command()(escalation)
app.command()(fit_topics)


def main() -> None:
    """Run the command; what could not be done becomes one sentence on standard error and exit code 1."""
    run_command(app, EvaluationError, FootnoteError, KnowledgeError, EmbeddingError, PromptError)
