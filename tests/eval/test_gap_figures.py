import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.improving.shared_sections import Nearness
from embeddings.encoders import Encoding, without_tokens
from eval.errors import EvaluationError
from eval.gap_figures import labelled_questions, measure_gaps
from eval.improving_commands import gap_line
from tests.bot.improving.words_encoder import word_vectors
from tests.fakes import LetterEncoder


class WordEncoder(LetterEncoder):
    """A text is the words that it has."""

    def encode_queries(self, texts: Any) -> Encoding:
        return without_tokens(np.asarray(word_vectors(texts)))


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


def themed(theme: str, words: list[str]) -> list[dict[str, Any]]:
    return [{"_id": f"{theme}{n}", "text": f"{theme} {word} {theme}", "intent": theme} for n, word in enumerate(words)]


def test_intents_are_those_of_rows_and_of_qrels(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write(folder, "corpus.jsonl", [{"_id": "d", "text": "never read", "intent": "x"}])
    write(
        folder,
        "queries.jsonl",
        [{"_id": "q1", "text": "one"}, {"_id": "q2", "text": "two"}, {"_id": "q3", "text": "3"}],
    )
    write(
        folder, "unanswerable.jsonl", [{"_id": "u1", "text": "three", "missing_topic": "t"}, {"_id": "u2", "text": "?"}]
    )
    (folder / "qrels").mkdir()
    (folder / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td\t1\nq2\td\t1\nq2\te\t1\nq3\td\t0\n")
    found = labelled_questions(folder)
    assert dict(zip(found.texts, found.intents, strict=True)) == {"one": "set/d", "three": "set/t"}


def test_questions_of_clear_intents_are_told_apart(tmp_path: Path) -> None:
    words = ["lost", "stolen", "broken", "new", "old", "blocked"]
    write(tmp_path / "a", "q.jsonl", themed("card", words) + themed("rate", words) + themed("pin", words))
    write(tmp_path / "b", "q.jsonl", themed("loan", words) + themed("house", words) + themed("car", words))
    first, second, mixed = measure_gaps([tmp_path / "a", tmp_path / "b"], WordEncoder(), 24)
    assert (first.questions, first.intents, mixed.questions, mixed.name) == (18, 3, 24, "all mixed")
    assert first.index > 0.3 and first.low <= first.index + 0.3
    assert "adjusted Rand index" in gap_line(second)
    assert measure_gaps([tmp_path / "a"], WordEncoder(), 24)[0].to_json()["index"] == first.index


def test_what_the_questions_find_is_taken_into_account(tmp_path: Path) -> None:
    wishes = ["a dumbbell", "whey protein", "fish oil", "olive soap"]
    rows = [{"_id": text, "text": text, "intent": "buying"} for text in wishes]
    write(tmp_path / "a", "q.jsonl", rows + themed("rate", ["lost", "stolen", "broken", "new"]))
    asked: list[Path] = []

    def find_near(folders: Sequence[Path], texts: Sequence[str]) -> list[Nearness]:
        asked.extend(folders)
        return [{"buying": 0.9} if text in wishes else {} for text in texts]

    (with_articles,) = measure_gaps([tmp_path / "a"], WordEncoder(), 24, find_near)
    (without,) = measure_gaps([tmp_path / "a"], WordEncoder(), 24)
    assert (with_articles.index, with_articles.clusters, asked) == (1.0, 2, [tmp_path / "a"])
    assert without.index < 0.9


def test_a_folder_without_intents_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a", "queries.jsonl", [{"_id": "q", "text": "one"}])
    with pytest.raises(EvaluationError, match="says what it is about"):
        measure_gaps([tmp_path / "a"], WordEncoder())
    (tmp_path / "a" / "queries.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(EvaluationError, match="cannot be read"):
        measure_gaps([tmp_path / "a"], WordEncoder())
