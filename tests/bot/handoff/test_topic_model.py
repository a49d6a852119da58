import json
import math
from pathlib import Path

import numpy as np
import pytest

from bot.errors import ConfigurationError
from bot.handoff.policy import load_policy
from bot.handoff.topic_model import (
    MODEL_FILE,
    PIECE_WORDS,
    Direction,
    TopicModel,
    Word,
    grams_of,
    informed,
    load_topic_model,
    pieces_of,
)

WORDING = load_policy().wording
CALM, ALARM = np.array([[1.0, 0.0]], dtype=np.float32), np.array([[0.0, 1.0]], dtype=np.float32)


def direction(intercept: float, *weights: float) -> Direction:
    return Direction(intercept, np.array(weights))


MODEL = TopicModel(
    encoder="letters",
    called=direction(-1.0, 0.0, 2.0),
    words={
        "gone": Word(1.0, 1.5),
        "is gone": Word(1.0, 1.5),
        "how": Word(1.0, -3.0),
        "it": Word(1.0, 0.0),
        "is": Word(1.0, 0.0),
    },
    topics={"fraud": direction(0.0, 1.0, 0.0), "funds_missing": direction(0.0, 0.0, 1.0)},
    threshold=0.8,
    provenance="by hand",
)


def test_a_guess_by_hand() -> None:
    (guess,) = MODEL.guesses(["it is gone"], ALARM, WORDING)
    logit = -1.0 + 2.0 + 2 * 1.5 / math.sqrt(4)  # "it", "is", "gone" and "is gone", each of them once
    assert guess.probability == pytest.approx(1 / (1 + math.exp(-logit)))
    assert (guess.topic, set(guess.words)) == ("funds_missing", {"gone", "is gone"})


@pytest.mark.parametrize("text", ["how is it", "how"])
def test_words_speak_against_a_call(text: str) -> None:
    assert MODEL.guesses([text], ALARM, WORDING) == ()


def test_below_the_threshold_there_is_no_guess() -> None:
    assert MODEL.guesses(["it is gone"], CALM, WORDING) == ()


@pytest.mark.parametrize("text", ["mi dinero gone no esta", "钱 gone 不见了", "", "…", "1234"])
def test_of_words_it_does_not_know_it_says_nothing(text: str) -> None:
    assert MODEL.probability(grams_of(text, WORDING), ALARM[0]) == 0.0


def test_the_surest_piece_comes_first() -> None:
    both = np.concatenate([ALARM * 0.9, ALARM])
    guesses = MODEL.guesses(["gone", "is gone"], both, WORDING)
    assert [guess.probability for guess in guesses] == sorted((guess.probability for guess in guesses), reverse=True)
    assert len(guesses) == 2


def test_each_piece_needs_its_vector() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        MODEL.guesses(["gone", "is gone"], ALARM, WORDING)


def test_grams_are_words_pairs_and_ends() -> None:
    assert grams_of("It's GONE. Help!", WORDING) == {
        "its": 1, "gone": 1, ".": 1, "help": 1, "its gone": 1, "gone .": 1, ". help": 1,
    }  # fmt: skip


def test_informed_has_length_one() -> None:
    values = informed({"a": 1, "b": 3}, {"a": 2.0, "b": 1.0})
    assert values["b"] / values["a"] == pytest.approx((1 + math.log(3)) / 2)
    assert sum(value**2 for value in values.values()) == pytest.approx(1)
    assert informed({"a": 1}, {}) == {}


def test_a_short_message_is_one_piece() -> None:
    assert pieces_of("My coins are gone. Please help.") == ("My coins are gone. Please help.",)


def test_a_long_message_is_read_in_pieces_that_lose_nothing() -> None:
    message = "I sat in the garden and read. " * 20 + "Somebody is in my account. " + "word " * 150
    pieces = pieces_of(message)
    assert " ".join(pieces).split() == message.split()
    assert all(0 < len(piece.split()) <= PIECE_WORDS for piece in pieces)
    assert any("Somebody is in my account." in piece for piece in pieces)


def test_the_model_that_ships_reads_the_default_encoders_vectors() -> None:
    model = load_topic_model()
    assert {topic.name for topic in load_policy().topics} == set(model.topics)
    assert {len(each.weights) for each in (model.called, *model.topics.values())} == {len(model.called.weights)}
    assert 0 < model.threshold < 1
    assert model.fits(model.encoder)
    assert not model.fits("another encoder")
    assert "footnote-eval fit-topics" in model.provenance
    assert MODEL_FILE.stat().st_size < 800_000


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda values: values.update(version=2), "version 2, not 1"),
        (lambda values: values.pop("called"), "cannot be read"),
        (lambda values: values.update(words={"a": [1]}), "cannot be read"),
        (lambda values: values.update(threshold="high"), "cannot be read"),
    ],
)
def test_a_file_that_is_no_model_is_refused(spoil, message: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    values = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    spoil(values)
    file = tmp_path / "model.json"
    file.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        load_topic_model(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.json"):
        load_topic_model(tmp_path / "nowhere.json")
