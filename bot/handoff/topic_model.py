"""What a message reads like to somebody who has read many: which topic of the policy, and how surely.

Phrases find what their writer thought of. This model finds the rest: a logistic regression over the vector that the
encoder gives the message, and over its words and pairs of words. It belongs to one encoder; with any other it is off,
and the phrases alone decide.
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.errors import ConfigurationError
from bot.handoff.wording import Wording
from knowledge.sentences import sentence_spans

MODEL_FILE = Path(__file__).with_name("topic_model.json")
VERSION = 1
LEAST_KNOWN = 0.5
"""Share of a message's words that the model must know: of a language that it was not taught it says nothing."""
PIECE_WORDS = 60
"""A longer message is read in pieces of whole sentences: an encoder keeps little of one sentence among many."""
WORDS_TOLD = 3
_END = "."
_NO_WORDS = frozenset({_END, ","})


@dataclass(frozen=True, slots=True)
class TopicGuess:
    """A topic that a message reads like, with the probability that any topic fits it, from 0 to 1, and the customer's
    words that count most for it; a guess is only made where the probability reaches the model's threshold."""

    topic: str
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """What a word or pair of words counts: how much it informs, and for (or, below 0, against) any topic."""

    information: float
    weight: float


@dataclass(frozen=True, slots=True)
class Direction:
    """A logit over vectors: intercept + weights · vector; `weights` has the shape (dimensions,)."""

    intercept: float
    weights: NDArray[np.float64]

    def logit(self, vector: NDArray[np.float32]) -> float:
        """For one unit vector of shape (dimensions,)."""
        return self.intercept + float(self.weights @ vector)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicModel:
    """`called` and `words` tell whether any topic fits, `topics` which of them; `encoder` is the identity of the one
    whose vectors it reads, `provenance` says on what it was fitted."""

    encoder: str
    called: Direction
    words: Mapping[str, Word]
    topics: Mapping[str, Direction]
    threshold: float
    provenance: str

    def fits(self, identity: str) -> bool:
        """Whether the model reads the vectors of the encoder with this identity."""
        return identity == self.encoder

    def guesses(self, pieces: Sequence[str], vectors: NDArray[np.float32], wording: Wording) -> tuple[TopicGuess, ...]:
        """The topics that the pieces of a message read like, the surest first; none where none is sure enough.

        `pieces` are those of `pieces_of`, `vectors` has the shape (pieces, dimensions), and `wording` is the policy's.
        """
        found = (self._guess(*piece, wording) for piece in zip(pieces, vectors, strict=True))
        return tuple(sorted((guess for guess in found if guess), key=lambda guess: -guess.probability))

    def probability(self, grams: Counter[str], vector: NDArray[np.float32]) -> float:
        """That any topic fits a text with these words (`grams_of`); 0 where the model knows too few of them."""
        return self._probability(self._counts(grams), vector) if self._reads(grams) else 0.0

    def _guess(self, text: str, vector: NDArray[np.float32], wording: Wording) -> TopicGuess | None:
        grams = grams_of(text, wording)
        probability = self.probability(grams, vector)
        if probability < self.threshold:
            return None
        topic = max(self.topics, key=lambda name: self.topics[name].logit(vector))
        counts = self._counts(grams)
        most = sorted((gram for gram, count in counts.items() if count > 0), key=lambda gram: -counts[gram])
        return TopicGuess(topic, probability, tuple(most[:WORDS_TOLD]))

    def _probability(self, counts: Mapping[str, float], vector: NDArray[np.float32]) -> float:
        return 1 / (1 + math.exp(-self.called.logit(vector) - sum(counts.values())))

    def _counts(self, grams: Counter[str]) -> dict[str, float]:
        """What each gram adds to the logit."""
        values = informed(grams, {gram: self.words[gram].information for gram in grams if gram in self.words})
        return {gram: value * self.words[gram].weight for gram, value in values.items()}

    def _reads(self, grams: Counter[str]) -> bool:
        words = [gram for gram in grams.elements() if " " not in gram and gram not in _NO_WORDS]
        return bool(words) and sum(word in self.words for word in words) >= LEAST_KNOWN * len(words)


def grams_of(text: str, wording: Wording) -> Counter[str]:
    """The words of a text and its pairs of neighbours, as the policy spells them, with the ends of sentences."""
    words = [word for sentence in wording.sentences(text) for word in (*sentence.split(), _END)][:-1]
    return Counter([*words, *(f"{left} {right}" for left, right in pairwise(words))])


def informed(grams: Mapping[str, int], information: Mapping[str, float]) -> dict[str, float]:
    """tf-idf of the grams with `information`, with 1 + ln(tf), as a vector of length 1."""
    values = {gram: (1 + math.log(grams[gram])) * known for gram, known in information.items()}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return {gram: value / length for gram, value in values.items()}


def pieces_of(message: str) -> tuple[str, ...]:
    """The message itself, or a long one in pieces of up to 60 words, of whole sentences where they are short enough."""
    if len(message.split()) <= PIECE_WORDS:
        return (message,)
    return tuple(" ".join(piece) for piece in _together(message))


@cache
def load_topic_model(file: Path = MODEL_FILE) -> TopicModel:
    """The model that ships with Footnote, or another one of its form. Raises ConfigurationError."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if values["version"] != VERSION:
            raise ConfigurationError(
                f"{file} holds a model of topics in version {values['version']!r}, not {VERSION}; fit it again."
            )
        return TopicModel(
            encoder=values["encoder"],
            called=_direction(values["called"]),
            words={gram: Word(float(known), float(weight)) for gram, (known, weight) in values["words"].items()},
            topics={name: _direction(topic) for name, topic in values["topics"].items()},
            threshold=float(values["threshold"]),
            provenance=values["provenance"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as a model of topics ({error!r}); `footnote-eval fit-topics` writes such files."
        ) from error


def topics_sha256(file: Path = MODEL_FILE) -> str:
    """The checksum of the model's file, which names the model."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _direction(values: Mapping[str, Any]) -> Direction:
    return Direction(float(values["intercept"]), np.array(values["weights"], dtype=np.float64))


def _together(message: str) -> Iterator[list[str]]:
    """The words of a message, in pieces."""
    piece: list[str] = []
    for start, end in sentence_spans(message):
        words = message[start:end].split()
        if piece and len(piece) + len(words) > PIECE_WORDS:
            yield piece
            piece = []
        piece += words
        while len(piece) > PIECE_WORDS:
            yield piece[:PIECE_WORDS]
            piece = piece[PIECE_WORDS:]
    if piece:
        yield piece
