"""Fits what ranks passages and what tells right from wrong on labelled data sets, and writes both models."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.answering.confidence import MODEL_FILE
from bot.answering.ranking import RANKING_FILE, VERSION, load_ranking_model
from bot.indexing.progress import IndexProgress
from bot.settings import Settings
from eval.asked import ask_dataset
from eval.confidence_fit import ConfidenceFit, fit_confidence, sample_of
from eval.errors import DatasetError, EvaluationError
from eval.ranking_fit import RankingFit, fit_ranking


class Learned(StrEnum):
    """What is fitted."""

    RANKING = "ranking"
    CONFIDENCE = "confidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """What to fit on which folders, and where it goes; `limit` counts for each file of questions.

    `prior` is a file of ranking weights: the fit is pulled towards the prior that it names, or else its weights. Where
    only the confidence is fitted, its weights rank.
    """

    folders: Sequence[Path]
    only: Learned | None = None
    limit: int | None = None
    prior: Path = RANKING_FILE
    ranking: Path = RANKING_FILE
    confidence: Path = MODEL_FILE

    @property
    def outputs(self) -> dict[Learned, Path]:
        """The file of each model that is fitted."""
        files = {Learned.RANKING: self.ranking, Learned.CONFIDENCE: self.confidence}
        return {learned: file for learned, file in files.items() if self.only in (None, learned)}


@dataclass(frozen=True, slots=True)
class FitReport:
    """What was fitted; None for what was not."""

    ranking: RankingFit | None
    confidence: ConfidenceFit | None

    def to_json(self) -> dict[str, Any]:
        """Both tables; null for what was not fitted."""
        return {
            "ranking": self.ranking.to_json() if self.ranking else None,
            "confidence": self.confidence.to_json() if self.confidence else None,
        }


def fit_models(options: FitOptions, settings: Settings, progress: IndexProgress, today: date) -> FitReport:
    """Ask every question once, fit, write the models, and report each data set left out.

    Raises EvaluationError (fewer than two data sets, one given twice, a folder for the models that is not there) and
    ConfigurationError (the prior) before anything is asked.
    """
    _check(options)
    prior = load_ranking_model(options.prior)
    with_unanswerable = Learned.CONFIDENCE in options.outputs
    asked = [ask_dataset(folder, settings, progress, options.limit, with_unanswerable) for folder in options.folders]
    ranking = confidence = None
    weights, files = prior.weights, {}
    if Learned.RANKING in options.outputs:
        ranking = fit_ranking(asked, prior.prior or prior.weights, progress)
        weights, files[options.ranking] = ranking.weights, ranking_model(ranking, today)
    if Learned.CONFIDENCE in options.outputs:
        progress.stage("Confidence", len(asked) + 1)
        samples = []
        for dataset in asked:
            samples.append(sample_of(dataset, weights))
            progress.advance(1)
        confidence = fit_confidence(samples)
        progress.advance(1)
        files[options.confidence] = confidence_model(confidence, today)
    for file, model in files.items():
        file.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")
    return FitReport(ranking, confidence)


def ranking_model(fit: RankingFit, today: date) -> dict[str, Any]:
    """What `load_ranking_model` reads. It keeps the prior, so that another fit starts where this one did."""
    prior, left_out, _ = fit.means
    return {
        "version": VERSION,
        "weights": dict(fit.weights),
        "prior": dict(fit.prior),
        "provenance": f"footnote-eval fit, {today.isoformat()}, on {_names({row.dataset: row.n for row in fit.rows})}; "
        f"left out: nDCG@10 {left_out:.4f} on the mean, {prior:.4f} with the prior; ridge {fit.ridge:g}",
    }


def confidence_model(fit: ConfidenceFit, today: date) -> dict[str, Any]:
    """What `load_confidence_model` reads."""
    return {
        "intercept": fit.intercept,
        "weights": dict(fit.weights),
        "provenance": f"footnote-eval fit, {today.isoformat()}, on {_names({row.dataset: row.n for row in fit.rows})}; "
        "label: the first article found is in the qrels; "
        f"left out: AUROC {fit.tried[fit.chosen]:.4f}, Brier score {fit.brier:.4f} on the mean",
    }


def _check(options: FitOptions) -> None:
    if len(options.folders) < 2:
        raise DatasetError(
            "Fitting needs at least two data sets, so that each can be tested on what the others taught."
        )
    if len({folder.resolve() for folder in options.folders}) < len(options.folders):
        raise DatasetError("A data set is given twice, so it could not be left out; give each once.")
    for learned, file in options.outputs.items():
        if not file.resolve().parent.is_dir():
            raise EvaluationError(f"The folder of {file}, where the {learned} model should go, is not there; make it.")


def _names(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({n})" for name, n in counts.items())
