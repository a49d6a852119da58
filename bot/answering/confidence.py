"""How probable it is that the passage found answers the question: a logistic model of a few signals, all of which may only help."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
