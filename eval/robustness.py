"""What a question loses when it is typed badly: each one asked clean and spoilt, compared question by question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.assembly import open_footnote
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext
from bot.settings import Settings
from eval.cases import Case, Dataset
from eval.errors import DatasetError
from eval.metrics import Estimate, estimate, retrieval_values
from eval.perturbation import PERTURBATIONS, Perturbation
from eval.retrieval import DOCUMENTS_RANKED, index_corpus, own_settings

METRICS = ("ndcg@10", "success@1")

Search = Callable[[str], Sequence[str]]
"""Ids of the documents found for a question, best first."""


@dataclass(frozen=True, slots=True)
class Robustness:
    """How spoilt questions do: `changed` of them are not what they were, `loss` is clean less spoilt, paired."""

    perturbation: str
    described: str
    changed: int
    metrics: Mapping[str, Estimate]
    loss: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class RobustnessReport:
    """The figures of `footnote-eval robustness` on one data set."""

    dataset: str
    queries: int
    clean: Mapping[str, Estimate]
    rows: tuple[Robustness, ...]

    def to_json(self) -> dict[str, Any]:
        """Every mean with its 95 % interval."""
        return {
            "dataset": self.dataset,
            "queries": self.queries,
            "clean": _rounded(self.clean),
            "perturbations": {
                row.perturbation: {
                    "changed": row.changed,
                    "metrics": _rounded(row.metrics),
                    "loss": _rounded(row.loss),
                }
                for row in self.rows
            },
        }


def measure_robustness(dataset: Dataset, settings: Settings, progress: IndexProgress) -> RobustnessReport:
    """Index the data set's corpus and ask every question clean and in each perturbation. DatasetError without one."""
    if not dataset.cases:
        raise DatasetError(f"No question of the data set {dataset.folder} has a relevant document in qrels/test.tsv.")
    own = own_settings(dataset, settings)
    footnote = open_footnote(own)

    def search(question: str) -> Sequence[str]:
        hits = footnote.assistant.search(question[: own.question_characters], CustomerContext())
        return list(dict.fromkeys(hit.passage.article_id for hit in hits))[:DOCUMENTS_RANKED]

    try:
        index_corpus(footnote, dataset, progress)
        return compare(dataset.name, dataset.cases, search, progress)
    finally:
        footnote.close()


def compare(
    name: str,
    cases: Sequence[Case],
    search: Search,
    progress: IndexProgress,
    perturbations: Sequence[Perturbation] = PERTURBATIONS,
) -> RobustnessReport:
    """Ask `search` every question clean and in each of `perturbations`; a text is asked once."""
    progress.stage(f"Questions of {name}", len(cases) * (1 + len(perturbations)))
    qrels = {case.id: case.relevant for case in cases}
    answers: dict[str, Sequence[str]] = {}

    def values(texts: Mapping[str, str]) -> dict[str, dict[str, float]]:
        for text in texts.values():
            if text not in answers:
                answers[text] = search(text) if text.strip() else ()
            progress.advance(1)
        run = {id_: answers[text] for id_, text in texts.items()}
        measured = retrieval_values(qrels, run)
        return {metric: measured[metric] for metric in METRICS}

    clean = values({case.id: case.text for case in cases})
    rows = []
    for perturbation in perturbations:
        spoilt = {case.id: perturbation.apply(case.text) for case in cases}
        changed = sum(spoilt[case.id] != case.text for case in cases)
        rows.append(_row(perturbation, changed, clean, values(spoilt)))
    return RobustnessReport(name, len(cases), _estimates(clean), tuple(rows))


def _row(
    perturbation: Perturbation,
    changed: int,
    clean: Mapping[str, Mapping[str, float]],
    spoilt: Mapping[str, Mapping[str, float]],
) -> Robustness:
    loss = {
        metric: {question: value - spoilt[metric][question] for question, value in values.items()}
        for metric, values in clean.items()
    }
    return Robustness(perturbation.name, perturbation.described, changed, _estimates(spoilt), _estimates(loss))


def _estimates(values: Mapping[str, Mapping[str, float]]) -> dict[str, Estimate]:
    return {metric: estimate(list(by_question.values())) for metric, by_question in values.items()}


def _rounded(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    return {
        metric: {"mean": round(value.mean, 4), "interval_95": [round(value.low, 4), round(value.high, 4)]}
        for metric, value in estimates.items()
    }
