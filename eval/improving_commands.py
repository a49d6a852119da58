"""The commands `footnote-eval gaps` and `footnote-eval health`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.assembly import open_encoder
from bot.indexing.progress import SilentProgress
from bot.settings import load_settings, prepare_process
from bot.terminal import print_json
from eval.families import PairScores
from eval.gap_figures import QUESTIONS, GapFigures, measure_gaps
from eval.gap_sections import NearSections
from eval.health_figures import HealthFigures, measure_health

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder under which models are kept.")]


def gaps(
    datasets: Annotated[
        list[Path], typer.Option("--dataset", help="A folder whose questions name an intent; may be given again.")
    ],
    limit: Annotated[int, typer.Option("--limit", min=3, max=5000, help="So many questions at a time.")] = QUESTIONS,
    articles: Annotated[
        bool, typer.Option("--articles", help="Index the folders' corpora, and let the questions come near to them.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """How well unanswered questions are clustered by what they are about."""
    settings = load_settings(data_dir=data_dir)
    prepare_process(settings)
    near = NearSections(settings, SilentProgress())
    try:
        figures = measure_gaps(datasets, open_encoder(settings), limit, near.of if articles else None)
    finally:
        near.close()
    if as_json:
        print_json([each.to_json() for each in figures])
        return
    for each in figures:
        typer.echo(gap_line(each))


def health(
    datasets: Annotated[
        list[Path] | None, typer.Option("--dataset", help="A folder with corpus.jsonl; may be given again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    show: Annotated[int, typer.Option("--pairs", min=0, help="Print so many of the found pairs of each folder.")] = 0,
    data_dir: DataDir = None,
) -> None:
    """How well duplicates and contradictions are found among articles."""
    settings = load_settings(data_dir=data_dir)
    prepare_process(settings)
    figures = measure_health(datasets or [], open_encoder(settings))
    if as_json:
        print_json([each.to_json() for each in figures])
        return
    for each in figures:
        for line in health_lines(each, show):
            typer.echo(line)


def gap_line(figures: GapFigures) -> str:
    """The figures of a data set in a line."""
    return (
        f"{figures.name}: adjusted Rand index {figures.index:.3f} [{figures.low:.3f}, {figures.high:.3f}], "
        f"{figures.questions} questions of {figures.intents} intents in {figures.clusters} clusters, "
        f"{figures.alone} alone, {figures.seconds:.1f} s"
    )


def health_lines(figures: HealthFigures, show: int = 0) -> list[str]:
    """The figures of a help center in lines, and the first pairs."""
    found = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in figures.found.items())
    lines = [f"{figures.name}: {figures.articles} articles, {figures.seconds:.1f} s; pairs: {found}"]
    if figures.duplicates is not None and figures.contradictions is not None:
        lines.append(f"  duplicates: {_told(figures.duplicates)}")
        lines.append(f"  contradictions: {_told(figures.contradictions)}")
    return lines + [
        f"  {pair.kind.value} {pair.score:.2f} {pair.first.article_id} | {pair.second.article_id}: {pair.says}"
        for pair in figures.pairs[:show]
    ]


def _told(scores: PairScores) -> str:
    return (
        f"precision {scores.precision:.3f}, recall {scores.recall:.3f}, F1 {scores.f1:.3f} "
        f"({scores.labelled} planted, {scores.found} found)"
    )
