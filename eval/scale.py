"""What a search costs as an index grows, by kind: time, build, size and recall against all vectors compared exactly.

Every question goes to every kind before the next one is asked, so that whatever else the machine does meets all kinds
alike; times are those of the processor, without waiting for a core. As in a program that encodes in between, the
processor's caches are filled with something else before each search.
"""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bot.assembly import open_footnote
from bot.indexing.progress import IndexProgress
from bot.settings import Settings
from embeddings.dense import DenseIndex
from embeddings.dense_kinds import FLAT, SIEVE, DenseKind, kind_for
from embeddings.encoders import Encoder, Vectors
from eval.bench.machine import describe_machine
from eval.cases import load_dataset
from eval.errors import EvaluationError
from eval.metrics import percentile
from eval.retrieval import index_corpus, own_settings
from eval.synthetic import Spread, made_up_vectors, spread_of

SIZES = (1_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
DIMENSIONS = 384
QUESTIONS, REAL_QUESTIONS = 100, 300
CANDIDATES = 60
RECALL_ASKED = 0.98
LONGEST_BUILD_SECONDS = 120
"""An index is built anew whenever an article changes; a kind whose build is expected to take longer is not tried."""
CACHE_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Contender:
    """A kind by its recipe for so many vectors, and the efforts to try; none when it compares all vectors."""

    name: str
    recipe: Callable[[int], str]
    efforts: Callable[[int], Sequence[float]] = lambda _: (0,)


def lists(vectors: int) -> int:
    """How many lists an IVF index of so many vectors has: 2 √n, and 39 vectors a list to train with."""
    return max(1, min(int(2 * vectors**0.5), vectors // 39))


def _parts(vectors: int) -> Sequence[float]:
    return [max(1, lists(vectors) // part) for part in (32, 16, 8, 4, 2)]


CONTENDERS = (
    Contender(FLAT.name, lambda _: FLAT.recipe),
    Contender(SIEVE.name, lambda _: SIEVE.recipe, lambda _: (0.2, 0.4, SIEVE.effort, 1.6)),
    Contender("fp16", lambda _: "SQfp16"),
    Contender("SQ8", lambda _: "SQ8"),
    Contender("IVF flat", lambda n: f"IVF{lists(n)},Flat", _parts),
    Contender("IVF SQ8", lambda n: f"IVF{lists(n)},SQ8", _parts),
    Contender("HNSW flat", lambda _: "HNSW32,Flat", lambda _: (64, 128, 256, 512)),
    Contender("HNSW SQ8", lambda _: "HNSW32,SQ8", lambda _: (64, 128, 256, 512)),
)
EXACT = CONTENDERS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One kind at one effort. Milliseconds of one core for a question; recall of the exact 10 and 60."""

    effort: float
    p50_ms: float
    p95_ms: float
    recall_10: float
    recall_60: float

    @property
    def suffices(self) -> bool:
        """Whether it finds what is asked of an index that does not compare everything."""
        return min(self.recall_10, self.recall_60) >= RECALL_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One kind over one set of vectors; `points` are empty and `build_seconds` expected when it was not built."""

    name: str
    build_seconds: float
    megabytes: float | None
    points: tuple[Point, ...]

    @property
    def best(self) -> Point:
        """The effort with which a kind ships; of others the least that suffices, else the one that finds most."""
        if self.name == SIEVE.name:
            return next(point for point in self.points if point.effort == SIEVE.effort)
        enough = [point for point in self.points if point.suffices]
        if enough:
            return min(enough, key=lambda point: point.effort)
        return max(self.points, key=lambda point: point.recall_60)


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeReport:
    """All kinds over one set of vectors. `chosen` is the kind that an index of this size gets."""

    source: str
    vectors: int
    questions: int
    spread: Spread
    chosen: str
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReport:
    """Everything that one run measured."""

    machine: Mapping[str, Any]
    encoding_p50_ms: float
    sizes: tuple[SizeReport, ...]
    real: tuple[SizeReport, ...]
    """The vectors of real passages, and as many made-up ones."""

    def to_json(self) -> dict[str, Any]:
        """The content of `scale.json`."""
        return {**asdict(self), "recall_asked": RECALL_ASKED, "longest_build_seconds": LONGEST_BUILD_SECONDS}


def read_sizes(text: str) -> list[int]:
    """Numbers between commas; EvaluationError for anything else, and for fewer vectors than a search looks for."""
    try:
        sizes = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise EvaluationError(f"{text!r} is no list of sizes; write numbers between commas: 1000,10000.") from error
    if min(sizes) <= CANDIDATES:
        raise EvaluationError(f"{min(sizes)} vectors are too few; a size is a number above {CANDIDATES}.")
    return sizes


def measure_scale(
    sizes: Sequence[int], datasets: Sequence[Path], settings: Settings, encoder: Encoder, progress: IndexProgress
) -> ScaleReport:
    """Measure every kind at every size; with `datasets`, also over their real vectors and as many made-up ones.

    Raises DatasetError for a folder that is none.
    """
    real: list[SizeReport] = []
    if datasets:
        vectors, questions = real_vectors(datasets, settings, encoder, progress)
        real.append(_compared(f"real ({', '.join(path.name for path in datasets)})", vectors, questions, progress, {}))
        real.append(_compared("made up", *made_up_vectors(len(vectors), len(questions)), progress, {}))
    encoding: list[float] = []
    done: list[SizeReport] = []
    builds: dict[str, tuple[int, float]] = {}
    for size in sorted(set(sizes)):
        encoding += encoding_ms(encoder)
        done.append(_compared("made up", *made_up_vectors(size, QUESTIONS, DIMENSIONS), progress, builds))
    return ScaleReport(
        machine=describe_machine(),
        encoding_p50_ms=percentile(encoding, 0.5),
        sizes=tuple(done),
        real=tuple(real),
    )


def real_vectors(
    folders: Sequence[Path], settings: Settings, encoder: Encoder, progress: IndexProgress
) -> tuple[Vectors, Vectors]:
    """The vectors of all passages of the data sets, and of an even share of the questions of each."""
    passages, questions = [], []
    for folder in folders:
        dataset = load_dataset(folder, REAL_QUESTIONS // len(folders))
        footnote = open_footnote(own_settings(dataset, settings))
        try:
            index_corpus(footnote, dataset, progress)
            dense = footnote.index.current().indexes.dense
            passages.append(dense.vectors(dense.ids))
        finally:
            footnote.close()
        questions.append(encoder.encode_queries([case.text for case in dataset.cases]).vectors)
    return np.concatenate(passages), np.concatenate(questions)


def encoding_ms(encoder: Encoder, times: int = 30) -> list[float]:
    """Milliseconds of processor time, on all threads, that short questions take to encode, the first one left out."""
    taken = []
    for number in range(times + 1):
        started = time.process_time()
        encoder.encode_queries([f"How do I change the address that order {number} is sent to?"])
        taken.append((time.process_time() - started) * 1000)
    return taken[1:]


def _compared(
    source: str, vectors: Vectors, questions: Vectors, progress: IndexProgress, builds: dict[str, tuple[int, float]]
) -> SizeReport:
    """`builds` remembers, from size to size, how long each kind took to build."""
    progress.stage(f"{len(vectors):,} vectors, {source.split()[0]}", len(CONTENDERS) + len(questions))
    entries = []
    for contender in CONTENDERS:
        entries.append(_entered(contender, vectors, builds))
        progress.advance(1)
    _ask(questions, [runner for entry in entries for runner in entry.runners], progress)
    exact = entries[0].runners[0].found
    return SizeReport(
        source=source,
        vectors=len(vectors),
        questions=len(questions),
        spread=spread_of(vectors, questions),
        chosen=kind_for(*vectors.shape).name,
        trials=tuple(entry.result(exact) for entry in entries),
    )


@dataclass(frozen=True, slots=True)
class _Runner:
    """An index at one effort, and what it found and took, question by question."""

    index: DenseIndex
    found: list[list[int]] = field(default_factory=list)
    taken_ms: list[float] = field(default_factory=list)

    def result(self, exact: Sequence[Sequence[int]]) -> Point:
        return Point(
            effort=self.index.kind.effort,
            p50_ms=percentile(self.taken_ms, 0.5),
            p95_ms=percentile(self.taken_ms, 0.95),
            recall_10=_recall(self.found, exact, 10),
            recall_60=_recall(self.found, exact, CANDIDATES),
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """A contender's index at each of its efforts; without runners when it was not built."""

    name: str
    build_seconds: float
    megabytes: float | None
    runners: tuple[_Runner, ...]

    def result(self, exact: Sequence[Sequence[int]]) -> Trial:
        return Trial(
            name=self.name,
            build_seconds=self.build_seconds,
            megabytes=self.megabytes,
            points=tuple(runner.result(exact) for runner in self.runners),
        )


def _entered(contender: Contender, vectors: Vectors, builds: dict[str, tuple[int, float]]) -> _Entry:
    count = len(vectors)
    before, seconds = builds.get(contender.name, (count, 0.0))
    expected = seconds * count / before
    if expected > LONGEST_BUILD_SECONDS and contender is not EXACT:
        return _Entry(contender.name, expected, None, ())
    started = time.process_time()
    index = DenseIndex.build(range(count), vectors, DenseKind(contender.name, contender.recipe(count)))
    taken = time.process_time() - started
    builds[contender.name] = (count, taken)
    runners = tuple(_Runner(index.with_effort(effort)) for effort in contender.efforts(count))
    return _Entry(contender.name, taken, _megabytes(index), runners)


def _ask(questions: Vectors, runners: Sequence[_Runner], progress: IndexProgress) -> None:
    other_work = np.ones(CACHE_BYTES // 8)
    for question in questions:
        for runner in runners:
            other_work.sum()
            started = time.thread_time()
            matches = runner.index.search(question, CANDIDATES)
            runner.taken_ms.append((time.thread_time() - started) * 1000)
            runner.found.append([match.id for match in matches])
        progress.advance(1)


def _recall(found: Sequence[Sequence[int]], exact: Sequence[Sequence[int]], k: int) -> float:
    shares = [len(set(ids[:k]) & set(true[:k])) / k for ids, true in zip(found, exact, strict=True)]
    return sum(shares) / len(shares)


def _megabytes(index: DenseIndex) -> float:
    """The index's file in 10⁶ bytes, which is also what it needs in memory, but for its ids."""
    with tempfile.TemporaryDirectory(prefix="footnote-scale-") as folder:
        file = Path(folder) / "dense.faiss"
        index.save(file)
        return file.stat().st_size / 1e6
