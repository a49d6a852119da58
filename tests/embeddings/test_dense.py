"""The dense index against plain numpy, and its files against damage."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from embeddings.dense import DenseIndex
from embeddings.errors import IndexFileError

IDS = [11, 5, 2**60 - 1, 0, 42, 7, 99]


@pytest.fixture
def vectors() -> np.ndarray:
    rows = np.random.default_rng(3).normal(size=(len(IDS), 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def index(vectors: np.ndarray) -> DenseIndex:
    return DenseIndex.build(IDS, vectors)


def test_search_is_the_inner_product(index: DenseIndex, vectors: np.ndarray) -> None:
    expected = vectors @ vectors[2]
    found = index.search(vectors[2], 4)
    assert [match.id for match in found] == [IDS[row] for row in np.argsort(-expected)[:4]]
    np.testing.assert_allclose([match.score for match in found], np.sort(expected)[::-1][:4], atol=1e-6)
    assert found[0].id == 2**60 - 1


def test_asks_for_more_than_there_is(index: DenseIndex, vectors: np.ndarray) -> None:
    assert {match.id for match in index.search(vectors[0], 1_000)} == set(IDS)
    assert index.search(vectors[0], 0) == []


def test_equal_scores_come_in_the_order_of_ids() -> None:
    index = DenseIndex.build([9, 3, 6], np.ones((3, 2), dtype=np.float32))
    assert [match.id for match in index.search(np.ones(2, dtype=np.float32), 3)] == [3, 6, 9]


def test_scores_and_vectors_of_given_ids(index: DenseIndex, vectors: np.ndarray) -> None:
    scores = index.scores(vectors[0], [7, 11])
    assert scores == pytest.approx({7: float(vectors[5] @ vectors[0]), 11: 1.0}, abs=1e-6)
    np.testing.assert_array_equal(index.vectors([7, 11, 7]), vectors[[5, 0, 5]])
    assert index.vectors([]).shape == (0, 8)
    assert index.scores(vectors[0], []) == {}
    for ask in (index.vectors, lambda ids: index.scores(vectors[0], ids)):
        with pytest.raises(ValueError, match="1234 is not in the dense index"):
            ask([7, 1234])


def test_the_index_keeps_its_own_copy(vectors: np.ndarray) -> None:
    mine = vectors.copy()
    index = DenseIndex.build(IDS, mine)
    mine[:] = 0
    np.testing.assert_array_equal(index.vectors(IDS), vectors)
    index.vectors(IDS)[:] = 0
    np.testing.assert_array_equal(index.vectors(IDS), vectors)


def test_takes_doubles_and_views(vectors: np.ndarray) -> None:
    index = DenseIndex.build(IDS, np.asfortranarray(vectors.astype(np.float64)))
    np.testing.assert_array_equal(index.vectors(IDS), vectors)
    assert index.search(vectors[0].astype(np.float64), 1)[0].id == 11


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_refuses_numbers_that_are_not_finite(index: DenseIndex, vectors: np.ndarray, spoilt: float) -> None:
    question = vectors[0].copy()
    question[3] = spoilt
    with pytest.raises(ValueError, match="not finite"):
        index.search(question, 3)
    with pytest.raises(ValueError, match="not finite"):
        index.scores(question, [7])
    with pytest.raises(ValueError, match="id 5 holds a number that is not finite"):
        DenseIndex.build([7, 5], np.stack([vectors[0], question]))


def test_refuses_other_shapes(index: DenseIndex, vectors: np.ndarray) -> None:
    for wrong in (np.ones(7, np.float32), np.ones((1, 8), np.float32), np.float32(1).reshape(())):
        with pytest.raises(ValueError, match="shape"):
            index.search(wrong, 1)
    for wrong in (vectors[0], np.zeros((0, 0), np.float32)):
        with pytest.raises(ValueError, match="shape"):
            DenseIndex.build([], wrong)
    with pytest.raises(ValueError, match="-1 results"):
        index.search(vectors[0], -1)
    with pytest.raises(ValueError, match="two texts"):
        DenseIndex.build([1, 1], vectors[:2])


def test_saves_and_loads(index: DenseIndex, vectors: np.ndarray, tmp_path: Path) -> None:
    index.save(tmp_path / "vectors.faiss")
    loaded = DenseIndex.load(tmp_path / "vectors.faiss")
    assert loaded.ids == index.ids == IDS
    assert (len(loaded), loaded.dimensions) == (7, 8)
    assert loaded.search(vectors[1], 5) == index.search(vectors[1], 5)
    np.testing.assert_array_equal(loaded.vectors(IDS), vectors)


def test_an_empty_index(tmp_path: Path) -> None:
    DenseIndex.build([], np.zeros((0, 8), dtype=np.float32)).save(tmp_path / "vectors.faiss")
    index = DenseIndex.load(tmp_path / "vectors.faiss")
    assert (len(index), index.ids, index.dimensions) == (0, [], 8)
    assert index.search(np.ones(8, dtype=np.float32), 5) == []


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.99])
def test_a_file_cut_short_is_a_sentence(index: DenseIndex, tmp_path: Path, kept: float) -> None:
    path = tmp_path / "vectors.faiss"
    index.save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(IndexFileError, match=r"vectors\.faiss is damaged"):
        DenseIndex.load(path)


def test_other_files_are_sentences(tmp_path: Path, vectors: np.ndarray) -> None:
    path = tmp_path / "vectors.faiss"
    with pytest.raises(IndexFileError, match="missing"):
        DenseIndex.load(path)
    path.write_bytes(b"\x89PNG\r\n" * 100)
    with pytest.raises(IndexFileError, match="damaged"):
        DenseIndex.load(path)
    flat = faiss.IndexFlatIP(8)
    flat.add(vectors)
    faiss.write_index(flat, str(path))
    with pytest.raises(IndexFileError, match=r"another kind \(IndexFlatIP\)"):
        DenseIndex.load(path)
    faiss.write_index(faiss.IndexIDMap2(faiss.IndexFlatL2(8)), str(path))
    with pytest.raises(IndexFileError, match="another kind"):
        DenseIndex.load(path)
    twice = faiss.IndexIDMap2(faiss.IndexFlatIP(8))
    twice.add_with_ids(vectors[:2], np.array([4, 4]))
    faiss.write_index(twice, str(path))
    with pytest.raises(IndexFileError, match="an id twice"):
        DenseIndex.load(path)


def test_a_folder_that_is_not_there_is_a_sentence(index: DenseIndex, tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match="cannot be written"):
        index.save(tmp_path / "none" / "vectors.faiss")
