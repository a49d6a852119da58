"""The commands of `footnote-eval` about when a person is called."""

from pathlib import Path
from typing import Annotated

import typer

from bot import assembly
from bot.handoff.topic_model import MODEL_FILE as TOPIC_MODEL_FILE
from bot.settings import load_settings
from bot.terminal import TerminalProgress, print_json
from eval.reporting import print_escalation
from eval.topic_figures import measure_topics
from eval.topic_lessons import fit_topic_model
from eval.topics_fit import write_topic_model

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder under which indexes of data sets are kept.")]


def escalation(
    shared: Annotated[
        Path | None, typer.Option("--shared", help="The folder that holds the data sets, for their messages too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Whether a person is called when one is needed, and only then."""
    with TerminalProgress() as progress:
        report = measure_topics(assembly.open_encoder(load_settings(data_dir=data_dir)), progress, shared)
    if as_json:
        print_json(report.to_json())
    else:
        print_escalation(report)


def fit_topics(
    shared: Annotated[Path, typer.Option("--shared", help="The folder that holds the data sets.")],
    output: Annotated[
        Path, typer.Option("--output", help="Where the model goes.", show_default="the one that ships")
    ] = TOPIC_MODEL_FILE,
    data_dir: DataDir = None,
) -> None:
    """Fit the model of topics to the encoder, and tell as JSON how it does on messages left out."""
    with TerminalProgress() as progress:
        report = fit_topic_model(shared, assembly.open_encoder(load_settings(data_dir=data_dir)), progress)
    write_topic_model(report.model, output)
    print_json(report.to_json())
