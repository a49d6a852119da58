"""How probable it is that the passage found answers the question: a logistic model of a few signals, all of which may
only help. Where articles say what customers ask, other models read that too."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from bot.answering.search_index import SearchIndex
from bot.models import Hit
from embeddings.terms import terms

SIGNALS = (
    "dense",
    "sentence",
    "late",
    "title",
    "coverage",
    "margin",
    "lead",
    "agreement",
    "belonging",
    "belonging_margin",
    "length",
)
"""What `confidence_signals` tells; a model weighs some of them, those that helped when it was fitted."""
ASKED_SIGNALS = ("asked", "asked_margin", "asked_coverage")
"""What it tells besides where articles say what customers ask."""
WITHHELD_SIGNAL = "not_withheld"
"""What it tells besides where internal articles say what customers ask and no other article answers."""
TERMS_OF_A_LONG_QUESTION = 10
FURTHER_DOWN = slice(5, 16)
"""The articles over which the first one's lead is measured: 5 to 15 places below it."""

MODEL_FILE = Path(__file__).with_name("confidence.json")
ASKED_MODEL_FILE = Path(__file__).with_name("confidence_asked.json")
WITHHELD_MODEL_FILE = Path(__file__).with_name("confidence_withheld.json")


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
    """The models of a help center whose articles do not say what customers ask, of one where some do, and of one that
    also lists what customers ask and no article answers."""

    plain: ConfidenceModel
    asked: ConfidenceModel
    withheld: ConfidenceModel

    def probability(self, signals: Mapping[str, float]) -> float:
        """The probability by the model that is for these signals."""
        if ASKED_SIGNALS[0] not in signals:
            return self.plain.probability(signals)
        return (self.withheld if WITHHELD_SIGNAL in signals else self.asked).probability(signals)


def load_confidence() -> Confidence:
    """The models that ship with Footnote."""
    return Confidence(*map(load_confidence_model, (MODEL_FILE, ASKED_MODEL_FILE, WITHHELD_MODEL_FILE)))


def load_confidence_model(file: Path = MODEL_FILE) -> ConfidenceModel:
    """The model of a file that `footnote-eval fit` or `fit-asked` wrote."""
    values = json.loads(file.read_text(encoding="utf-8"))
    return ConfidenceModel(values["intercept"], values["weights"], values["provenance"])


def confidence_signals(
    hits: Sequence[Hit], question: str, index: SearchIndex, withheld: float = 0.0
) -> dict[str, float]:
    """What tells a right answer from a wrong one, each 0–1, but margins from -1; all 0 when nothing was found.

    `dense`, `sentence`, `title`: cosines of the best passage, of its best sentence, of its title. `late`: how well its
    tokens meet the question's. `coverage`: share of the question's information that
    stands in the best passage. `margin`: by how much the best passage beats that of the next article. `lead`: by how
    much it beats the mean of those FURTHER_DOWN, or the last one of fewer. `agreement`: whether meaning and words
    propose the same article first. `belonging`: how much the question belongs to the best article by the names of all;
    `belonging_margin`, by how much that beats every article of another family, and what is `withheld`: how much it
    belongs to the questions that only internal articles answer. `length`: how many different terms the question has, of
    those of a long one; what is near to many words is seldom near by chance.

    Where articles say what customers ask: `asked`, the cosine of the best article's nearest name (its title or such a
    question); `asked_margin`, by how much that beats every article of another family; `asked_coverage`, the share of
    the question's information that stands in its names. Where internal articles do: `not_withheld`.
    """
    if not hits:
        return dict.fromkeys(SIGNALS, 0.0)
    best = hits[0]
    scores = _article_scores(hits)
    family = _family(best, index)
    belonging = best.signals.get("belonging", 0.0)
    meant, worded = (max(hits, key=lambda hit: hit.signals.get(name, 0.0)) for name in ("sentence", "lexical"))
    return _asked_signals(hits, question, index, withheld) | {
        "dense": best.signals.get("dense", 0.0),
        "sentence": best.signals.get("sentence", 0.0),
        "late": best.signals.get("late", 0.0),
        "title": best.signals.get("title", 0.0),
        "coverage": index.indexes.lexical.coverage(question, best.passage.key),
        "margin": best.score - (scores[1] if scores[1:] else 0.0),
        "lead": best.score - (fmean(scores[FURTHER_DOWN] or scores[-1:]) if scores[1:] else 0.0),
        "agreement": float(meant.passage.article_id == worded.passage.article_id),
        "belonging": belonging,
        "belonging_margin": belonging - max(withheld, _best_of_others(hits, family, "belonging")),
        "length": length_of(question),
    }


def length_of(question: str) -> float:
    """How many different terms it has, 1 for TERMS_OF_A_LONG_QUESTION and more."""
    return min(1.0, len(set(terms(question))) / TERMS_OF_A_LONG_QUESTION)


def _asked_signals(hits: Sequence[Hit], question: str, index: SearchIndex, withheld: float) -> dict[str, float]:
    names, best = index.indexes.asked, hits[0]
    if names is None:
        return {}
    asked = best.signals.get("asked", 0.0)
    owner = index.indexes.belonging
    return {
        "asked": asked,
        "asked_margin": asked - _best_of_others(hits, _family(best, index), "asked"),
        "asked_coverage": names.coverage(question, index.title_keys[best.passage.article_id]),
        **({WITHHELD_SIGNAL: 1 - withheld} if owner is not None and owner.withholds else {}),
    }


def _family(hit: Hit, index: SearchIndex) -> frozenset[str]:
    own = hit.passage.article_id
    return frozenset((own, *index.kin.get(own, ())))


def _best_of_others(hits: Sequence[Hit], family: frozenset[str], signal: str) -> float:
    """The highest value of a signal among the articles of other families, 0 where there is none."""
    return max((hit.signals.get(signal, 0.0) for hit in hits if hit.passage.article_id not in family), default=0.0)


def _article_scores(hits: Sequence[Hit]) -> list[float]:
    """The score of each article's best passage, best first."""
    scores: dict[str, float] = {}
    for hit in hits:
        scores.setdefault(hit.passage.article_id, hit.score)
    return list(scores.values())
