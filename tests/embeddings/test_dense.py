"""The dense index of every kind against plain numpy, and its files against damage."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
import pytest

from embeddings import dense_kinds
from embeddings.dense import DenseIndex
from embeddings.dense_kinds import FLAT, KINDS, SIEVE, DenseKind
from embeddings.errors import IndexFileError
from eval.synthetic import made_up_vectors

IDS = [11, 5, 2**60 - 1, 0, 42, 7, 99]


def scores(index: DenseIndex, vector: np.ndarray, ids: Sequence[int]) -> dict[int, float]:
    return dict(zip(ids, index.products(vector, ids).tolist(), strict=True))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> DenseKind:
    """Every kind that an index can have: a new one has to pass all tests that ask for this."""
    return request.param


@pytest.fixture
def vectors() -> np.ndarray:
    rows = np.random.default_rng(3).normal(size=(len(IDS), 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)  # numbers that every kind keeps as they are


@pytest.fixture
def index(vectors: np.ndarray, kind: DenseKind) -> DenseIndex:
    return DenseIndex.build(IDS, vectors, kind)


def test_search_is_the_inner_product(index: DenseIndex, vectors: np.ndarray) -> None:
    expected = vectors @ vectors[2]
    found = index.search(vectors[2], 4)
    assert [match.id for match in found] == [IDS[row] for row in np.argsort(-expected)[:4]]
    np.testing.assert_allclose([match.score for match in found], np.sort(expected)[::-1][:4], atol=1e-6)
    assert found[0].id == 2**60 - 1


def test_asks_for_more_than_there_is(index: DenseIndex, vectors: np.ndarray) -> None:
    assert {match.id for match in index.search(vectors[0], 1_000)} == set(IDS)
    assert index.search(vectors[0], 0) == []


def test_equal_scores_come_in_the_order_of_ids(kind: DenseKind) -> None:
    index = DenseIndex.build([9, 3, 6], np.ones((3, 2), dtype=np.float32), kind)
    assert [match.id for match in index.search(np.ones(2, dtype=np.float32), 3)] == [3, 6, 9]


def test_scores_and_vectors_of_given_ids(index: DenseIndex, vectors: np.ndarray) -> None:
    found = scores(index, vectors[0], [7, 11])
    expected = {7: float(vectors[5] @ vectors[0]), 11: float(vectors[0] @ vectors[0])}
    assert found == pytest.approx(expected, abs=1e-6)
    np.testing.assert_array_equal(index.vectors([7, 11, 7]), vectors[[5, 0, 5]])
    assert index.vectors([]).shape == (0, 8)
    assert scores(index, vectors[0], []) == {}
    for ask in (index.vectors, lambda ids: scores(index, vectors[0], ids)):
        with pytest.raises(ValueError, match="1234 is not in the dense index"):
            ask([7, 1234])


def test_a_found_score_is_the_score_of_the_id(kind: DenseKind) -> None:
    vectors, questions = made_up_vectors(300, 1, 64)
    index = DenseIndex.build(range(300), vectors, kind)
    found = {match.id: match.score for match in index.search(questions[0], 40)}
    assert found == pytest.approx(scores(index, questions[0], list(found)), abs=1e-6)


def test_the_index_keeps_its_own_copy(vectors: np.ndarray, kind: DenseKind) -> None:
    mine = vectors.copy()
    index = DenseIndex.build(IDS, mine, kind)
    mine[:] = 0
    np.testing.assert_array_equal(index.vectors(IDS), vectors)
    index.vectors(IDS)[:] = 0
    np.testing.assert_array_equal(index.vectors(IDS), vectors)


def test_takes_doubles_and_views(vectors: np.ndarray, kind: DenseKind) -> None:
    index = DenseIndex.build(IDS, np.asfortranarray(vectors.astype(np.float64)), kind)
    np.testing.assert_array_equal(index.vectors(IDS), vectors)
    assert index.search(vectors[0].astype(np.float64), 1)[0].id == 11


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_refuses_numbers_that_are_not_finite(
    index: DenseIndex, vectors: np.ndarray, kind: DenseKind, spoilt: float
) -> None:
    question = vectors[0].copy()
    question[3] = spoilt
    with pytest.raises(ValueError, match="not finite"):
        index.search(question, 3)
    with pytest.raises(ValueError, match="not finite"):
        scores(index, question, [7])
    with pytest.raises(ValueError, match="id 5 holds a number that is not finite"):
        DenseIndex.build([7, 5], np.stack([vectors[0], question]), kind)


def test_refuses_other_shapes(index: DenseIndex, vectors: np.ndarray, kind: DenseKind) -> None:
    for wrong in (np.ones(7, np.float32), np.ones((1, 8), np.float32), np.float32(1).reshape(())):
        with pytest.raises(ValueError, match="shape"):
            index.search(wrong, 1)
    for wrong in (vectors[0], np.zeros((0, 0), np.float32)):
        with pytest.raises(ValueError, match="shape"):
            DenseIndex.build([], wrong, kind)
    with pytest.raises(ValueError, match="-1 results"):
        index.search(vectors[0], -1)
    with pytest.raises(ValueError, match="two texts"):
        DenseIndex.build([1, 1], vectors[:2], kind)


def test_saves_and_loads(index: DenseIndex, vectors: np.ndarray, kind: DenseKind, tmp_path: Path) -> None:
    """Seven vectors call for a flat index: one of another kind is loaded as what it is."""
    index.save(tmp_path / "vectors.faiss")
    loaded = DenseIndex.load(tmp_path / "vectors.faiss")
    assert loaded.kind == index.kind == kind
    assert loaded.ids == index.ids == IDS
    assert (len(loaded), loaded.dimensions) == (7, 8)
    assert loaded.search(vectors[1], 5) == index.search(vectors[1], 5)
    np.testing.assert_array_equal(loaded.vectors(IDS), vectors)


def test_the_same_vectors_make_the_same_file(kind: DenseKind, tmp_path: Path) -> None:
    vectors, _ = made_up_vectors(500, 1, 64)
    for name in ("one", "two"):
        DenseIndex.build(range(500), vectors, kind).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_vectors_taken_over_into_a_new_index_do_not_wear_off(kind: DenseKind) -> None:
    vectors, _ = made_up_vectors(500, 1, 64)
    once = DenseIndex.build(range(500), vectors, kind).vectors(range(500))
    np.testing.assert_allclose(once, vectors, atol=3e-4)
    np.testing.assert_array_equal(DenseIndex.build(range(500), once, kind).vectors(range(500)), once)


def test_threads_may_share_an_index(kind: DenseKind) -> None:
    vectors, questions = made_up_vectors(2_000, 40, 64)
    index = DenseIndex.build(range(2_000), vectors, kind)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: index.search(question, 10), questions))
    assert together == [index.search(question, 10) for question in questions]


def test_an_empty_index(kind: DenseKind, tmp_path: Path) -> None:
    DenseIndex.build([], np.zeros((0, 8), dtype=np.float32), kind).save(tmp_path / "vectors.faiss")
    index = DenseIndex.load(tmp_path / "vectors.faiss")
    assert (len(index), index.ids, index.dimensions, index.kind) == (0, [], 8, kind)
    assert index.search(np.ones(8, dtype=np.float32), 5) == []


def test_one_vector_and_vectors_that_are_all_the_same(kind: DenseKind) -> None:
    row = np.full((1, 8), 8**-0.5, dtype=np.float32)
    for count in (1, 100):
        found = DenseIndex.build(range(count), row.repeat(count, axis=0), kind).search(row[0], 5)
        assert len({match.id for match in found}) == min(count, 5)
        assert all(match.score == pytest.approx(1, abs=1e-3) for match in found)


def test_a_sieve_finds_nearly_all() -> None:
    """At the least number of vectors that calls for one, asked for as many as retrieval asks for."""
    vectors, questions = made_up_vectors(10_001, 60)
    exact = DenseIndex.build(range(10_001), vectors, FLAT)
    index = DenseIndex.build(range(10_001), vectors)
    assert index.kind is SIEVE
    for k in (10, 60, 240):
        shares = [
            len({match.id for match in index.search(question, k)} & {match.id for match in exact.search(question, k)})
            / k
            for question in questions
        ]
        assert np.mean(shares) >= 0.98, k


def test_less_effort_finds_less_in_the_same_vectors() -> None:
    vectors, questions = made_up_vectors(3_000, 20, 64)
    index = DenseIndex.build(range(3_000), vectors, SIEVE)

    def found(effort: float) -> list[set[int]]:
        searched = index.with_effort(effort)
        assert searched.kind.effort == effort
        return [{match.id for match in searched.search(question, 60)} for question in questions]

    exact = DenseIndex.build(range(3_000), vectors, FLAT)
    right = [{match.id for match in exact.search(question, 60)} for question in questions]
    hasty, thorough = (
        sum(len(one & two) for one, two in zip(found(effort), right, strict=True)) for effort in (0.1, 5)
    )
    assert hasty < 60 * len(questions) - 50 < thorough
    assert index.kind is SIEVE


@pytest.mark.parametrize("recipe", ["IVF8,Flat", "HNSW8,Flat"])
def test_a_kind_on_trial_goes_as_far_as_its_effort(recipe: str) -> None:
    vectors, questions = made_up_vectors(400, 20, 16)
    exact = DenseIndex.build(range(400), vectors)
    for effort, least in ((400, 0.98), (1, 0)):
        index = DenseIndex.build(range(400), vectors, DenseKind("trial", recipe, effort))
        same = [index.search(question, 1) == exact.search(question, 1) for question in questions]
        assert np.mean(same) >= least
    assert np.mean(same) < 1


def test_the_number_of_vectors_chooses_the_kind(vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    assert DenseIndex.build(IDS, vectors).kind is FLAT
    monkeypatch.setattr(dense_kinds, "FLAT_NUMBERS", 6 * 8)
    assert DenseIndex.build(IDS, vectors).kind is SIEVE


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.9, 0.99])
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
    twice = faiss.IndexIDMap2(faiss.IndexFlatIP(8))
    twice.add_with_ids(vectors[:2], np.array([4, 4]))
    faiss.write_index(twice, str(path))
    with pytest.raises(IndexFileError, match="an id twice"):
        DenseIndex.load(path)


@pytest.mark.parametrize(
    "make",
    [
        lambda: faiss.IndexFlatL2(8),
        lambda: faiss.index_factory(8, "SQ8", faiss.METRIC_INNER_PRODUCT),
        lambda: faiss.index_factory(8, "HNSW8,Flat", faiss.METRIC_INNER_PRODUCT),
        lambda: faiss.index_factory(8, "RaBitQfs,RFlat", faiss.METRIC_INNER_PRODUCT),
        lambda: faiss.index_factory(8, "SQ8,Refine(SQfp16)", faiss.METRIC_INNER_PRODUCT),
    ],
)
def test_an_index_of_no_kind_of_ours_is_a_sentence(make: Callable[[], faiss.Index], tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    faiss.write_index(faiss.IndexIDMap2(make()), str(path))
    with pytest.raises(IndexFileError, match="another kind"):
        DenseIndex.load(path)


def test_a_sieve_whose_parts_differ_in_size_is_a_sentence(tmp_path: Path) -> None:
    """FAISS reads such a file, and the search after it beyond the end of an array."""
    path = tmp_path / "vectors.faiss"
    vectors, _ = made_up_vectors(300, 1, 64)
    DenseIndex.build(range(300), vectors, SIEVE).save(path)
    content = path.read_bytes()
    count = (300).to_bytes(8, "little")
    places = [at for at in range(200) if content[at : at + 8] == count] + [content.index((320).to_bytes(8, "little"))]
    assert len(places) == 4
    for at in places:
        path.write_bytes(content[:at] + (3_000).to_bytes(8, "little") + content[at + 8 :])
        with pytest.raises(IndexFileError, match=r"vectors\.faiss (is damaged|holds an id)"):
            DenseIndex.load(path)


def test_a_folder_that_is_not_there_is_a_sentence(index: DenseIndex, tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match="cannot be written"):
        index.save(tmp_path / "none" / "vectors.faiss")
