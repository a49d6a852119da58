"""The index of best sentences over dense indexes of every kind, against brute force, and its file against damage."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.best_sentence import SENTENCES_A_PASSAGE, BestSentenceIndex
from embeddings.dense import DenseIndex
from embeddings.dense_kinds import FLAT, KINDS, DenseKind
from embeddings.errors import IndexFileError

OWNERS = np.array([42, 5, 42, 2**60 - 1, 0, 5, 42, 99])


def scores(index: BestSentenceIndex, vector: np.ndarray, ids: Sequence[int]) -> dict[int, float]:
    return dict(zip(ids, index.products(vector, ids).tolist(), strict=True))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> DenseKind:
    return request.param


@pytest.fixture
def vectors() -> np.ndarray:
    rows = np.random.default_rng(5).normal(size=(len(OWNERS), 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)  # numbers that every kind keeps as they are


def made(vectors: np.ndarray, owners: np.ndarray, kind: DenseKind | None = None) -> BestSentenceIndex:
    return BestSentenceIndex(DenseIndex.build(range(len(vectors)), vectors, kind), owners)


@pytest.fixture
def index(vectors: np.ndarray, kind: DenseKind) -> BestSentenceIndex:
    return made(vectors, OWNERS, kind)


def reference(vectors: np.ndarray, owners: np.ndarray, question: np.ndarray) -> dict[int, float]:
    """The best inner product of each passage, number by number, best first, equal ones by id."""
    best: dict[int, float] = {}
    for owner, product in zip(owners.tolist(), (vectors @ question).tolist(), strict=True):
        best[owner] = max(best.get(owner, product), product)
    return dict(sorted(best.items(), key=lambda item: (-item[1], item[0])))


def test_a_passage_counts_by_its_best_sentence(index: BestSentenceIndex, vectors: np.ndarray) -> None:
    expected = reference(vectors, OWNERS, vectors[5])
    found = index.search(vectors[5], 3)
    assert [match.id for match in found] == list(expected)[:3]
    assert [match.score for match in found] == pytest.approx(list(expected.values())[:3], abs=1e-6)
    assert found[0].id == 5
    assert scores(index, vectors[5], [99, 42]) == pytest.approx({99: expected[99], 42: expected[42]}, abs=1e-6)


def test_knows_its_passages(index: BestSentenceIndex) -> None:
    assert index.ids == [0, 5, 42, 99, 2**60 - 1]
    assert len(index) == 5


def test_asks_for_more_than_there_is_or_for_nothing(index: BestSentenceIndex, vectors: np.ndarray) -> None:
    assert [match.id for match in index.search(vectors[0], 1_000)] == list(reference(vectors, OWNERS, vectors[0]))
    assert index.search(vectors[0], 0) == []
    assert scores(index, vectors[0], []) == {}


def test_equal_scores_come_in_the_order_of_ids(kind: DenseKind) -> None:
    owners = np.array([9, 3, 6, 3])
    index = made(np.ones((4, 2), dtype=np.float32), owners, kind)
    assert [match.id for match in index.search(np.ones(2, dtype=np.float32), 3)] == [3, 6, 9]


def test_a_passage_of_many_good_sentences_does_not_hide_the_others(kind: DenseKind) -> None:
    loud, quiet = np.array([1, 0], dtype=np.float32), np.array([0.8, 0.6], dtype=np.float32)
    many = 40 * SENTENCES_A_PASSAGE
    vectors = np.stack([loud] * many + [quiet] * 3)
    owners = np.array([7] * many + [1, 2, 3])
    found = made(vectors, owners, kind).search(loud, 3)
    assert [match.id for match in found] == [7, 1, 2]
    assert [match.score for match in found] == pytest.approx([1, 0.8, 0.8], abs=1e-3)


def test_refuses_what_makes_no_sense(index: BestSentenceIndex, vectors: np.ndarray) -> None:
    with pytest.raises(ValueError, match="search for -1 results"):
        index.search(vectors[0], -1)
    with pytest.raises(ValueError, match="1234 is not in the index of sentences"):
        scores(index, vectors[0], [5, 1234])
    for wrong in (np.ones(7, np.float32), np.ones((1, 8), np.float32)):
        for ids in ([5], []):
            with pytest.raises(ValueError, match="shape"):
                scores(index, wrong, ids)
        with pytest.raises(ValueError, match="shape"):
            index.search(wrong, 1)


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_refused(index: BestSentenceIndex, vectors: np.ndarray, spoilt: float) -> None:
    question = vectors[0].copy()
    question[3] = spoilt
    for ask in (lambda: index.search(question, 2), lambda: scores(index, question, [5, 42])):
        with pytest.raises(ValueError, match="not finite"):
            ask()


def test_an_empty_index(kind: DenseKind, tmp_path: Path) -> None:
    owners = np.zeros(0, dtype=np.int64)
    made(np.zeros((0, 8), dtype=np.float32), owners, kind).save(tmp_path / "sentences.faiss")
    index = BestSentenceIndex.load(tmp_path / "sentences.faiss", owners)
    assert (len(index), index.ids) == (0, [])
    assert index.search(np.ones(8, dtype=np.float32), 5) == []
    with pytest.raises(ValueError, match="not in the index of sentences"):
        scores(index, np.ones(8, dtype=np.float32), [0])


def test_saves_and_loads(index: BestSentenceIndex, vectors: np.ndarray, tmp_path: Path) -> None:
    index.save(tmp_path / "sentences.faiss")
    loaded = BestSentenceIndex.load(tmp_path / "sentences.faiss", OWNERS)
    assert loaded.ids == index.ids
    for question in vectors:
        assert loaded.search(question, 4) == index.search(question, 4)
        assert scores(loaded, question, index.ids) == scores(index, question, index.ids)


@pytest.mark.parametrize("ids", [range(1, 9), range(8), [0, 1, 2, 3, 4, 5, 6, 8]])
def test_owners_that_do_not_fit_are_refused(vectors: np.ndarray, tmp_path: Path, ids: range | list[int]) -> None:
    sentences = DenseIndex.build(ids, vectors)
    owners = OWNERS[:7] if ids == range(8) else OWNERS
    with pytest.raises(ValueError, match=r"8 sentences does not fit \d owners; build"):
        BestSentenceIndex(sentences, owners)
    sentences.save(tmp_path / "sentences.faiss")
    with pytest.raises(IndexFileError, match="does not fit"):
        BestSentenceIndex.load(tmp_path / "sentences.faiss", owners)


def test_a_file_that_is_missing_or_damaged_is_a_sentence(index: BestSentenceIndex, tmp_path: Path) -> None:
    path = tmp_path / "sentences.faiss"
    with pytest.raises(IndexFileError, match=r"sentences\.faiss is missing"):
        BestSentenceIndex.load(path, OWNERS)
    index.save(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(IndexFileError, match=r"sentences\.faiss is damaged"):
        BestSentenceIndex.load(path, OWNERS)
    with pytest.raises(IndexFileError, match="cannot be written"):
        index.save(tmp_path / "none" / "sentences.faiss")


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(0, 12), st.integers(0, 10_000))
def test_searching_is_brute_force(owners: list[int], k: int, seed: int) -> None:
    numbers = np.random.default_rng(seed)
    vectors = numbers.integers(-3, 4, size=(len(owners), 3)).astype(np.float32)  # many ties
    question = numbers.integers(-3, 4, size=3).astype(np.float32)
    index = made(vectors, np.array(owners), FLAT)
    expected = reference(vectors, np.array(owners), question)
    found = index.search(question, k)
    assert [match.score for match in found] == list(expected.values())[:k]
    assert len({match.id for match in found}) == len(found)
    assert all(expected[match.id] == match.score for match in found)
    assert found == sorted(found, key=lambda match: (-match.score, match.id))
    assert scores(index, question, index.ids) == expected
    assert scores(index, question, index.ids[::-1] * 2) == expected
