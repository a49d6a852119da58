import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.answering.confidence import SIGNALS, load_confidence_model
from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from eval.errors import DatasetError
from eval.fitting import Sample, fit, fit_confidence, left_out
from tests.eval.conftest import write_dataset


def sample(name: str, seed: int, n: int = 400) -> Sample:
    """Right exactly when the first signal is above a half; the second speaks against it, the rest is noise."""
    rng = np.random.default_rng(seed)
    signals = rng.random((n, len(SIGNALS)))
    right = signals[:, 0] > 0.5
    signals[:, 1] = 1 - signals[:, 0]
    return Sample(name, signals, right)


def test_the_signal_that_decides_gets_the_weight_and_none_is_negative() -> None:
    _, weights = fit([sample("a", 1), sample("b", 2)])
    assert weights.argmax() == 0 and (weights >= 0).all()
    assert weights[1] == 0


def test_left_out_is_judged_by_the_others() -> None:
    row = left_out([sample("a", 1), sample("b", 2)], 1)
    assert (row.dataset, row.n) == ("b", 400)
    assert row.auroc_right > 0.99 and row.brier < 0.1


def test_from_data_sets_to_a_model_file(tmp_path: Path, letter_settings: Settings) -> None:
    folders = [write_dataset(tmp_path / name) for name in ("one", "two")]
    rows = fit_confidence(folders, tmp_path / "model.json", letter_settings, SilentProgress(), None, date(2026, 11, 21))
    assert [row.dataset for row in rows] == ["one", "two"]
    assert [row.n for row in rows] == [5, 5]
    model = load_confidence_model(tmp_path / "model.json")
    assert set(model.weights) == set(SIGNALS)
    assert "2026-11-21, on one (5), two (5)" in json.loads((tmp_path / "model.json").read_text())["provenance"]


def test_one_data_set_is_not_enough(dataset_folder: Path, letter_settings: Settings) -> None:
    with pytest.raises(DatasetError, match="at least two"):
        fit_confidence([dataset_folder], Path("m.json"), letter_settings, SilentProgress(), None, date(2026, 11, 21))
