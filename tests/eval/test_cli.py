import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval import cli
from eval.cli import app


def test_retrieval_prints_json(dataset_folder: Path) -> None:
    result = CliRunner().invoke(app, ["retrieval", "--dataset", str(dataset_folder), "--limit", "2", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["queries"] == 2 and set(report["interval_95"]) == set(report["metrics"])


def test_retrieval_for_a_person(dataset_folder: Path) -> None:
    shown = CliRunner().invoke(app, ["retrieval", "--dataset", str(dataset_folder)]).stdout
    assert "tiny: 4 questions" in shown and "ndcg@10" in shown


def test_a_folder_that_is_no_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["footnote-eval", "retrieval", "--dataset", str(tmp_path)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    assert "corpus.jsonl" in capsys.readouterr().err
