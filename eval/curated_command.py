"""The command `footnote-eval curated`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.indexing.progress import SilentProgress
from bot.settings import load_settings, prepare_process
from bot.terminal import print_json
from bot.updating import SAMPLE_HELP_CENTER
from eval.curated_matching import MatchingFigures, measure_matching
from eval.suite.cases import CORVANE_SUITE, load_suite
from knowledge.sources import open_source


def curated(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="Folder under which models are kept.")] = None,
) -> None:
    """How well a question is known to be a wording of a curated answer."""
    settings = load_settings(data_dir=data_dir)
    prepare_process(settings)
    cases = load_suite(CORVANE_SUITE)
    figures = measure_matching(open_source(SAMPLE_HELP_CENTER), cases, settings, SilentProgress())
    if as_json:
        print_json([each.to_json() for each in figures])
        return
    for each in figures:
        typer.echo(matching_line(each))


def matching_line(figures: MatchingFigures) -> str:
    """The figures of a kind of questions in a line."""
    hits = f", {figures.hits} of {figures.answerable} recognised" if figures.answerable else ""
    return f"{figures.name}: {figures.questions} questions{hits}, {figures.false} given an answer from another article"
