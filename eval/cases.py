"""Data sets in the form of BEIR (https://arxiv.org/abs/2104.08663): a corpus, questions, and which documents answer
them."""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import DatasetError


@dataclass(frozen=True, slots=True)
class Case:
    """One question and the ids of the documents that answer it, each with its grade (1 and up)."""

    id: str
    text: str
    relevant: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A folder with `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`."""

    folder: Path
    cases: tuple[Case, ...]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def corpus_file(self) -> Path:
        """The documents."""
        return self.folder / "corpus.jsonl"

    def corpus_sha256(self) -> str:
        """The checksum of the documents' file, as hexadecimal digits."""
        return hashlib.sha256(self.corpus_file.read_bytes()).hexdigest()


def load_dataset(folder: Path, limit: int | None = None) -> Dataset:
    """The data set in `folder`: the first `limit` questions in file order, those without a relevant document left out.

    Raises DatasetError when a file is missing or a line of it cannot be read.
    """
    folder = folder.resolve()
    for needed in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        if not (folder / needed).is_file():
            raise DatasetError(
                f"The data set {folder} has no {needed}; "
                "a BEIR folder needs corpus.jsonl, queries.jsonl and qrels/test.tsv."
            )
    qrels = read_qrels(folder / "qrels" / "test.tsv")
    rows = list(json_rows(folder / "queries.jsonl", ("_id", "text")))[:limit]
    return Dataset(
        folder, tuple(Case(row["_id"], row["text"], qrels[row["_id"]]) for row in rows if row["_id"] in qrels)
    )


def load_unanswerable(folder: Path, limit: int | None = None) -> tuple[str, ...]:
    """The first `limit` questions that the corpus cannot answer; none when the folder has no unanswerable.jsonl."""
    file = folder / "unanswerable.jsonl"
    return tuple(row["text"] for row in list(json_rows(file, ("_id", "text")))[:limit]) if file.is_file() else ()


def json_rows(file: Path, fields: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file, each with a string under every one of `fields`."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise DatasetError(f"Line {number} of {file} is not JSON: {error}.") from error
            missing = [field for field in fields if not isinstance(row, dict) or not isinstance(row.get(field), str)]
            if missing:
                raise DatasetError(f"Line {number} of {file} has no text under {', '.join(missing)}.")
            yield row


def read_qrels(file: Path) -> dict[str, dict[str, int]]:
    """Grades of 1 and up, by question, by document. DatasetError when a line cannot be read."""
    grades: dict[str, dict[str, int]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t"), start=1):
            if number == 1 and row[:1] == ["query-id"]:
                continue
            try:
                query, document, grade = row
                if int(grade) > 0:
                    grades.setdefault(query, {})[document] = int(grade)
            except ValueError as error:
                raise DatasetError(f"Line {number} of {file} is not `query-id<tab>corpus-id<tab>score`.") from error
    return grades
