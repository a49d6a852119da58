"""A run of the bench from the data sets to the files that it writes."""

import dataclasses
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from tokenizers import Tokenizer

from bot.indexing.progress import IndexProgress
from bot.settings import Settings
from embeddings.model_files import ModelFiles, open_model
from eval.bench.contenders import FOOTNOTE, Contender, Peer, footnote_contender
from eval.bench.corpora import (
    Corpus,
    read_documents,
    speed_documents,
    speed_questions,
    write_corpus,
)
from eval.bench.demands import quality_demands, speed_demands
from eval.bench.environments import ensure_environment
from eval.bench.machine import describe_machine
from eval.bench.measuring import (
    ROUNDS,
    WARM_UP,
    Answers,
    Build,
    Speed,
    Workplace,
    ask_everything,
    build_anew,
    load_once,
    serve_once,
)
from eval.bench.plot import QUALITY_FILE, SPEED_FILE, draw_quality, draw_speed, require_matplotlib
from eval.bench.quality import mean_quality, set_quality
from eval.bench.report import BenchReport, to_json, to_markdown
from eval.cases import Dataset
from eval.errors import ContenderError, DatasetError, NoEnvironment
from eval.metrics import percentile, retrieval_values

BUILDS = 2
"""Times that the corpus of the speed figures is indexed; the faster one counts."""
QUESTIONS = 300
SPEED_CORPUS = "speed-corpus"
PANELS: Mapping[str, Callable[[Speed], float]] = {
    "question alone, p50, ms": lambda speed: percentile(speed.alone_ms, 0.5),
    "beside a busy core, p95, ms": lambda speed: percentile(speed.busy_ms, 0.95),
    "peak memory, MB": lambda speed: speed.peak_mb,
    "cold start, s": lambda speed: speed.cold_start_s,
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchOptions:
    """What a run is told: data sets, peers, how many questions, floors of nDCG@10 by data set."""

    datasets: Sequence[Dataset]
    peers: Sequence[Peer]
    floors: Mapping[str, float]
    limit: int | None
    torch_index: str | None
    output: Path


@dataclass(slots=True)
class _Race:
    """Those still in it: a peer that fails drops out with its sentence; Footnote's failure ends the run."""

    contenders: list[Contender]
    failures: dict[str, str] = field(default_factory=dict)

    def racing(self) -> list[Contender]:
        """Those that have not failed."""
        return [each for each in self.contenders if each.name not in self.failures]

    def each(self, turn: int, do: Callable[[Contender], T], progress: IndexProgress | None = None) -> dict[str, T]:
        """What `do` gives for each, beginning with another one at each turn; one step of progress for each."""
        done = {}
        racing = self.racing()
        for contender in racing[turn % len(racing) :] + racing[: turn % len(racing)]:
            try:
                done[contender.name] = do(contender)
            except ContenderError as error:
                if contender.name == FOOTNOTE:
                    raise
                self.failures[contender.name] = str(error)
            if progress is not None:
                progress.advance(1)
        return {each.name: done[each.name] for each in racing if each.name in done}


@dataclass(frozen=True, slots=True)
class _Course:
    """What the race goes over."""

    corpora: Mapping[str, Corpus]
    small: Corpus
    speed: Corpus
    speed_sets: tuple[str, ...]
    questions: Sequence[str]


def run_bench(options: BenchOptions, settings: Settings, progress: IndexProgress, today: date) -> BenchReport:
    """Measure everything and write `bench.json`, `README.md` and two plots into the output folder.

    Raises EvaluationError when Footnote, a data set or the plots fail; a peer that fails is reported in the result.
    """
    require_matplotlib()
    _check(options.datasets)
    model = open_model(settings.encoder, settings.models_folder)
    folder = settings.data_dir.resolve() / "eval"
    place = Workplace(folder / "bench")
    shutil.rmtree(place.folder, ignore_errors=True)
    course = _lay_out(options.datasets, place.folder / "corpora", model)
    race = _line_up(options, folder / "peers", footnote_contender(model, place.folder / "models"), model, progress)
    progress.stage("First start", len(race.contenders))
    loaded = race.each(0, partial(load_once, corpus=course.small, place=place), progress)
    answers = _answers(options.datasets, course, race, place, progress)
    builds = _builds(course, race, place, progress)
    speeds = _speeds(course, race, place, progress)
    report = _report(options, course, race, answers, builds, speeds)
    report = dataclasses.replace(
        report,
        date=today.isoformat(),
        model=model.name,
        versions={name: versions for name, (versions, _) in loaded.items()},
        prepared_s={name: seconds for name, (_, seconds) in loaded.items()},
    )
    write_report(report, options.output)
    return report


def write_report(report: BenchReport, output: Path) -> None:
    """The files of a run."""
    output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(to_json(report), indent=2, ensure_ascii=False) + "\n"
    (output / "bench.json").write_text(text, encoding="utf-8")
    (output / "README.md").write_text(to_markdown(report), encoding="utf-8")
    titles = {name: title for name, title in report.titles.items() if name in report.versions}
    draw_quality(report.sets, titles, output / QUALITY_FILE)
    panels = {label: {name: show(speed) for name, speed in report.speeds.items()} for label, show in PANELS.items()}
    draw_speed(panels, titles, output / SPEED_FILE)


def _check(datasets: Sequence[Dataset]) -> None:
    names = [dataset.name for dataset in datasets]
    if not datasets:
        raise DatasetError("No data set was given; name at least one with --dataset.")
    for dataset in datasets:
        if not dataset.cases:
            raise DatasetError(f"No question of the data set {dataset.folder} has a relevant document.")
        if names.count(dataset.name) > 1 or dataset.name == SPEED_CORPUS:
            raise DatasetError(f"Two data sets are called {dataset.name}; give one of the folders another name.")


def _lay_out(datasets: Sequence[Dataset], folder: Path, model: ModelFiles) -> _Course:
    tokenizer = Tokenizer.from_file(str(model.tokenizer))
    tokenizer.no_truncation()

    def count(text: str) -> int:
        return min(len(tokenizer.encode(text).ids), model.max_tokens)

    documents = {dataset.name: read_documents(dataset) for dataset in datasets}
    together, names = speed_documents(datasets)
    return _Course(
        corpora={name: write_corpus(name, rows, folder, count) for name, rows in documents.items()},
        small=write_corpus("one-document", next(iter(documents.values()))[:1], folder, count),
        speed=write_corpus(SPEED_CORPUS, together, folder, count),
        speed_sets=names,
        questions=speed_questions(datasets, names, WARM_UP + QUESTIONS),
    )


def _line_up(
    options: BenchOptions, folder: Path, footnote: Contender, model: ModelFiles, progress: IndexProgress
) -> _Race:
    race = _Race([footnote])
    progress.stage("Environments", len(options.peers))
    for peer in options.peers:
        try:
            python = ensure_environment(peer, folder / peer.name, options.torch_index)
            race.contenders.append(peer.contender(python, model.folder))
        except NoEnvironment as error:
            race.failures[peer.name] = str(error)
        progress.advance(1)
    return race


def _answers(
    datasets: Sequence[Dataset], course: _Course, race: _Race, place: Workplace, progress: IndexProgress
) -> dict[str, dict[str, Answers]]:
    answers = {}
    for turn, dataset in enumerate(datasets):
        progress.stage(f"Asking {dataset.name}", len(race.racing()) * len(dataset.cases))
        ask = partial(
            ask_everything,
            corpus=course.corpora[dataset.name],
            cases=dataset.cases,
            place=place,
            progress=progress,
        )
        answers[dataset.name] = race.each(turn, ask)
    return answers


def _builds(course: _Course, race: _Race, place: Workplace, progress: IndexProgress) -> dict[str, Build]:
    progress.stage("Indexing", BUILDS * len(race.contenders))
    build = partial(build_anew, corpus=course.speed, place=place)
    rounds = [race.each(turn, build, progress) for turn in range(BUILDS)]
    return {name: min((each[name] for each in rounds), key=lambda build: build.seconds) for name in rounds[-1]}


def _speeds(course: _Course, race: _Race, place: Workplace, progress: IndexProgress) -> dict[str, Speed]:
    speeds = {contender.name: Speed() for contender in race.contenders}
    progress.stage("Serving", ROUNDS * len(race.contenders))
    for turn in range(ROUNDS):
        serve = partial(
            serve_once, corpus=course.speed, questions=course.questions, turn=turn, place=place, speeds=speeds
        )
        race.each(turn, serve, progress)
    return {name: speed for name, speed in speeds.items() if name not in race.failures}


def _report(
    options: BenchOptions,
    course: _Course,
    race: _Race,
    answers: Mapping[str, Mapping[str, Answers]],
    builds: Mapping[str, Build],
    speeds: Mapping[str, Speed],
) -> BenchReport:
    sets = []
    for dataset in options.datasets:
        qrels = {case.id: case.relevant for case in dataset.cases}
        values = {name: retrieval_values(qrels, each.found) for name, each in answers[dataset.name].items()}
        sets.append(set_quality(dataset.name, values))
    mean = mean_quality(sets)
    titles = {each.name: each.title for each in race.contenders}
    demands = quality_demands(sets, mean, options.floors, titles) + speed_demands(speeds, builds, titles)
    return BenchReport(
        date="",
        machine=describe_machine(),
        model="",
        limit=options.limit,
        contenders=race.contenders,
        versions={},
        prepared_s={},
        corpora=tuple(course.corpora.values()),
        answers=answers,
        sets=sets,
        mean=mean,
        speed_corpus=course.speed,
        speed_sets=course.speed_sets,
        speed_questions=len(course.questions) - WARM_UP,
        builds=builds,
        speeds=speeds,
        demands=demands,
        failures=race.failures,
    )
