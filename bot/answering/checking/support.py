"""How probable it is that a sentence is fully attributable to a passage: a logistic model of shared words and of
nearness by the encoder, learned on human judgements (BEGIN: Dziri, Rashkin, Linzen and Reitter, TACL 10, 2022)."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from bot.answering.pages import one_line
from embeddings.encoders import Encoding
from embeddings.late import maxsim
from embeddings.terms import terms
from knowledge.rendering import plain_text
from knowledge.structure import outline
from knowledge.units import texts_between, units_of

WORD_FEATURES = ("terms", "bigrams", "order", "missing", "speaker", "asks")
NEARNESS_FEATURES = ("cosine", "late", "weakest")
WEAKEST = 0.2
"""`weakest` is the mean over this share of a sentence's tokens, those that the passage meets worst."""
MODEL_FILE = Path(__file__).with_name("support.json")

_SPEAKER = frozenset(("i", "me", "my", "mine", "myself", "we", "us", "our"))
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a sentence comes to a passage by the encoder, each 0–1: its vector to the nearest sentence's, its tokens
    to the passage's tokens on the mean, and the WEAKEST of them."""

    cosine: float
    late: float
    weakest: float


@dataclass(frozen=True, slots=True)
class Logistic:
    """p = 1 / (1 + exp(-(intercept + Σ weight · feature))); supported from `threshold` on."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    def probability(self, features: Mapping[str, float]) -> float:
        """The probability for `features`, which must hold every name in `weights`."""
        logit = self.intercept + sum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-700.0, min(700.0, logit))))


@dataclass(frozen=True, slots=True)
class SupportModel:
    """One model with the encoder's nearness, and one of words alone for when there is none; `provenance` says on what
    they were fitted."""

    near: Logistic
    words: Logistic
    provenance: str

    def score(self, features: Mapping[str, float], nearness: Nearness | None) -> tuple[float, float]:
        """The probability and the threshold that it must reach."""
        if nearness is None:
            return self.words.probability(features), self.words.threshold
        near = {"cosine": nearness.cosine, "late": nearness.late, "weakest": nearness.weakest}
        return self.near.probability({**features, **near}), self.near.threshold


def load_support_model(file: Path = MODEL_FILE) -> SupportModel:
    """The model that ships with Footnote."""
    values = json.loads(file.read_text(encoding="utf-8"))
    near, words = (Logistic(**values[name]) for name in ("near", "words"))
    return SupportModel(near, words, values["provenance"])


@lru_cache(maxsize=256)
def parts_of(passage: str, about: str = "") -> tuple[str, ...]:
    """The plain sentences, steps and rows of a Markdown passage, and the title and headings; at least one."""
    blocks = outline(passage)
    units = [unit for block in blocks for unit in units_of(block, passage)]
    found = [one_line(text) for text in texts_between(0, len(passage), passage, blocks, units)]
    heads = [one_line(line) for line in about.splitlines() if line.strip()]
    return (*heads, *found) or (one_line(passage),)


def word_features(sentence: str, passage: str, about: str = "") -> dict[str, float]:
    """What the words tell, over index terms (`embeddings.terms`).

    `terms`, `bigrams`: the share of the sentence's that stand in the passage. `order`: the longest subsequence of terms
    that both have, by the sentence's length. `missing`: log(1 + terms that do not stand there). `speaker`: whether the
    sentence speaks of "I" or "we" and the passage does not. `asks`: whether it is a question.
    """
    own, known = terms(plain_text(sentence)), _known(passage, about)
    length = max(1, len(own))
    pairs = list(pairwise(own))
    missing = [term for term in own if term not in known.terms]
    spoken = set(_WORD.findall(sentence.lower())) & _SPEAKER
    return {
        "terms": 1 - len(missing) / length,
        "bigrams": sum(pair in known.pairs for pair in pairs) / max(1, len(pairs)),
        "order": longest_subsequence(own, known.sequence) / length,
        "missing": math.log1p(len(set(missing))),
        "speaker": float(bool(spoken - known.words)),
        "asks": float(sentence.rstrip().endswith("?")),
    }


def nearness(sentence: Encoding, parts: Encoding) -> Nearness:
    """From the encodings of one sentence and of a passage's parts (at least one). Without token vectors, the cosine
    stands for the tokens."""
    cosine = float(np.clip((parts.vectors @ sentence.vectors[0]).max(), 0.0, 1.0))
    own = sentence.tokens[sentence.starts[0] : sentence.starts[1]]
    if not len(own) or not len(parts.tokens):
        return Nearness(cosine, cosine, cosine)
    met = np.sort(maxsim(own, parts.tokens, np.array([0, len(parts.tokens)], dtype=np.int64))[0])
    worst = met[: max(1, round(WEAKEST * len(met)))]
    return Nearness(cosine, float(met.mean()), float(worst.mean()))


def longest_subsequence(own: Sequence[str], other: Sequence[str]) -> int:
    """The length of the longest common subsequence (bit-parallel: Hyyrö, 2004)."""
    masks: dict[str, int] = {}
    for place, term in enumerate(own):
        masks[term] = masks.get(term, 0) | 1 << place
    full = (1 << len(own)) - 1
    row = full
    for term in other:
        shared = row & masks.get(term, 0)
        row = ((row + shared) | (row - shared)) & full
    return len(own) - row.bit_count()


@dataclass(frozen=True, slots=True)
class _Known:
    sequence: tuple[str, ...]
    terms: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    words: frozenset[str]


@lru_cache(maxsize=256)
def _known(passage: str, about: str) -> _Known:
    parts = parts_of(passage, about)
    sequence = tuple(term for part in parts for term in terms(part))
    words = frozenset(_WORD.findall(" ".join(parts).lower()))
    return _Known(sequence, frozenset(sequence), frozenset(pairwise(sequence)), words)
