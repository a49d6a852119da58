from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval.bench.plot import draw_quality, draw_speed, require_matplotlib
from eval.bench.quality import SHOWN, set_quality
from eval.errors import EvaluationError

TITLES = {"footnote": "Footnote", "peer": "Peer"}


def text_of(file: Path) -> str:
    return " ".join(ElementTree.parse(file).getroot().itertext())


def test_quality_is_drawn_for_each_set_and_contender(tmp_path: Path) -> None:
    full = {name: {metric: {"q0": 1.0, "q1": 0.5} for metric in SHOWN} for name in TITLES}
    sets = [set_quality("first", full), set_quality("second", {"footnote": full["footnote"]})]
    draw_quality(sets, TITLES, tmp_path / "quality.svg")
    shown = text_of(tmp_path / "quality.svg")
    assert all(word in shown for word in ("first", "second", "Footnote", "Peer"))


def test_speed_is_a_panel_for_each_figure(tmp_path: Path) -> None:
    panels = {"memory, MB": {"footnote": 200.0, "peer": 900.0}, "cold start, s": {"footnote": 1.5}}
    draw_speed(panels, TITLES, tmp_path / "speed.svg")
    shown = text_of(tmp_path / "speed.svg")
    assert all(word in shown for word in ("memory, MB", "cold start, s", "Peer", "900", "1.5"))


def test_the_same_figures_are_the_same_file(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        draw_speed({"memory, MB": {"footnote": 200.0}}, TITLES, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_matplotlib_that_is_missing_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    require_matplotlib()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EvaluationError, match="install Footnote's extra `bench`"):
        require_matplotlib()
