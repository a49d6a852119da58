"""The lexical index against BM25 in ten lines, and its files against damage."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import IndexFileError
from embeddings.lexical import K1, POSTINGS_FILE, VOCABULARY_FILE, B, LexicalIndex
from embeddings.terms import terms

TEXTS = {
    40: "Change your email address: open User center, then Security.",
    10: "Withdraw USDT-TRC20 to a wallet. Withdrawals need 2FA.",
    30: "Error 50101 means the API key does not match this environment.",
    20: "如何修改邮箱地址",
    50: "",
}
WORD = st.sampled_from(["email", "withdraw", "fee", "50101", "usdt-trc20", "the", "税金", "card card"])


def reference(texts: Sequence[str], query: str) -> list[float]:
    """BM25 with Lucene's idf, term by term."""
    documents = [terms(text) for text in texts]
    average = sum(map(len, documents)) / len(documents)
    scores = [0.0] * len(documents)
    for term in terms(query):
        frequency = sum(term in document for document in documents)
        idf = math.log(1 + (len(documents) - frequency + 0.5) / (frequency + 0.5))
        for row, document in enumerate(documents):
            if count := document.count(term):
                scores[row] += idf * count / (count + K1 * (1 - B + B * len(document) / average))
    return scores


def scores(index: LexicalIndex, query: str, ids: Sequence[int]) -> dict[int, float]:
    return dict(zip(ids, index.scored(query).of(ids).tolist(), strict=True))


@pytest.fixture
def index() -> LexicalIndex:
    return LexicalIndex.build(list(TEXTS), list(TEXTS.values()))


@given(st.lists(st.lists(WORD).map(" ".join), min_size=1, max_size=8), st.lists(WORD))
def test_scores_are_the_reference(texts: list[str], words: list[str]) -> None:
    query = " ".join(words)
    index = LexicalIndex.build(range(len(texts)), texts)
    expected = reference(texts, query)
    assert scores(index, query, range(len(texts))) == pytest.approx(dict(enumerate(expected)), rel=1e-4)
    found = index.scored(query).best(len(texts))
    assert [match.id for match in found if match.score > 0] == [match.id for match in found]
    assert {match.id for match in found} == {row for row, score in enumerate(expected) if score > 0}
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert {match.id: match.score for match in index.scored(query).best(len(index))} == {
        match.id: match.score for match in found
    }
    for k in range(len(texts)):
        assert index.scored(query).best(k) == found[:k]


def test_finds_words_codes_and_parts_of_codes(index: LexicalIndex) -> None:
    for query, id_ in (
        ("change e-mail", 40),
        ("withdrawing", 10),
        ("usdt trc20", 10),
        ("usdt-trc20", 10),
        ("50101", 30),
        ("邮箱", 20),
        ("箱", 20),
    ):
        assert index.scored(query).best(3)[0].id == id_, query


@pytest.mark.parametrize(
    "query", ["", "how do I", "zebra", "🙂", 'AND OR " * NEAR(', "'; DROP TABLE x; --", "שלום", "\ud800", "-" * 1_000]
)
def test_finds_nothing_where_nothing_is_shared(index: LexicalIndex, query: str) -> None:
    assert index.scored(query).best(5) == []
    assert scores(index, query, [10, 20]) == {10: 0.0, 20: 0.0}
    assert index.coverage(query, 10) == 0.0


def test_a_very_long_question(index: LexicalIndex) -> None:
    assert index.scored("withdraw zebra " * 6_667).best(5)[0].id == 10


def test_asks_for_more_than_there_is(index: LexicalIndex) -> None:
    assert [match.id for match in index.scored("email").best(1_000)] == [40]
    assert index.scored("email").best(0) == []
    with pytest.raises(ValueError, match="-1 results"):
        index.scored("email").best(-1)


def test_equal_scores_come_in_the_order_of_ids() -> None:
    index = LexicalIndex.build([9, 3, 6, 1], ["card fee", "card fee", "card fee", "bank fee"])
    assert [match.id for match in index.scored("card").best(2)] == [3, 6]


@pytest.mark.parametrize("texts", [[], [""], ["the", "🙂"]])
def test_a_corpus_without_terms(texts: list[str], tmp_path: Path) -> None:
    LexicalIndex.build(range(len(texts)), texts).save(tmp_path)
    index = LexicalIndex.load(tmp_path)
    assert len(index) == len(texts)
    assert index.scored("email").best(5) == []


def test_coverage_is_the_share_of_the_idf(index: LexicalIndex) -> None:
    def idf(frequency: int) -> float:
        return math.log(1 + (5 - frequency + 0.5) / (frequency + 0.5))

    assert index.coverage("How do I change the email email?", 40) == pytest.approx(1.0)
    assert index.coverage("change email zebra", 40) == pytest.approx(2 * idf(1) / (2 * idf(1) + idf(0)))
    assert index.coverage("change email zebra", 10) == 0.0
    assert index.coverage("50101 withdraw", 30) == pytest.approx(0.5)


def test_unknown_ids_are_refused(index: LexicalIndex) -> None:
    with pytest.raises(ValueError, match="77 is not in the lexical index"):
        scores(index, "email", [10, 77])
    with pytest.raises(ValueError, match="77 is not in the lexical index"):
        index.coverage("email", 77)
    with pytest.raises(ValueError, match="two texts"):
        LexicalIndex.build([1, 1], ["a", "b"])


def test_saves_and_loads(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "new" / "lexical")
    loaded = LexicalIndex.load(tmp_path / "new" / "lexical")
    assert loaded.ids == index.ids == list(TEXTS)
    for query in ("change email", "withdraw 50101", "邮箱地址", "zebra"):
        assert loaded.scored(query).best(5) == index.scored(query).best(5)
        assert loaded.coverage(query, 40) == index.coverage(query, 40)


def test_the_files_do_not_depend_on_the_process(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom embeddings.lexical import LexicalIndex\n"
        "LexicalIndex.build([1, 2], ['change the email address', 'withdraw usdt-trc20 修改']).save(Path(sys.argv[1]))\n"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / seed)], check=True, env=environment, timeout=60)
    for name in (POSTINGS_FILE, VOCABULARY_FILE):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


@pytest.mark.parametrize("name", [POSTINGS_FILE, VOCABULARY_FILE])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_file_cut_short_is_a_sentence(index: LexicalIndex, tmp_path: Path, name: str, kept: float) -> None:
    index.save(tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(IndexFileError, match="damaged"):
        LexicalIndex.load(tmp_path)


@pytest.mark.parametrize("name", [POSTINGS_FILE, VOCABULARY_FILE])
def test_a_missing_file_is_named(index: LexicalIndex, tmp_path: Path, name: str) -> None:
    index.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(IndexFileError, match=name):
        LexicalIndex.load(tmp_path)


@pytest.mark.parametrize(
    ("array", "value"),
    [
        ("indices", np.array([9, 0], np.int32)),
        ("indices", np.array([-1, 0], np.int32)),
        ("indptr", np.array([0, 2, 1], np.int64)),
        ("indptr", np.array([0, 2], np.int64)),
        ("data", np.array([np.nan, 1], np.float32)),
        ("data", np.array([1], np.float32)),
        ("data", np.array([1, 1], np.float64)),
        ("ids", np.array([4, 4], np.int64)),
        ("ids", np.array([4, -5], np.int64)),
    ],
)
def test_parts_that_do_not_fit_are_refused(tmp_path: Path, array: str, value: np.ndarray) -> None:
    LexicalIndex.build([4, 5], ["card", "bank"]).save(tmp_path)
    with np.load(tmp_path / POSTINGS_FILE) as arrays:
        content = dict(arrays)
    np.savez(tmp_path / POSTINGS_FILE, **{**content, array: value})
    with pytest.raises(IndexFileError, match="do not fit"):
        LexicalIndex.load(tmp_path)


def test_pickles_are_never_read(tmp_path: Path) -> None:
    LexicalIndex.build([4, 5], ["card", "bank"]).save(tmp_path)
    with np.load(tmp_path / POSTINGS_FILE) as arrays:
        content = dict(arrays)
    np.savez(tmp_path / POSTINGS_FILE, **{**content, "data": np.array([print, 1], dtype=object)})
    with pytest.raises(IndexFileError, match="damaged"):
        LexicalIndex.load(tmp_path)


@pytest.mark.parametrize("change", [{"k1": 2.0}, {"format": 0}])
def test_another_version_is_refused(index: LexicalIndex, tmp_path: Path, change: dict[str, float]) -> None:
    index.save(tmp_path)
    head = json.loads((tmp_path / VOCABULARY_FILE).read_text(encoding="utf-8"))
    (tmp_path / VOCABULARY_FILE).write_text(json.dumps({**head, **change}), encoding="utf-8")
    with pytest.raises(IndexFileError, match="another version"):
        LexicalIndex.load(tmp_path)


def test_a_folder_that_cannot_be_written_is_a_sentence(index: LexicalIndex, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexFileError, match="cannot be written"):
        index.save(tmp_path / "file")
