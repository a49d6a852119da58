"""Fits the confidence model on labelled data sets, and tells how it does on each when it was fitted on the others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from bot.answering.confidence import SIGNALS, confidence_signals
from bot.assembly import open_footnote
from bot.indexing.progress import IndexProgress
from bot.models import CustomerContext
from bot.settings import Settings
from eval.cases import load_dataset, load_unanswerable
from eval.errors import DatasetError
from eval.retrieval import index_corpus, own_settings

RIDGE = 1e-3
"""Weight of the squared weights in the loss; keeps them finite where a set is separable."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The questions of one data set: signals (questions, len(SIGNALS)) and whether the first article found is a right
    one."""

    dataset: str
    signals: NDArray[np.float64]
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How a model that was fitted on the other data sets does on this one."""

    dataset: str
    n: int
    right: int
    auroc_right: float
    brier: float


def fit_confidence(
    folders: Sequence[Path], output: Path, settings: Settings, progress: IndexProgress, limit: int | None, today: date
) -> tuple[LeftOut, ...]:
    """Fit on all of `folders`, write the model to `output`, and report each set left out. Needs two sets at least."""
    if len(folders) < 2:
        raise DatasetError(
            "Fitting needs at least two data sets, so that each can be tested on what the others taught."
        )
    samples = [sample_of(folder, settings, progress, limit) for folder in folders]
    intercept, weights = fit(samples)
    names = ", ".join(f"{sample.dataset} ({len(sample.right)})" for sample in samples)
    model = {
        "intercept": round(intercept, 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(SIGNALS, weights, strict=True)},
        "provenance": f"footnote-eval fit, {today.isoformat()}, on {names}; "
        "label: the first article found is in the qrels",
    }
    output.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")
    return tuple(left_out(samples, index) for index in range(len(samples)))


def sample_of(folder: Path, settings: Settings, progress: IndexProgress, limit: int | None) -> Sample:
    """Ask every question of a data set and note its signals; the unanswerable ones are never right."""
    dataset = load_dataset(folder, limit)
    questions = [(case.text, case.relevant) for case in dataset.cases]
    questions += [(text, {}) for text in load_unanswerable(folder, limit)]
    footnote = open_footnote(own_settings(dataset, settings))
    try:
        index_corpus(footnote, dataset, progress)
        lexical = footnote.index.current().lexical
        rows, right = [], []
        progress.stage(f"Questions of {dataset.name}", len(questions))
        for text, relevant in questions:
            hits = footnote.assistant.search(text[: settings.question_characters], CustomerContext())
            signals = confidence_signals(hits, text, lexical)
            rows.append([signals[name] for name in SIGNALS])
            right.append(bool(hits) and hits[0].passage.article_id in relevant)
            progress.advance(1)
    finally:
        footnote.close()
    return Sample(dataset.name, np.asarray(rows), np.asarray(right))


def fit(samples: Sequence[Sample]) -> tuple[float, NDArray[np.float64]]:
    """Logistic regression with weights ≥ 0, every data set counting the same; returns intercept and weights."""
    signals = np.concatenate([sample.signals for sample in samples])
    right = np.concatenate([sample.right for sample in samples]).astype(np.float64)
    share = np.concatenate([np.full(len(sample.right), 1 / len(sample.right)) for sample in samples]) / len(samples)

    def loss(parameters: NDArray[np.float64]) -> float:
        logits = parameters[0] + signals @ parameters[1:]
        surprise = np.logaddexp(0, logits) - right * logits
        return float(share @ surprise + RIDGE * parameters[1:] @ parameters[1:])

    bounds = [(None, None)] + [(0, None)] * signals.shape[1]
    found = minimize(loss, np.zeros(1 + signals.shape[1]), method="L-BFGS-B", bounds=bounds)
    return float(found.x[0]), found.x[1:]


def left_out(samples: Sequence[Sample], index: int) -> LeftOut:
    """The sample at `index`, judged by a model of the others."""
    sample = samples[index]
    intercept, weights = fit([other for other in samples if other is not sample])
    probability = 1 / (1 + np.exp(-(intercept + sample.signals @ weights)))
    return LeftOut(
        dataset=sample.dataset,
        n=len(sample.right),
        right=int(sample.right.sum()),
        auroc_right=float(roc_auc_score(sample.right, probability)),
        brier=float(np.mean((probability - sample.right) ** 2)),
    )
