import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from embeddings.dense_kinds import KINDS, SIEVE
from eval import scale
from eval.cli import app
from eval.errors import DatasetError, EvaluationError
from eval.scale import CONTENDERS, Point, Trial, lists, measure_scale, read_sizes
from eval.scale_page import JSON_FILE, PAGE_FILE, PLOT_FILE, write_scale
from tests.fakes import LetterEncoder


@pytest.fixture(autouse=True)
def few_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "QUESTIONS", 5)
    monkeypatch.setattr(scale, "DIMENSIONS", 32)
    monkeypatch.setattr(scale, "CACHE_BYTES", 800)


def test_every_kind_we_keep_is_measured_beside_the_others() -> None:
    names = [contender.name for contender in CONTENDERS]
    assert names[0] == "flat" and {kind.name for kind in KINDS} < set(names)
    for kind in KINDS:
        (contender,) = [each for each in CONTENDERS if each.name == kind.name]
        assert contender.recipe(1_000) == kind.recipe and kind.effort in contender.efforts(1_000)


def test_figures_of_each_size(letter_settings: Settings) -> None:
    report = measure_scale([300, 100, 100], [], letter_settings, LetterEncoder(), SilentProgress())
    assert [(size.vectors, size.questions, size.chosen) for size in report.sizes] == [
        (100, 5, "flat"),
        (300, 5, "flat"),
    ]
    assert report.real == () and report.encoding_p50_ms > 0
    for size in report.sizes:
        trials = {trial.name: trial for trial in size.trials}
        assert list(trials) == [contender.name for contender in CONTENDERS]
        (flat,) = trials["flat"].points
        assert (flat.recall_10, flat.recall_60) == (1, 1) and 0 < flat.p50_ms <= flat.p95_ms
        assert trials["fp16"].best.recall_10 > 0.95
        efforts = [point.recall_60 for point in trials["IVF flat"].points]
        assert efforts == sorted(efforts)
        assert trials["fp16"].megabytes is not None and trials["flat"].megabytes is not None
        assert trials["fp16"].megabytes < trials["flat"].megabytes


def test_a_build_that_would_take_too_long_is_not_tried(
    letter_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(scale, "LONGEST_BUILD_SECONDS", 0)
    report = measure_scale([100, 200], [], letter_settings, LetterEncoder(), SilentProgress())
    assert all(trial.points for trial in report.sizes[0].trials)
    assert [trial.name for trial in report.sizes[1].trials if trial.points] == ["flat"]
    write_scale(report, tmp_path)
    assert (tmp_path / PAGE_FILE).read_text().count("not built (≥ 0)") == len(CONTENDERS) - 1


def test_real_vectors_beside_as_many_made_up_ones(
    dataset_folder: Path, letter_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [json.dumps({"_id": f"d{n}", "title": f"Title {n:b}", "text": f"Number {n:b}."}) for n in range(80)]
    (dataset_folder / "corpus.jsonl").write_text("\n".join([(dataset_folder / "corpus.jsonl").read_text(), *rows]))
    report = measure_scale([100], [dataset_folder], letter_settings, LetterEncoder(), SilentProgress())
    real, made_up = report.real
    assert (real.source, made_up.source) == ("real (tiny)", "made up")
    assert real.vectors == made_up.vectors >= 80 and real.questions == made_up.questions == 4


def test_a_folder_that_is_no_data_set(tmp_path: Path, letter_settings: Settings) -> None:
    with pytest.raises(DatasetError, match=r"corpus\.jsonl"):
        measure_scale([100], [tmp_path], letter_settings, LetterEncoder(), SilentProgress())


def point(effort: float, recall_10: float, recall_60: float) -> Point:
    return Point(effort=effort, p50_ms=1, p95_ms=2, recall_10=recall_10, recall_60=recall_60)


def test_the_point_shown_is_the_least_effort_that_suffices() -> None:
    points = (point(8, 0.99, 0.9), point(16, 0.99, 0.98), point(32, 1, 1))
    assert Trial(name="x", build_seconds=1, megabytes=1, points=points).best.effort == 16
    assert Trial(name="x", build_seconds=1, megabytes=1, points=points[:1]).best.effort == 8
    short = (point(8, 0.97, 1), point(16, 0.9, 0.99))
    assert Trial(name="x", build_seconds=1, megabytes=1, points=short).best.effort == 8


def test_of_a_sieve_the_effort_is_shown_with_which_it_ships() -> None:
    points = (point(0.2, 1, 1), point(SIEVE.effort, 1, 0.99))
    assert Trial(name=SIEVE.name, build_seconds=1, megabytes=1, points=points).best.effort == SIEVE.effort


def test_lists_of_an_ivf_index() -> None:
    assert [lists(vectors) for vectors in (1, 100, 10_000, 1_000_000)] == [1, 2, 200, 2_000]


@pytest.mark.parametrize("text", ["", "many", "1000;2000", "1000,", "60", "1000,-5", "1.5"])
def test_sizes_that_are_none_are_sentences(text: str) -> None:
    with pytest.raises(EvaluationError, match=r"numbers between commas|above 60"):
        read_sizes(text)


def test_the_command_writes_its_three_files(tmp_path: Path) -> None:
    output = tmp_path / "docs" / "scale"
    result = CliRunner().invoke(app, ["scale", "--output", str(output), "--sizes", "100,200"])
    assert result.exit_code == 0, result.output
    measured = json.loads((output / JSON_FILE).read_text())
    assert [size["vectors"] for size in measured["sizes"]] == [100, 200]
    assert measured["machine"]["cores"] >= 1
    page = (output / PAGE_FILE).read_text()
    assert page.count("**flat**") == 2 and f"]({PLOT_FILE})" in page and "carry over" not in page
    assert (output / PLOT_FILE).read_text().startswith("<?xml")
