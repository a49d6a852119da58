import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bench.corpora import (
    OVERLAP,
    WORDS,
    read_documents,
    speed_documents,
    speed_questions,
    windows,
    write_corpus,
)
from eval.cases import Case, Dataset, load_dataset
from eval.errors import DatasetError


def words(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize(
    ("length", "pieces"), [(0, [0]), (1, [1]), (160, [160]), (161, [160, 31]), (290, [160, 160]), (291, [160, 160, 31])]
)
def test_pieces_of_160_words_that_share_30(length: int, pieces: list[int]) -> None:
    assert [words(piece) for piece in windows(" ".join(map(str, range(length))))] == pieces


@given(st.lists(st.text(alphabet="ab\n. ", max_size=6), max_size=500))
def test_no_word_is_lost(parts: list[str]) -> None:
    text = " ".join(parts)
    pieces = [piece.split() for piece in windows(text)]
    rebuilt = [*pieces[0], *(word for piece in pieces[1:] for word in piece[OVERLAP:])]
    assert rebuilt == text.split()
    assert all(len(piece) <= WORDS for piece in pieces)


def test_both_forms_of_a_corpus(dataset_folder: Path, tmp_path: Path) -> None:
    documents = read_documents(load_dataset(dataset_folder))
    assert "internal" not in documents[2]
    corpus = write_corpus("tiny", documents, tmp_path / "corpora", words)
    rows = [json.loads(line) for line in corpus.passages_file.read_text().splitlines()]
    assert [row["id"] for row in rows] == list(corpus.document_of) and corpus.passages == corpus.documents == 3
    assert corpus.document_of["p000001"] == "fees"
    assert corpus.tokens == sum(words(f"{row['title']} {row['text']}") for row in rows)
    assert [json.loads(line) for line in corpus.documents_file.read_text().splitlines()] == documents


def a_dataset(folder: Path, documents: int, length: int, questions: list[str]) -> Dataset:
    folder.mkdir()
    rows = [{"_id": f"d{number}", "title": "t", "text": "word " * length} for number in range(documents)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return Dataset(folder, tuple(Case(f"q{number}", text, {"d0": 1}) for number, text in enumerate(questions)))


def test_documents_are_taken_until_there_are_enough(tmp_path: Path) -> None:
    first = a_dataset(tmp_path / "first", 700, 200, [])
    second, third = (a_dataset(tmp_path / name, 2000, 10, []) for name in ("second", "third"))
    documents, names = speed_documents([first, second, third])
    assert names == ("first", "second") and len(documents) == 700 + 100
    assert documents[0]["_id"] == "first/d0" and documents[-1]["_id"] == "second/d99"
    assert len(speed_documents([first])[0]) == 700


def test_questions_come_from_each_set_in_turn(tmp_path: Path) -> None:
    long = " ".join(["long"] * 31)
    first = a_dataset(tmp_path / "first", 1, 1, ["a1", long, "a2", "a1", "a3", "a4", "a5", "a6"])
    second = a_dataset(tmp_path / "second", 1, 1, ["b1", "b2", " "])
    other = a_dataset(tmp_path / "other", 1, 1, ["c1"])
    asked = speed_questions([first, second, other], ["first", "second"], 300)
    assert asked == ["a1", "b1", "b2", "a2", "a3", "a4", "a5", "a6"]


def test_long_questions_are_asked_where_there_are_no_others(tmp_path: Path) -> None:
    only = a_dataset(tmp_path / "only", 1, 1, [f"{number} " + "long " * 31 for number in range(9)])
    assert len(speed_questions([only], ["only"], 300)) == 9
    with pytest.raises(DatasetError, match="have 2 questions"):
        speed_questions([only], ["only"], 2)
