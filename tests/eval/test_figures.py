import json
from pathlib import Path

import pytest

from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from eval import figures
from eval.errors import DatasetError
from eval.figures import measure_figures


def test_figures_into_a_file_and_a_table(
    dataset_folder: Path, letter_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "RETRIEVAL_FLOORS", {"tiny": 0.1, "absent": None})
    measure_figures(dataset_folder.parent, tmp_path / "docs", letter_settings, SilentProgress())
    measured = json.loads((tmp_path / "docs" / "figures.json").read_text())
    (floor,) = [figure for figure in measured["figures"] if figure["name"] == "ndcg@10"]
    assert (floor["dataset"], floor["n"], floor["asked"], floor["holds"]) == ("tiny", 4, "≥ 0.1", True)
    low, high = floor["interval_95"]
    assert low <= floor["value"] <= high
    page = (tmp_path / "docs" / "figures.md").read_text()
    assert "| ndcg@10 | tiny | 4 |" in page and "| yes |" in page


def test_a_missing_folder_is_named(letter_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere"):
        measure_figures(tmp_path / "nowhere", tmp_path, letter_settings, SilentProgress())
