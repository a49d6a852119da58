import json
from pathlib import Path

import numpy as np
import pytest

from bot.handoff.policy import load_policy
from bot.handoff.topic_model import grams_of, load_topic_model
from eval.errors import EvaluationError
from eval.topics_fit import HELP_DESKS, Lesson, TopicFit, fit_topics, write_topic_model

WORDING = load_policy().wording


def lessons() -> list[Lesson]:
    """Theft lies along the second axis, lawyers along the third, ordinary questions along the first."""
    source = np.random.default_rng(5)

    def lesson(id_: str, text: str, axis: int, *topics: str, ordinary: str | None = None) -> Lesson:
        vector = np.eye(3)[axis] + source.normal(0, 0.05, 3)
        return Lesson(id_, text, frozenset(topics), (vector / np.linalg.norm(vector)).astype(np.float32), ordinary)

    return [
        *(lesson(f"f{number}", f"my money is gone {number}", 1, "funds_missing") for number in range(30)),
        *(lesson(f"l{number}", f"a lawyer will write {number}", 2, "legal") for number in range(30)),
        *(lesson(f"n{number}", f"how do i see my money {number}", 0) for number in range(30)),
        *(lesson(f"o{number}", f"how do i trade {number}", 0, ordinary=HELP_DESKS[0]) for number in range(60)),
    ]


@pytest.fixture(scope="module")
def fit() -> TopicFit:
    return fit_topics(lessons(), "axes", WORDING)


def test_what_can_be_told_apart_is(fit: TopicFit) -> None:
    vector = np.eye(3, dtype=np.float32)
    model = fit.model
    (stolen,) = model.guesses(["my money is gone"], vector[[1]], WORDING)
    (sued,) = model.guesses(["a lawyer will write"], vector[[2]], WORDING)
    assert (stolen.topic, sued.topic) == ("funds_missing", "legal")
    assert model.guesses(["how do i see my money"], vector[[0]], WORDING) == ()


def test_the_threshold_is_decided_by_what_the_folds_left_out(fit: TopicFit) -> None:
    told = fit.to_json()["left_out"]
    assert told["found"] == (60, 60)
    assert told["look_alikes_taken"][1] == 30
    reached, of = told["ordinary_taken"][HELP_DESKS[0]]
    assert (of, reached <= 1) == (60, True)


def test_words_of_fewer_than_three_texts_are_left_out(fit: TopicFit) -> None:
    assert {"gone", "is gone", "lawyer"} <= set(fit.model.words)
    assert "45" not in fit.model.words  # stands in one question


def test_a_fit_is_the_same_again(fit: TopicFit) -> None:
    again = fit_topics(lessons(), "axes", WORDING)
    assert again.model.threshold == fit.model.threshold
    assert again.model.words == fit.model.words


def test_what_is_written_is_read(fit: TopicFit, tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    write_topic_model(fit.model, file)
    read = load_topic_model(file)
    assert read.fits("axes")
    grams, vector = grams_of("my money is gone", WORDING), np.eye(3, dtype=np.float32)[1]
    assert read.probability(grams, vector) == pytest.approx(fit.model.probability(grams, vector), abs=1e-2)
    assert json.loads(file.read_text(encoding="utf-8"))["provenance"].startswith("footnote-eval fit-topics")


def test_a_path_that_cannot_be_written_is_named(fit: TopicFit, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_topic_model(fit.model, tmp_path / "nowhere" / "model.json")
