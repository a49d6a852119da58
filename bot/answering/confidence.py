"""How probable it is that the passage found answers the question: a logistic model of a few signals, all of which may
only help."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from bot.answering.search_index import InformedTermIndex
from bot.models import Hit

SIGNALS = ("dense", "sentence", "late", "title", "coverage", "margin", "lead", "agreement")
"""What `confidence_signals` tells; a model weighs some of them, those that helped when it was fitted."""
FURTHER_DOWN = slice(5, 16)
"""The articles over which the first one's lead is measured: 5 to 15 places below it."""

MODEL_FILE = Path(__file__).with_name("confidence.json")


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """p = 1 / (1 + exp(-(intercept + Σ weight · signal))); `provenance` says on what it was fitted."""

    intercept: float
    weights: Mapping[str, float]
    provenance: str

    def probability(self, signals: Mapping[str, float]) -> float:
        """The probability for `signals`, which must hold every name in `weights`."""
        logit = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-logit))


def load_confidence_model(file: Path = MODEL_FILE) -> ConfidenceModel:
    """The model that ships with Footnote."""
    values = json.loads(file.read_text(encoding="utf-8"))
    return ConfidenceModel(values["intercept"], values["weights"], values["provenance"])


def confidence_signals(hits: Sequence[Hit], question: str, lexical: InformedTermIndex) -> dict[str, float]:
    """What tells a right answer from a wrong one, each 0–1; all 0 when nothing was found.

    `dense`, `sentence`, `title`: cosines of the best passage, of its best sentence, of its title. `late`: how well its
    tokens meet the question's. `coverage`: share of the question's information that
    stands in the best passage. `margin`: by how much the best passage beats that of the next article. `lead`: by how
    much it beats the mean of those FURTHER_DOWN, or the last one of fewer. `agreement`: whether meaning and words
    propose the same article first.
    """
    if not hits:
        return dict.fromkeys(SIGNALS, 0.0)
    best = hits[0]
    scores = _article_scores(hits)
    meant, worded = (max(hits, key=lambda hit: hit.signals.get(name, 0.0)) for name in ("sentence", "lexical"))
    return {
        "dense": best.signals.get("dense", 0.0),
        "sentence": best.signals.get("sentence", 0.0),
        "late": best.signals.get("late", 0.0),
        "title": best.signals.get("title", 0.0),
        "coverage": lexical.coverage(question, best.passage.key),
        "margin": best.score - (scores[1] if scores[1:] else 0.0),
        "lead": best.score - (fmean(scores[FURTHER_DOWN] or scores[-1:]) if scores[1:] else 0.0),
        "agreement": float(meant.passage.article_id == worded.passage.article_id),
    }


def _article_scores(hits: Sequence[Hit]) -> list[float]:
    """The score of each article's best passage, best first."""
    scores: dict[str, float] = {}
    for hit in hits:
        scores.setdefault(hit.passage.article_id, hit.score)
    return list(scores.values())
