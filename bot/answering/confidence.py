"""How probable it is that the passage found answers the question: a logistic model of a few signals, all of which may
only help."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.answering.retrieval import TermIndex
from bot.models import Hit

SIGNALS = ("dense", "title", "coverage", "margin", "agreement")
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


def confidence_signals(hits: Sequence[Hit], question: str, lexical: TermIndex) -> dict[str, float]:
    """What tells a right answer from a wrong one, each 0–1; all 0 when nothing was found.

    `dense`, `title`: cosines of the best passage and its title. `coverage`: share of the question's information that
    stands in the best passage. `margin`: by how much the best passage beats that of the next article. `agreement`:
    whether meaning and words propose the same article first.
    """
    if not hits:
        return dict.fromkeys(SIGNALS, 0.0)
    best = hits[0]
    rival = next((hit for hit in hits if hit.passage.article_id != best.passage.article_id), None)
    first = {name: max(hits, key=lambda hit: hit.signals[name]).passage.article_id for name in ("dense", "lexical")}
    return {
        "dense": best.signals["dense"],
        "title": best.signals["title"],
        "coverage": lexical.coverage(question, best.passage.key),
        "margin": best.score - rival.score if rival else best.score,
        "agreement": float(first["dense"] == first["lexical"]),
    }
