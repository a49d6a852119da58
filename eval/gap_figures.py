"""How well gaps are told apart: questions whose intents are known are clustered without them."""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.improving.clustering import Labels, cluster_labels
from bot.improving.shared_sections import Nearness
from embeddings.encoders import Encoder, Vectors
from eval.errors import EvaluationError

QUESTIONS = 2000
RESAMPLES = 200
SEED = 20261122
INTENTS = ("intent", "missing_topic")
"""Under these names a row says what its question is about."""

FindNear = Callable[[Sequence[Path], Sequence[str]], Sequence[Nearness]]
"""The sections that each text comes near to, out of the corpora of the folders."""


@dataclass(frozen=True, slots=True)
class LabelledQuestions:
    """Questions of a data set, each with its intent; intents of other data sets have other names."""

    name: str
    texts: tuple[str, ...]
    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapFigures:
    """How the clusters of some questions agree with their intents: the adjusted Rand index (Hubert and Arabie 1985; 0
    by chance, 1 for the same groups) with its 95 % interval. `seconds` is encoding and clustering
    (a survey has the nearest passages before)."""

    name: str
    questions: int
    intents: int
    clusters: int
    alone: int
    index: float
    low: float
    high: float
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values under the field names."""
        return {name: getattr(self, name) for name in self.__slots__}


def measure_gaps(
    folders: Sequence[Path], encoder: Encoder, most: int = QUESTIONS, find_near: FindNear | None = None
) -> list[GapFigures]:
    """The figures of each data set, and of all of them mixed in equal parts as far as they go (where there are
    several). At most `most` questions at a time, drawn with a fixed seed. Without `find_near` as if there were no
    passage. EvaluationError."""
    sets = [labelled_questions(folder) for folder in folders]
    every = [([folder], _drawn(own, most)) for folder, own in zip(folders, sets, strict=True)]
    if len(sets) > 1:
        every.append((list(folders), _mixed(sets, most)))
    return [_figures(own, encoder, find_near(where, own.texts) if find_near else ()) for where, own in every]


def labelled_questions(folder: Path) -> LabelledQuestions:
    """All questions of a folder that name an intent, in a row of theirs or in `qrels/test.tsv`. EvaluationError when
    there are none."""
    relevant = _relevant(folder / "qrels" / "test.tsv")
    found: dict[str, str] = {}
    for file in sorted(folder.glob("*.jsonl")):
        if file.name == "corpus.jsonl":
            continue
        for row in _rows(file):
            intent = next((row[name] for name in INTENTS if row.get(name)), relevant.get(row.get("_id", "")))
            if intent and row.get("text", "").strip():
                found.setdefault(row["text"], f"{folder.name}/{intent}")
    if not found:
        raise EvaluationError(f"No question in {folder} says what it is about; give a folder with intents or qrels.")
    return LabelledQuestions(folder.name, tuple(found), tuple(found.values()))


def _rows(file: Path) -> list[dict[str, Any]]:
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise EvaluationError(f"The questions in {file} cannot be read: {error}.") from error
    return [row for row in rows if isinstance(row, dict)]


def _relevant(file: Path) -> dict[str, str]:
    """The document of each question that has exactly one."""
    if not file.is_file():
        return {}
    lines = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    found: dict[str, set[str]] = {}
    for parts in lines:
        if len(parts) == 3 and parts[2].strip() != "0":
            found.setdefault(parts[0], set()).add(parts[1])
    return {id_: next(iter(documents)) for id_, documents in found.items() if len(documents) == 1}


def _drawn(own: LabelledQuestions, most: int) -> LabelledQuestions:
    chance = random.Random(SEED)  # noqa: S311 - the same for everybody
    places = sorted(chance.sample(range(len(own.texts)), min(most, len(own.texts))))
    return LabelledQuestions(own.name, tuple(own.texts[at] for at in places), tuple(own.intents[at] for at in places))


def _mixed(sets: Sequence[LabelledQuestions], most: int) -> LabelledQuestions:
    """Equal parts; what a small set has too little of, the others give."""
    left = most
    texts: list[str] = []
    intents: list[str] = []
    for waiting, own in zip(
        range(len(sets), 0, -1), sorted(sets, key=lambda one: (len(one.texts), one.name)), strict=True
    ):
        part = _drawn(own, left // waiting)
        left -= len(part.texts)
        texts += part.texts
        intents += part.intents
    return LabelledQuestions("all mixed", tuple(texts), tuple(intents))


def _figures(own: LabelledQuestions, encoder: Encoder, near: Sequence[Nearness]) -> GapFigures:
    start = time.perf_counter()
    vectors: Vectors = encoder.encode_queries(own.texts).vectors
    labels = cluster_labels(own.texts, vectors, near)
    seconds = time.perf_counter() - start
    _, intents = np.unique(np.array(own.intents), return_inverse=True)
    index, low, high = _agreement(intents, labels)
    _, sizes = np.unique(labels, return_counts=True)
    return GapFigures(
        name=own.name,
        questions=len(own.texts),
        intents=int(intents.max()) + 1,
        clusters=int((sizes > 1).sum()),
        alone=int((sizes == 1).sum()),
        index=round(index, 4),
        low=round(low, 4),
        high=round(high, 4),
        seconds=round(seconds, 2),
    )


def _agreement(intents: Labels, labels: Labels) -> tuple[float, float, float]:
    """The index, and the 2.5 and 97.5 percentiles of it over random halves of the questions: their spread is about that
    of other questions of the same kind (a delete-half jackknife; drawing with replacement would count copies as
    agreement)."""
    from sklearn.metrics import adjusted_rand_score  # heavy

    chance = np.random.default_rng(SEED)
    halves = (chance.permutation(len(intents))[: len(intents) // 2] for _ in range(RESAMPLES))
    found = [adjusted_rand_score(intents[half], labels[half]) for half in halves]
    low, high = np.percentile(found, [2.5, 97.5])
    return float(adjusted_rand_score(intents, labels)), float(low), float(high)
