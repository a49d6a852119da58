"""The gate, tried: what makes answers worse has to be stopped, and what changes nothing let through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.assembly import Footnote, open_footnote
from bot.assistant import Assistant
from bot.indexing.build import build_index
from bot.indexing.generations import Generation, load_generation
from bot.indexing.progress import IndexProgress, SilentProgress
from bot.models import CustomerContext
from bot.settings import Settings
from bot.updating import SAMPLE_HELP_CENTER
from embeddings.encoders import Encoder
from eval.suite.asking import CaseOutcome, ask
from eval.suite.cases import SuiteCase
from eval.suite.comparing import Comparison, compare_runs
from eval.suite.figures import CONFIDENCE_FIGURES, suite_metrics
from eval.suite.gate import Gates, failures
from eval.suite.regressions import Articles, Change, Vectors
from eval.suite.trial_encoders import HashingEncoder, RememberingEncoder, RoundingEncoder
from knowledge.models import Article
from knowledge.sources import open_source

MOST_NO_OPS_BLOCKED = 0.05
"""Of the changes that change nothing, the share that may be stopped: as many as chance stops at the level of the
paired tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A change, and what the gate had against it."""

    name: str
    is_regression: bool
    failed: tuple[str, ...]
    """The figures that were missed or fell."""
    changed: int
    """Cases with another reply."""

    @property
    def is_blocked(self) -> bool:
        """Whether the gate was shut."""
        return bool(self.failed)


@dataclass(frozen=True, slots=True)
class Trial:
    """All that was tried."""

    shipped: tuple[str, ...]
    """The demands that what ships misses itself; with one of them, everything is stopped."""
    tried: tuple[Tried, ...]

    def blocked(self, regressions: bool) -> tuple[int, int]:
        """Of the regressions, or of the others: how many were stopped, and how many there are."""
        them = [each for each in self.tried if each.is_regression is regressions]
        return sum(each.is_blocked for each in them), len(them)

    @property
    def holds(self) -> bool:
        """Whether every regression was stopped, and of the others no more than chance explains."""
        (stopped, regressions), (false, others) = self.blocked(True), self.blocked(False)
        return stopped == regressions and false <= MOST_NO_OPS_BLOCKED * others

    def to_json(self) -> dict[str, Any]:
        """The counts, and each change with what shut the gate."""
        (stopped, regressions), (false, others) = self.blocked(True), self.blocked(False)
        return {
            "holds": self.holds,
            "regressions": {"n": regressions, "blocked": stopped},
            "no_ops": {"n": others, "blocked": false},
            "shipped": list(self.shipped),
            "changes": [
                {
                    "name": each.name,
                    "regression": each.is_regression,
                    "blocked": each.is_blocked,
                    "failed": list(each.failed),
                    "changed": each.changed,
                }
                for each in self.tried
            ],
        }


def try_gate(
    changes: Sequence[Change], cases: Sequence[SuiteCase], gates: Gates, settings: Settings, progress: IndexProgress
) -> Trial:
    """The sample help center asked as it ships, then with each change alone, each judged by the demands and by the
    paired tests against what ships. Indexes are made in a folder of their own."""
    footnote = open_footnote(settings.apart(settings.data_dir / "eval" / "gate-trial"))
    try:
        bench = _Bench(footnote, gates, cases)
        progress.stage("Changes tried", len(changes) + 1)
        shipped = bench.asked(Change(name="what ships"))
        progress.advance(1)
        missed = tuple(each.metric for each in failures(gates, bench.metrics(shipped)))
        tried = []
        for change in changes:
            outcomes = bench.asked(change)
            comparison = compare_runs(shipped, outcomes)
            tried.append(bench.judged(change, outcomes, comparison))
            progress.advance(1)
        return Trial(missed, tuple(tried))
    finally:
        footnote.close()


@dataclass(frozen=True, slots=True)
class _Given:
    """Articles as a source."""

    articles: Articles
    key: str = "folder:trial"
    complete: bool = True

    def read(self) -> Iterator[Article]:
        for article in self.articles:
            yield replace(article, source=self.key, origin=f"{article.id}.md")


class _Bench:
    """What changes are tried on: the articles as they ship, an encoder that remembers, and the index that ships."""

    def __init__(self, footnote: Footnote, gates: Gates, cases: Sequence[SuiteCase]) -> None:
        self._footnote = footnote
        self._gates = gates
        self._cases = cases
        self._needs_confidence = bool(CONFIDENCE_FIGURES & set(gates.metrics))
        self._encoder = RememberingEncoder(footnote.encoder)
        self._articles = [each for each in open_source(SAMPLE_HELP_CENTER).read() if isinstance(each, Article)]
        self._shipped = self._indexed(self._articles, self._encoder)

    def asked(self, change: Change) -> tuple[CaseOutcome, ...]:
        """Every case after the change."""
        assistant = self._assistant(change)
        index, message = assistant.generation(), change.message or str
        assistant.search("warm up", CustomerContext())
        said = (replace(case, text=message(case.text)) for case in self._cases)
        return tuple(ask(case, assistant, index, withheld=self._needs_confidence) for case in said)

    def metrics(self, outcomes: Sequence[CaseOutcome]) -> dict[str, Any]:
        """The figures that the demands speak of, and more."""
        return suite_metrics(outcomes, confidence=self._needs_confidence)

    def judged(self, change: Change, outcomes: Sequence[CaseOutcome], comparison: Comparison) -> Tried:
        """What the gate has against the change."""
        found = failures(self._gates, self.metrics(outcomes), comparison)
        return Tried(
            name=change.name,
            is_regression=change.is_regression,
            failed=tuple(dict.fromkeys(each.metric for each in found)),
            changed=len(comparison.changed),
        )

    def _assistant(self, change: Change) -> Assistant:
        shipped = self._footnote.assistant
        questions, passages = self._encoders(change)
        articles = change.articles(self._articles) if change.articles else self._articles
        same = passages is self._encoder and change.articles is None
        index = self._shipped if same else self._indexed(articles, passages)
        weights = {name: weight * change.weights.get(name, 1.0) for name, weight in shipped.ranking.weights.items()}
        return replace(
            shipped,
            encoder=questions,
            generation=lambda: index,
            topics=shipped.topics if change.vectors is Vectors.OWN else None,
            ranking=replace(shipped.ranking, weights=weights) if change.weights else shipped.ranking,
            candidates=change.candidates(shipped.candidates) if change.candidates else shipped.candidates,
            answer_threshold=self._footnote.settings.answer_threshold + change.threshold,
        )

    def _encoders(self, change: Change) -> tuple[Encoder, Encoder]:
        """Of questions and of passages."""
        own = self._encoder
        if change.vectors is not Vectors.OWN:
            other = HashingEncoder(own, own.identity)
            return other, other if change.vectors is Vectors.OTHER_BOTH else own
        if change.noise or change.passage_noise:
            rounding = RoundingEncoder(own, change.noise, change.passage_noise, change.seed)
            return rounding, rounding if change.passage_noise else own
        return own, own

    def _indexed(self, articles: Articles, encoder: Encoder) -> Generation:
        folder = self._footnote.settings.index_folder
        report = build_index(
            [_Given(articles)],
            None,
            encoder,
            self._footnote.database,
            folder,
            SilentProgress(),
            datetime.now(UTC),
            rebuild=True,
        )
        return load_generation(folder, report.generation)
