"""Fits the confidence for help centers whose articles say what customers ask: on the tune half of the suite, judged on
the test half. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from bot.answering.confidence import WITHHELD_SIGNAL, ConfidenceModel
from eval.confidence_fit import Sample, fit
from eval.errors import EvaluationError
from eval.metrics import Estimate
from eval.suite.asking import CaseOutcome
from eval.suite.figures import ANSWERABLE, WITHOUT_ANSWER, confidence_figures

WEIGHED = (
    "dense",
    "sentence",
    "late",
    "asked",
    "asked_margin",
    "asked_coverage",
    "belonging",
    "belonging_margin",
    "length",
)
"""The signals that the model weighs, and WITHHELD_SIGNAL where there is one; the others of `confidence_signals` add
nothing to these on the tune half."""
WRONG_COUNTS = 3.5
"""A wrong answer is worse than none: one is weighed like so many answers that are withheld. At .50, a question has by
the plain fit a chance of .78."""
DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedConfidenceFit:
    """The model found on so many cases, and what it is worth on each half of the suite."""

    model: ConfidenceModel
    n: int
    tune: Mapping[str, Estimate]
    test: Mapping[str, Estimate]

    def to_json(self) -> dict[str, Any]:
        """The content of its file."""
        return {
            "intercept": self.model.intercept,
            "weights": dict(self.model.weights),
            "provenance": self.model.provenance,
        }


def fit_asked_confidence(suite: str, outcomes: Sequence[CaseOutcome], today: date) -> AskedConfidenceFit:
    """The model of the tune half's questions that articles answer or do not answer; a case is right when what would be
    cited is a gold article. What was handed over for another reason than doubt teaches nothing. Raises EvaluationError
    for outcomes without these signals."""
    kinds = (*ANSWERABLE, *WITHOUT_ANSWER)
    asked = [each for each in outcomes if each.kind in kinds and _signals(each) and each.would_cite]
    if not asked or not set(WEIGHED) <= set(_signals(asked[0])):
        raise EvaluationError(
            f"The outcomes of {suite} tell nothing of what customers ask: give the articles `questions` in their front "
            "matter, run the suite again, and fit on that run."
        )
    tune = [each for each in asked if each.side == "tune"]
    weighed = (*WEIGHED, *({WITHHELD_SIGNAL} & set(_signals(asked[0]))))
    signals = np.array([[_signals(each)[name] for name in weighed] for each in tune])
    sample = Sample(suite, signals, np.array([each.is_right for each in tune]))
    intercept, weights = fit([sample], weighed, weighed, WRONG_COUNTS)
    model = ConfidenceModel(
        round(intercept, DIGITS),
        {name: round(weight, DIGITS) for name, weight in zip(weighed, weights.tolist(), strict=True)},
        f"footnote-eval fit-asked, {today.isoformat()}, on the tune half of {suite} ({len(tune)} cases); label: what "
        f"would be cited is a gold article; a wrong one counts {WRONG_COUNTS:g} times",
    )
    figures = {
        side: confidence_figures(
            [replace(each, confidence=model.probability(_signals(each))) for each in asked if each.side == side]
        )
        for side in ("tune", "test")
    }
    return AskedConfidenceFit(model=model, n=len(tune), tune=figures["tune"], test=figures["test"])


def _signals(outcome: CaseOutcome) -> Mapping[str, float]:
    signals: Mapping[str, float] = outcome.trace.get("confidence_signals", {})
    return signals
