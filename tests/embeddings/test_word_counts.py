from pathlib import Path

import pytest

from embeddings.errors import IndexFileError
from embeddings.word_counts import WORDS_FILE, load_word_counts, save_word_counts


def test_round_trip_and_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    save_word_counts({"überweisung": 2, "fee": 7}, tmp_path / "a")
    save_word_counts({"fee": 7, "überweisung": 2}, tmp_path / "b")
    assert load_word_counts(tmp_path / "a") == {"fee": 7, "überweisung": 2}
    assert (tmp_path / "a" / WORDS_FILE).read_bytes() == (tmp_path / "b" / WORDS_FILE).read_bytes()


def test_an_empty_corpus(tmp_path: Path) -> None:
    save_word_counts({}, tmp_path)
    assert load_word_counts(tmp_path) == {}


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match=r"lacks .*words\.json"):
        load_word_counts(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"format": 1, "words": {"fee"', "damaged"),
        (b"\xff\xfe", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b"[]", "another version"),
        (b'{"format": 2, "words": {}}', "another version"),
        (b'{"format": 1}', "no counts"),
        (b'{"format": 1, "words": {"fee": "7"}}', "no counts"),
        (b'{"format": 1, "words": {"fee": true}}', "no counts"),
        (b'{"format": 1, "words": {"fee": 0}}', "no counts"),
    ],
)
def test_damaged(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / WORDS_FILE).write_bytes(content)
    with pytest.raises(IndexFileError, match=sentence):
        load_word_counts(tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexFileError, match="cannot be written"):
        save_word_counts({"fee": 1}, tmp_path / "file")
