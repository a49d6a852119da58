import json
from pathlib import Path

import pytest

from eval.cases import load_dataset
from eval.errors import DatasetError


def write(
    folder: Path, queries: list[str], qrels: str = "query-id\tcorpus-id\tscore\nq1\ta\t1\nq2\tb\t2\nq2\tc\t0\n"
) -> Path:
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text('{"_id": "a", "title": "A", "text": "alpha"}\n')
    (folder / "queries.jsonl").write_text("\n".join(queries))
    (folder / "qrels" / "test.tsv").write_text(qrels)
    return folder


def query(id: str, text: str = "?") -> str:
    return json.dumps({"_id": id, "text": text})


def test_reads_cases_in_order(tmp_path: Path) -> None:
    dataset = load_dataset(write(tmp_path / "set", [query("q2"), query("q1"), query("unjudged")]))
    assert [case.id for case in dataset.cases] == ["q2", "q1"]
    assert dataset.cases[0].relevant == {"b": 2}
    assert dataset.name == "set"


def test_limit_takes_the_first_rows(tmp_path: Path) -> None:
    dataset = load_dataset(write(tmp_path / "set", [query("q2"), query("q1")]), limit=1)
    assert [case.id for case in dataset.cases] == ["q2"]


@pytest.mark.parametrize("gone", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, gone: str) -> None:
    folder = write(tmp_path / "set", [query("q1")])
    (folder / gone).unlink()
    with pytest.raises(DatasetError, match=gone):
        load_dataset(folder)


@pytest.mark.parametrize("line", ["{not json", '{"_id": "q1"}', '["q1"]', '{"_id": 1, "text": "?"}'])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(DatasetError, match="Line 2"):
        load_dataset(write(tmp_path / "set", [query("q1"), line]))


def test_a_bad_qrels_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"Line 2 of .*test.tsv"):
        load_dataset(write(tmp_path / "set", [query("q1")], qrels="query-id\tcorpus-id\tscore\nq1 a 1\n"))
