"""Fits the model that tells from a message's vector and words which topic of the policy it is about."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from bot.handoff.topic_model import VERSION, Direction, TopicModel, Word, grams_of, informed
from bot.handoff.wording import Wording
from eval.errors import EvaluationError
from eval.escalation import percent_of

LEAST_TEXTS = 3
"""A word that stands in fewer of the texts is left out."""
WORDS_SHARE = 1.5
"""The length of what words tell, beside a vector of length 1."""
COST = 5.0
"""Inverse of the ridge: scikit-learn's C."""
ORDINARY_COUNTS: Mapping[str, float] = {
    "banking77": 0.5,
    "corvane": 0.5,
    "corvane_articles": 0.05,
    "emanual_smart_tv": 0.2,
    "stackfaq_webapps": 0.1,
    "clinc150_oos": 0.05,
    "escalation_intents": 0.05,
}
"""What an ordinary question of a set counts beside a written case: the more, the more it is like one at a help desk."""
HELP_DESKS = ("banking77", "corvane", "emanual_smart_tv", "stackfaq_webapps")
"""The sets of questions to a help desk."""
FALSE_CALLS = 0.005
"""The threshold is reached by so many of their ordinary questions, which the folds have not seen."""
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Lesson:
    """A message with the topics that fit, none for one that no person must answer, and its unit vector. `ordinary`
    names the public set that an ordinary question is from."""

    id: str
    text: str
    topics: frozenset[str]
    vector: NDArray[np.float32]
    ordinary: str | None = None


@dataclass(frozen=True, slots=True)
class TopicFit:
    """The model, and how many reach its threshold by the folds that they were left out of: of the written messages with
    a topic, of those without, and of the ordinary questions by set, each as (reached, all)."""

    model: TopicModel
    found: tuple[int, int]
    look_alikes: tuple[int, int]
    ordinary: Mapping[str, tuple[int, int]]

    def to_json(self) -> dict[str, Any]:
        """What `footnote-eval fit-topics` tells."""
        return {
            "words": len(self.model.words),
            "threshold": self.model.threshold,
            "left_out": {
                "found": self.found,
                "look_alikes_taken": self.look_alikes,
                "ordinary_taken": dict(self.ordinary),
            },
        }


def fit_topics(lessons: Sequence[Lesson], encoder: str, wording: Wording) -> TopicFit:
    """The model of all lessons, some of which must be ordinary questions to a help desk. Their ids are unique."""
    grams = {lesson.id: grams_of(lesson.text, wording) for lesson in lessons}
    left_out = _left_out(lessons, grams, encoder)
    sets = np.array([lesson.ordinary or "" for lesson in lessons])
    called = np.array([bool(lesson.topics) for lesson in lessons])
    threshold = math.ceil(1000 * float(np.quantile(left_out[np.isin(sets, HELP_DESKS)], 1 - FALSE_CALLS))) / 1000

    def reached(rows: NDArray[np.bool_]) -> tuple[int, int]:
        return int((left_out[rows] >= threshold).sum()), int(rows.sum())

    names = sorted(set(sets.tolist()) - {""})
    ordinary = {name: reached(sets == name) for name in names}
    counts = ", ".join(f"{name} ({count})" for name, (_, count) in ordinary.items())
    told = f"footnote-eval fit-topics; {int((sets == '').sum())} written messages, ordinary questions of {counts}"
    model = _fitted(lessons, grams, encoder, threshold, told)
    return TopicFit(model, reached(called), reached(~called & (sets == "")), ordinary)


def write_topic_model(model: TopicModel, file: Path) -> None:
    """Write what `load_topic_model` reads. EvaluationError when it cannot be written."""
    values = {
        "version": VERSION,
        "encoder": model.encoder,
        "provenance": model.provenance,
        "threshold": model.threshold,
        "called": _direction(model.called),
        "topics": {name: _direction(direction) for name, direction in model.topics.items()},
        "words": {gram: [round(word.information, 3), round(word.weight, 3)] for gram, word in model.words.items()},
    }
    try:
        file.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"The model of topics cannot be written to {file}: {error}. Mend the path.") from error


def _left_out(lessons: Sequence[Lesson], grams: Mapping[str, Counter[str]], encoder: str) -> NDArray[np.float64]:
    """The probability of each lesson by the model of the folds without it."""
    folds = np.array([percent_of("fold " + lesson.id) % FOLDS for lesson in lessons])
    found = np.zeros(len(lessons))
    for fold in range(FOLDS):
        taught = [lesson for lesson, own in zip(lessons, folds, strict=True) if own != fold]
        model = _fitted(taught, grams, encoder, 0.5, "")
        for place in np.flatnonzero(folds == fold).tolist():
            lesson = lessons[place]
            found[place] = model.probability(grams[lesson.id], lesson.vector)
    return found


def _fitted(
    lessons: Sequence[Lesson], grams: Mapping[str, Counter[str]], encoder: str, threshold: float, provenance: str
) -> TopicModel:
    own = [grams[lesson.id] for lesson in lessons]
    vectors = np.array([lesson.vector for lesson in lessons], dtype=np.float64)
    information = _information(own)
    features = hstack([csr_matrix(vectors), WORDS_SHARE * _matrix(own, information)]).tocsr()
    called = np.array([bool(lesson.topics) for lesson in lessons])
    counts = np.array([_counts(lesson) for lesson in lessons])
    fitted = LogisticRegression(C=COST, max_iter=3000).fit(features, called, sample_weight=counts)
    weights, width = fitted.coef_[0], vectors.shape[1]
    words = {
        gram: Word(known, WORDS_SHARE * float(weight))
        for (gram, known), weight in zip(information.items(), weights[width:], strict=True)
    }
    return TopicModel(
        encoder=encoder,
        called=Direction(float(fitted.intercept_[0]), weights[:width]),
        words=words,
        topics=_which(lessons, vectors),
        threshold=threshold,
        provenance=provenance,
    )


def _which(lessons: Sequence[Lesson], vectors: NDArray[np.float64]) -> dict[str, Direction]:
    """Which topic, where one fits: fitted on the messages with a topic alone."""
    about = [place for place, lesson in enumerate(lessons) if lesson.topics]
    topics = sorted({topic for place in about for topic in lessons[place].topics})
    rows = [(place, topic) for place in about for topic in sorted(lessons[place].topics)]
    shares = [1 / len(lessons[place].topics) for place, _ in rows]
    fitted = LogisticRegression(C=COST, max_iter=3000).fit(
        vectors[[place for place, _ in rows]], [topics.index(topic) for _, topic in rows], sample_weight=shares
    )
    weights, intercepts = fitted.coef_, fitted.intercept_
    if len(topics) == 2:  # scikit-learn then only tells what speaks for the second
        weights, intercepts = np.concatenate([-weights, weights]), np.concatenate([-intercepts, intercepts])
    return {topic: Direction(float(intercepts[number]), weights[number]) for number, topic in enumerate(topics)}


def _information(texts: Sequence[Counter[str]]) -> dict[str, float]:
    """ln((1 + texts) / (1 + texts with it)) + 1 of every gram, in the order of the alphabet."""
    held = Counter(gram for text in texts for gram in text)
    return {
        gram: math.log((1 + len(texts)) / (1 + count)) + 1
        for gram, count in sorted(held.items())
        if count >= LEAST_TEXTS
    }


def _matrix(texts: Sequence[Counter[str]], information: Mapping[str, float]) -> csr_matrix:
    places = {gram: place for place, gram in enumerate(information)}
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        for gram, value in informed(text, {gram: information[gram] for gram in text if gram in places}).items():
            rows.append(row)
            columns.append(places[gram])
            values.append(value)
    return csr_matrix((values, (rows, columns)), shape=(len(texts), len(places)))


def _direction(direction: Direction) -> dict[str, Any]:
    return {
        "intercept": round(direction.intercept, 4),
        "weights": [round(float(weight), 4) for weight in direction.weights],
    }


def _counts(lesson: Lesson) -> float:
    return ORDINARY_COUNTS[lesson.ordinary] if lesson.ordinary else 1.0
