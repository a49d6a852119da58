"""A generation of the product's index, asked before it serves.

Nothing of the product's store is touched: the generation is read from its folder, and the database that is opened is
one of the evaluation's own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.answering.calibration import CalibratedThreshold, calibration_file
from bot.assembly import calibrated_hash, open_footnote
from bot.assistant import Assistant
from bot.indexing.generations import Generation, generations_on_disk, load_generation
from bot.indexing.progress import IndexProgress
from bot.settings import Settings
from eval.errors import DatasetError, EvaluationError
from eval.suite.cases import SuiteCase, check_suite
from eval.suite.running import SuiteRun, ask_all


def run_on_generation(
    name: str,
    cases: Sequence[SuiteCase],
    settings: Settings,
    number: int,
    folder: Path,
    started_at: datetime,
    progress: IndexProgress,
) -> SuiteRun:
    """The suite over a generation of the data directory, whether it serves or not, answered as it would be if it did.

    Articles change while a suite stays: a case whose articles or quotes are gone counts as not answered, and is told
    among the faults. Raises DatasetError when none of the suite's articles is there, EvaluationError when there is no
    such generation.
    """
    with opened_generation(settings, number) as assistant:
        articles = assistant.generation().articles
        named = {id_ for case in cases for id_ in case.articles}
        if named and not named & set(articles):
            raise DatasetError(
                f"Generation {number} holds none of the {len(named):,} articles that the suite {name} is about: give "
                "--suite with cases about your own articles."
            )
        run = ask_all(name, cases, assistant, folder, started_at, progress)
        return replace(run, faults=check_suite(cases, articles))


@contextmanager
def opened_generation(settings: Settings, number: int) -> Iterator[Assistant]:
    """An assistant over a generation of the data directory, with the settings and the calibration that it would serve
    with. Raises EvaluationError, and IndexUnavailable when its files are damaged."""
    generation = _loaded(settings, number)
    footnote = open_footnote(settings.apart(settings.data_dir / "eval" / "gate"))
    try:
        encoder = footnote.encoder
        if generation.manifest.encoder != encoder.identity:
            raise EvaluationError(
                f"Generation {number} was made with the encoder {generation.manifest.encoder}, and questions are "
                f"encoded with {encoder.identity}: set FOOTNOTE_ENCODER as it was, or index again."
            )
        yield replace(
            footnote.assistant,
            generation=lambda: generation,
            answer_threshold=CalibratedThreshold(
                calibration_file(settings.index_folder), calibrated_hash(settings, encoder), settings.answer_threshold
            ),
        )
    finally:
        footnote.close()


def _loaded(settings: Settings, number: int) -> Generation:
    folder = settings.index_folder
    there = generations_on_disk(folder) if folder.is_dir() else []
    if number not in there:
        raise EvaluationError(
            f"There is no generation {number} in {folder}; there are: {', '.join(map(str, there)) or 'none'}."
        )
    return load_generation(folder, number)
