"""How often the right article is found, how quickly, and at what cost."""

import dataclasses
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.assembly import Footnote, open_footnote
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext
from bot.settings import Settings
from bot.updating import build
from eval.cases import Dataset
from eval.errors import DatasetError
from eval.metrics import Estimate, percentile, retrieval_metrics
from knowledge.models import Article, Audience, Rejected
from knowledge.sources import open_source
from knowledge.sources.source import Source

DOCUMENTS_RANKED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalReport:
    """The figures of `footnote-eval retrieval`."""

    dataset: str
    documents: int
    passages: int
    queries: int
    metrics: Mapping[str, Estimate]
    p50_ms: float
    p95_ms: float
    index_seconds: float
    peak_rss_mb: float

    def to_json(self) -> dict[str, Any]:
        """The figures under the names of the public contract."""
        per_second = self.passages / self.index_seconds if self.index_seconds else None
        return {
            "dataset": self.dataset,
            "documents": self.documents,
            "passages": self.passages,
            "queries": self.queries,
            "metrics": {name: round(value.mean, 4) for name, value in self.metrics.items()},
            "interval_95": {name: [round(value.low, 4), round(value.high, 4)] for name, value in self.metrics.items()},
            "latency_ms": {"p50": round(self.p50_ms, 2), "p95": round(self.p95_ms, 2)},
            "index_seconds": round(self.index_seconds, 2),
            "passages_per_second": round(per_second, 1) if per_second else None,
            "peak_rss_mb": round(self.peak_rss_mb, 1),
        }


@dataclass(frozen=True, slots=True)
class WholeCorpus:
    """A data set's documents as a source. Internal ones are searched too: a metric of search counts what can be
    found."""

    documents: Source

    @property
    def key(self) -> str:
        """The key of the documents' file."""
        return self.documents.key

    @property
    def complete(self) -> bool:
        """The file names every document."""
        return True

    def read(self) -> Iterator[Article | Rejected]:
        """Every document, open to all."""
        for item in self.documents.read():
            yield dataclasses.replace(item, audience=Audience.PUBLIC) if isinstance(item, Article) else item


def evaluate_retrieval(dataset: Dataset, settings: Settings, progress: IndexProgress) -> RetrievalReport:
    """Index the data set's corpus (once for each content and configuration) and ask every question, one at a time.

    Raises DatasetError when there is none.
    """
    if not dataset.cases:
        raise DatasetError(f"No question of the data set {dataset.folder} has a relevant document in qrels/test.tsv.")
    own = own_settings(dataset, settings)
    footnote = open_footnote(own)
    try:
        index_seconds = index_corpus(footnote, dataset, progress)
        generation = footnote.index.current()
        footnote.assistant.search("warm up", CustomerContext())
        progress.stage("Questions", len(dataset.cases))
        run, latencies = {}, []
        for case in dataset.cases:
            started = time.perf_counter()
            hits = footnote.assistant.search(case.text[: own.question_characters], CustomerContext())
            latencies.append((time.perf_counter() - started) * 1000)
            run[case.id] = list(dict.fromkeys(hit.passage.article_id for hit in hits))[:DOCUMENTS_RANKED]
            progress.advance(1)
    finally:
        footnote.close()
    return RetrievalReport(
        dataset=dataset.name,
        documents=len(generation.articles),
        passages=len(generation.passages),
        queries=len(dataset.cases),
        metrics=retrieval_metrics({case.id: case.relevant for case in dataset.cases}, run),
        p50_ms=percentile(latencies, 0.50),
        p95_ms=percentile(latencies, 0.95),
        index_seconds=index_seconds,
        peak_rss_mb=peak_rss_mb(),
    )


def index_folder_for(dataset: Dataset, settings: Settings) -> Path:
    """Where the data set's own index lives: one folder for each content of the corpus."""
    return settings.data_dir / "eval" / f"{dataset.name}-{dataset.corpus_sha256()[:16]}"


def own_settings(dataset: Dataset, settings: Settings) -> Settings:
    """The settings under which a data set is indexed and asked: its own data directory, the same models."""
    folder = index_folder_for(dataset, settings)
    return settings.apart(folder)


def peak_rss_mb() -> float:
    """The most memory this process has held, in megabytes (10⁶ bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def index_corpus(footnote: Footnote, dataset: Dataset, progress: IndexProgress) -> float:
    """Bring the index up to date; the seconds that the build of the present generation took, whenever that was."""
    seconds_file = footnote.settings.data_dir / "build_seconds.txt"
    before = footnote.current_generation()
    # An index that cannot be loaded was made by another version: the corpus is at hand, so it is built anew.
    report = build(footnote, [WholeCorpus(open_source(dataset.corpus_file))], progress, rebuild=before is None)
    if before is None or before.number != report.generation or not seconds_file.is_file():
        seconds_file.write_text(f"{report.seconds:.3f}", encoding="ascii")
    footnote.index.newest()
    return float(seconds_file.read_text(encoding="ascii"))
