import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.answering.calibration import (
    BAR_OF_UNREADABLE,
    CalibratedThreshold,
    Unreadable,
    bar,
    calibration_file,
    read_calibration,
    threshold_of,
    write_calibration,
)
from bot.errors import ConfigurationError
from bot.handoff.escalation import SURE_DESPITE_TOPIC
from tests.fakes import calibration

INDEX, CONFIG = "a" * 64, "c" * 16
OTHER_INDEX, OTHER_CONFIG = "b" * 64, "d" * 16


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return calibration_file(tmp_path)


def test_what_is_written_is_read(file: Path) -> None:
    made = calibration(threshold=0.123456789012345678, made_at=datetime(2026, 11, 21, 22, 30, tzinfo=UTC))
    write_calibration(file, made)
    assert read_calibration(file) == made
    assert [entry.name for entry in file.parent.iterdir()] == ["calibration.json"]


def test_a_later_one_takes_its_place(file: Path) -> None:
    write_calibration(file, calibration(n=400))
    write_calibration(file, calibration(n=500))
    assert read_calibration(file) == calibration(n=500)


def test_a_folder_that_is_not_there(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_calibration(file.parent / "nowhere" / "calibration.json", calibration())


def test_no_file_is_no_calibration(file: Path) -> None:
    assert read_calibration(file) is None
    found = threshold_of(None, INDEX, CONFIG, 0.5)
    assert (found.value, found.state) == (0.5, "none") and "promises no risk" in found.sentence


@pytest.mark.parametrize("threshold", [0.3, 0.9])
def test_one_for_this_index_and_configuration_decides(threshold: float) -> None:
    found = threshold_of(calibration(threshold=threshold), INDEX, CONFIG, 0.5)
    assert (found.value, found.state) == (threshold, "valid")
    assert "at most 5 % of the answers are wrong, with probability 0.95" in found.sentence


@pytest.mark.parametrize(
    ("index", "config", "said"),
    [
        (OTHER_INDEX, CONFIG, "another index and promises"),
        (INDEX, OTHER_CONFIG, "another configuration and promises"),
        (OTHER_INDEX, OTHER_CONFIG, "another index and another configuration and promises"),
    ],
)
@pytest.mark.parametrize(("threshold", "strictest"), [(0.3, 0.5), (0.9, 0.9)])
def test_of_a_stale_one_the_stricter_counts(
    index: str, config: str, said: str, threshold: float, strictest: float
) -> None:
    found = threshold_of(calibration(threshold=threshold), index, config, 0.5)
    assert (found.value, found.state) == (strictest, "stale")
    assert said in found.sentence and "footnote-eval calibrate --write" in found.sentence


def changed(**values: Any) -> bytes:
    return json.dumps({**json.loads(calibration().model_dump_json()), **values}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"{}",
        changed(threshold=float("nan")),
        changed(threshold=-0.1),
        changed(threshold=1.5),
        changed(alpha=0),
        changed(delta=1),
        changed(n=0),
        changed(format=2),
        changed(index_sha256="aa"),
        changed(made_at="2026-11-21T22:30:00"),
        changed(more=1),
        calibration().model_dump_json().encode()[:-20],
    ],
)
def test_what_cannot_be_read_asks_for_the_strictest(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    found = read_calibration(file)
    assert isinstance(found, Unreadable) and str(file) in found.sentence
    threshold = threshold_of(found, INDEX, CONFIG, 0.5)
    assert (threshold.value, threshold.state) == (BAR_OF_UNREADABLE, "stale")
    assert found.sentence in threshold.sentence
    assert threshold_of(found, INDEX, CONFIG, 0.95).value == 0.95


def test_a_folder_in_its_place_is_unreadable(file: Path) -> None:
    file.mkdir()
    assert isinstance(read_calibration(file), Unreadable)


def test_the_bar_of_an_unreadable_one_is_that_of_sensitive_topics() -> None:
    assert BAR_OF_UNREADABLE == SURE_DESPITE_TOPIC


def test_the_file_is_followed_while_it_changes(file: Path) -> None:
    threshold = CalibratedThreshold(file, CONFIG, 0.5)
    assert threshold.of(INDEX).state == "none"
    write_calibration(file, calibration(threshold=0.6))
    assert threshold.of(INDEX).value == threshold.of(INDEX).value == 0.6
    write_calibration(file, calibration(threshold=0.61))
    assert threshold.of(INDEX).value == 0.61
    assert threshold.of(OTHER_INDEX).state == "stale"
    file.write_text("gone wrong")
    assert threshold.of(INDEX).value == BAR_OF_UNREADABLE
    file.unlink()
    assert threshold.of(INDEX).value == 0.5


def test_it_is_read_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_calibration(file, calibration())
    threshold, read = CalibratedThreshold(file, CONFIG, 0.5), []
    monkeypatch.setattr(
        "bot.answering.calibration.read_calibration", lambda file: read.append(file) or read_calibration(file)
    )
    assert {threshold.of(INDEX).value for _ in range(9)} == {0.7}
    assert len(read) == 1


def test_a_number_that_is_given_counts_whatever_was_calibrated(file: Path) -> None:
    write_calibration(file, calibration())
    assert bar(0.0, INDEX).value == 0.0
    assert bar(CalibratedThreshold(file, CONFIG, 0.5), INDEX).value == 0.7
    assert bar(CalibratedThreshold(file, CONFIG, 0.5), None).value == 0.5, "nothing was searched, so nothing is asked"
