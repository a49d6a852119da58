"""How probable it is that the passage found answers the question: a logistic model of a few signals, all of which may
only help. Where articles say what customers ask, another model reads that too."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from bot.answering.search_index import SearchIndex
from bot.models import Hit

SIGNALS = ("dense", "sentence", "late", "title", "coverage", "margin", "lead", "agreement")
"""What `confidence_signals` tells; a model weighs some of them, those that helped when it was fitted."""
ASKED_SIGNALS = ("asked", "asked_margin", "asked_coverage")
"""What it tells besides where articles say what customers ask."""
FURTHER_DOWN = slice(5, 16)
"""The articles over which the first one's lead is measured: 5 to 15 places below it."""

MODEL_FILE = Path(__file__).with_name("confidence.json")
ASKED_MODEL_FILE = Path(__file__).with_name("confidence_asked.json")


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


@dataclass(frozen=True, slots=True)
class Confidence:
    """The models of a help center whose articles do not say what customers ask, and of one where some do."""

    plain: ConfidenceModel
    asked: ConfidenceModel

    def probability(self, signals: Mapping[str, float]) -> float:
        """The probability by the model that is for these signals."""
        return (self.asked if ASKED_SIGNALS[0] in signals else self.plain).probability(signals)


def load_confidence() -> Confidence:
    """The models that ship with Footnote."""
    return Confidence(load_confidence_model(MODEL_FILE), load_confidence_model(ASKED_MODEL_FILE))


def load_confidence_model(file: Path = MODEL_FILE) -> ConfidenceModel:
    """The model of a file that `footnote-eval fit` or `fit-asked` wrote."""
    values = json.loads(file.read_text(encoding="utf-8"))
    return ConfidenceModel(values["intercept"], values["weights"], values["provenance"])


def confidence_signals(hits: Sequence[Hit], question: str, index: SearchIndex) -> dict[str, float]:
    """What tells a right answer from a wrong one, each 0–1; all 0 when nothing was found.

    `dense`, `sentence`, `title`: cosines of the best passage, of its best sentence, of its title. `late`: how well its
    tokens meet the question's. `coverage`: share of the question's information that
    stands in the best passage. `margin`: by how much the best passage beats that of the next article. `lead`: by how
    much it beats the mean of those FURTHER_DOWN, or the last one of fewer. `agreement`: whether meaning and words
    propose the same article first.

    Where articles say what customers ask: `asked`, the cosine of the best article's nearest name (its title or such a
    question); `asked_margin`, by how much that beats every article of another family; `asked_coverage`, the share of
    the question's information that stands in its names.
    """
    if not hits:
        return dict.fromkeys(SIGNALS, 0.0)
    best = hits[0]
    scores = _article_scores(hits)
    meant, worded = (max(hits, key=lambda hit: hit.signals.get(name, 0.0)) for name in ("sentence", "lexical"))
    return _asked_signals(hits, question, index) | {
        "dense": best.signals.get("dense", 0.0),
        "sentence": best.signals.get("sentence", 0.0),
        "late": best.signals.get("late", 0.0),
        "title": best.signals.get("title", 0.0),
        "coverage": index.indexes.lexical.coverage(question, best.passage.key),
        "margin": best.score - (scores[1] if scores[1:] else 0.0),
        "lead": best.score - (fmean(scores[FURTHER_DOWN] or scores[-1:]) if scores[1:] else 0.0),
        "agreement": float(meant.passage.article_id == worded.passage.article_id),
    }


def _asked_signals(hits: Sequence[Hit], question: str, index: SearchIndex) -> dict[str, float]:
    names, best = index.indexes.asked, hits[0]
    if names is None:
        return {}
    own = best.passage.article_id
    family = {own, *index.kin.get(own, ())}
    asked = best.signals.get("asked", 0.0)
    others = (hit.signals.get("asked", 0.0) for hit in hits if hit.passage.article_id not in family)
    return {
        "asked": asked,
        "asked_margin": asked - max(others, default=0.0),
        "asked_coverage": names.coverage(question, index.title_keys[own]),
    }


def _article_scores(hits: Sequence[Hit]) -> list[float]:
    """The score of each article's best passage, best first."""
    scores: dict[str, float] = {}
    for hit in hits:
        scores.setdefault(hit.passage.article_id, hit.score)
    return list(scores.values())
