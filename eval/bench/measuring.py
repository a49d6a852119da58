"""What is asked of a contender's process, and what it took."""

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.indexing.progress import IndexProgress
from eval.bench.contenders import Contender, Takes
from eval.bench.corpora import Corpus
from eval.bench.driver import INDEX_SECONDS, LOAD_SECONDS, SEARCH_SECONDS, Runner
from eval.cases import Case

LIMIT = 50
"""Passages that each of a peer's searches contributes: enough for ten documents of several passages."""
AT_ONCE = 8
WARM_UP = 5
ROUNDS = 3
BUSY_SETTLES = 0.5


@dataclass(frozen=True, slots=True)
class Build:
    """One index made from nothing, the encoder loaded before. Tokens are those that the encoder read of passages."""

    seconds: float
    passages: int
    tokens: int

    @property
    def passages_per_second(self) -> float:
        """Passages over seconds."""
        return self.passages / self.seconds

    @property
    def tokens_per_second(self) -> float:
        """What can be compared between passages of different length."""
        return self.tokens / self.seconds

    @property
    def tokens_per_passage(self) -> float:
        """The mean length of a passage."""
        return self.tokens / self.passages


@dataclass(frozen=True, slots=True)
class Answers:
    """One contender on one data set: documents found, best first, by question; milliseconds of each question."""

    build: Build
    found: Mapping[str, Sequence[str]]
    latencies_ms: Sequence[float]


@dataclass(slots=True)
class Speed:
    """What one contender's processes took over an index that was there, all rounds together."""

    cold_starts_s: list[float] = field(default_factory=list)
    alone_ms: list[float] = field(default_factory=list)
    together_ms: list[float] = field(default_factory=list)
    together_seconds: float = 0.0
    busy_ms: list[float] = field(default_factory=list)
    peaks_mb: list[float] = field(default_factory=list)
    torch: bool = False

    @property
    def cold_start_s(self) -> float:
        """The median."""
        return statistics.median(self.cold_starts_s)

    @property
    def peak_mb(self) -> float:
        """The highest."""
        return max(self.peaks_mb)

    @property
    def together_per_second(self) -> float:
        """Questions answered in a second with eight at once."""
        return len(self.together_ms) / self.together_seconds


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a run keeps contenders' indexes and what they say on standard error."""

    folder: Path

    def runner(self, contender: Contender, corpus: str) -> Runner:
        """The contender's process over its index of a corpus."""
        return Runner(
            contender, self._index(contender, corpus), self.folder / "logs" / f"{contender.name}-{corpus}.log"
        )

    def forget(self, contender: Contender, corpus: str) -> None:
        """So that the next index is made from nothing."""
        shutil.rmtree(self._index(contender, corpus), ignore_errors=True)

    def _index(self, contender: Contender, corpus: str) -> Path:
        return self.folder / "indexes" / contender.name / corpus


def load_once(contender: Contender, corpus: Corpus, place: Workplace) -> tuple[Mapping[str, str], float]:
    """The versions a contender names, and the seconds from its first start until it answered a first question over a
    small index: with what is done only once, such as the export of an encoder."""
    started = time.perf_counter()
    with place.runner(contender, corpus.name) as runner:
        versions = runner.ask("load", LOAD_SECONDS)["versions"]
        _build(runner, contender, corpus)
        runner.ask("open", LOAD_SECONDS)
        runner.search("warm up", LIMIT)
        return versions, time.perf_counter() - started


def ask_everything(
    contender: Contender, corpus: Corpus, cases: Sequence[Case], place: Workplace, progress: IndexProgress
) -> Answers:
    """Index a data set's corpus and ask all its questions, one at a time. Raises ContenderError."""
    place.forget(contender, corpus.name)
    with place.runner(contender, corpus.name) as runner:
        runner.ask("load", LOAD_SECONDS)
        build = _build(runner, contender, corpus)
        runner.ask("open", LOAD_SECONDS)
        runner.search(cases[0].text, LIMIT)
        found, latencies = {}, []
        for case in cases:
            took, ids = runner.search(case.text, LIMIT)
            latencies.append(took)
            found[case.id] = as_documents(ids, contender, corpus)
            progress.advance(1)
    return Answers(build, found, latencies)


def build_anew(contender: Contender, corpus: Corpus, place: Workplace) -> Build:
    """Index a corpus from nothing. Raises ContenderError."""
    place.forget(contender, corpus.name)
    with place.runner(contender, corpus.name) as runner:
        runner.ask("load", LOAD_SECONDS)
        return _build(runner, contender, corpus)


def serve_once(
    contender: Contender,
    corpus: Corpus,
    questions: Sequence[str],
    turn: int,
    place: Workplace,
    speeds: Mapping[str, Speed],
) -> None:
    """One serving process: cold start, questions alone, eight at once, and beside a process that burns a core.

    The first five questions warm up. The others are dealt to the three measurements, differently at each `turn`, so
    that no process is asked the same twice and each measurement sees all of them after three turns.
    """
    speed = speeds[contender.name]
    hands = [questions[WARM_UP:][at::ROUNDS] for at in range(ROUNDS)]
    alone, together, busy = (hands[(at + turn) % ROUNDS] for at in range(ROUNDS))
    with place.runner(contender.serving(), corpus.name) as runner:
        runner.send("open")
        runner.send("search", text=questions[0], limit=LIMIT)
        runner.receive(LOAD_SECONDS)
        arrived, _ = runner.receive(LOAD_SECONDS)
        speed.cold_starts_s.append(arrived - runner.started)
        for text in questions[1:WARM_UP]:
            runner.search(text, LIMIT)
        speed.alone_ms += [runner.search(text, LIMIT)[0] for text in alone]
        latencies, seconds = runner.search_together(together, LIMIT, AT_ONCE)
        speed.together_ms += latencies
        speed.together_seconds += seconds
        with _core_burnt():
            speed.busy_ms += [runner.search(text, LIMIT)[0] for text in busy]
        speed.peaks_mb.append(runner.peak_mb())
        speed.torch = speed.torch or bool(runner.ask("state", SEARCH_SECONDS)["torch"])


def as_documents(ids: Sequence[str], contender: Contender, corpus: Corpus) -> list[str]:
    """Documents in the order of their best passages."""
    if contender.takes is Takes.DOCUMENTS:
        return list(ids)
    return list(dict.fromkeys(corpus.document_of[key] for key in ids))


def _build(runner: Runner, contender: Contender, corpus: Corpus) -> Build:
    file = corpus.documents_file if contender.takes is Takes.DOCUMENTS else corpus.passages_file
    started = time.perf_counter()
    runner.ask("index", INDEX_SECONDS, corpus=str(file.resolve()))
    seconds = time.perf_counter() - started
    if contender.takes is Takes.PASSAGES:
        return Build(seconds, corpus.passages, corpus.tokens)
    told = runner.ask("describe", LOAD_SECONDS)
    return Build(seconds, int(told["passages"]), int(told["tokens"]))


@contextmanager
def _core_burnt() -> Iterator[None]:
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        time.sleep(BUSY_SETTLES)
        yield
    finally:
        burner.kill()
        burner.wait()
