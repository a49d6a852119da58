import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval import cli
from eval.cli import app
from tests.eval.conftest import write_dataset


def test_retrieval_prints_json(dataset_folder: Path) -> None:
    result = CliRunner().invoke(app, ["retrieval", "--dataset", str(dataset_folder), "--limit", "2", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["queries"] == 2 and set(report["interval_95"]) == set(report["metrics"])


def test_retrieval_for_a_person(dataset_folder: Path) -> None:
    shown = CliRunner().invoke(app, ["retrieval", "--dataset", str(dataset_folder)]).stdout
    assert "tiny: 4 questions" in shown and "ndcg@10" in shown


def test_robustness_prints_json_of_several_sets(dataset_folder: Path) -> None:
    given = ["--dataset", str(dataset_folder), "--dataset", str(dataset_folder), "--limit", "2", "--json"]
    result = CliRunner().invoke(app, ["robustness", *given])
    assert result.exit_code == 0, result.output
    sets = json.loads(result.stdout)["datasets"]
    assert [each["queries"] for each in sets] == [2, 2] and "few slips" in sets[0]["perturbations"]


def test_robustness_for_a_person(dataset_folder: Path) -> None:
    shown = CliRunner().invoke(app, ["robustness", "--dataset", str(dataset_folder)]).stdout
    assert "tiny: 4 questions" in shown and "pasted error" in shown and "success@1" in shown


def fit_arguments(tmp_path: Path, *more: str) -> list[str]:
    folders = [write_dataset(tmp_path / name) for name in ("one", "two")]
    sets = [part for folder in folders for part in ("--dataset", str(folder))]
    files = ["--ranking", str(tmp_path / "ranking.json"), "--confidence", str(tmp_path / "confidence.json")]
    return ["fit", *sets, *files, *more]


def test_fit_for_a_person(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, fit_arguments(tmp_path))
    assert result.exit_code == 0, result.output
    for told in ("their mean", "the prior stays", "lexical", "Brier score", "names instead of likeness", "chosen"):
        assert told in result.stdout
    assert (tmp_path / "ranking.json").is_file() and (tmp_path / "confidence.json").is_file()


def test_fit_prints_json_of_one_of_the_two(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, fit_arguments(tmp_path, "--only", "ranking", "--limit", "3", "--json"))
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert [row["n"] for row in report["ranking"]["datasets"]] == [3, 3] and report["confidence"] is None
    assert not (tmp_path / "confidence.json").exists()


def test_a_folder_that_is_no_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["footnote-eval", "retrieval", "--dataset", str(tmp_path)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    assert "corpus.jsonl" in capsys.readouterr().err
