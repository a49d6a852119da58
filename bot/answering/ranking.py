"""What each signal counts when candidates are ranked: a small versioned file with its provenance."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ConfigurationError

SIGNALS = ("dense", "sentence", "late", "lexical", "title", "code", "belonging")
"""Cosines of the passage, of its best sentence and of its title; MaxSim of its tokens; BM25 over the question's
highest; share of the question's codes; how much the question belongs to the article by its names. Each from 0 to 1."""

ASKED_WEIGHTS = {"asked": 0.7, "asked_words": 0.4, "belonging": 0.65}
"""Where articles say what customers ask, beside the others: the cosine of an article's nearest name, its title or a
question that it says it answers; BM25 over all of them; and `belonging`, which then says more. Found on the tune half
of the shipped suite."""

RANKING_FILE = Path(__file__).with_name("ranking.json")
VERSION = 1


@dataclass(frozen=True, slots=True)
class RankingModel:
    """score = Σ weight · signal; `provenance` says how the weights were found, `prior` are those they started from
    when they were fitted. Those of ASKED_WEIGHTS are the same in every model."""

    weights: Mapping[str, float]
    provenance: str
    prior: Mapping[str, float] | None = None

    def over(self, signals: frozenset[str]) -> dict[str, float]:
        """The weights of the signals that there are, scaled so that a score means the same with some missing or
        more."""
        known = {**self.weights, **ASKED_WEIGHTS} if "asked_words" in signals else self.weights
        present = {name: weight for name, weight in known.items() if name in signals}
        scale = sum(self.weights.values()) / (sum(present.values()) or 1.0)
        return {name: weight * scale for name, weight in present.items()}


def load_ranking_model(file: Path = RANKING_FILE) -> RankingModel:
    """The model that ships with Footnote, or another one of its form. Raises ConfigurationError."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        version, weights, provenance = values["version"], values["weights"], values["provenance"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as weights of the ranking ({error!r}); `footnote-eval fit` writes such files."
        ) from error
    if version != VERSION:
        raise ConfigurationError(
            f"{file} holds weights of the ranking in version {version!r}, not {VERSION}; fit them again."
        )
    prior = values.get("prior")
    for found in (weights, prior or weights):
        _check(found, file)
    return RankingModel(weights, provenance, prior)


def _check(weights: Any, file: Path) -> None:
    if not isinstance(weights, dict) or set(weights) != set(SIGNALS):
        raise ConfigurationError(f"{file} must give one weight to each of {', '.join(SIGNALS)}.")
    for name, weight in weights.items():
        if not isinstance(weight, int | float) or not math.isfinite(weight) or weight < 0:
            raise ConfigurationError(f"{file} gives {name} the weight {weight!r}; a weight is a number from 0 up.")
    if not any(weights.values()):
        raise ConfigurationError(f"{file} gives every signal the weight 0; one must count.")
