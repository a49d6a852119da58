"""Late interaction against ten lines of loops, and its file against damage."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embeddings.late
from embeddings.encoded_texts import EncodedTexts
from embeddings.encoders import Encoding, TokenVectors, without_tokens
from embeddings.errors import IndexFileError
from embeddings.late import LateIndex, Members, maxsim

WIDTH = 4
TOKEN = st.lists(st.integers(-127, 127), min_size=WIDTH, max_size=WIDTH)
TEXT = st.lists(TOKEN, max_size=4)
CORPUS = st.lists(TEXT, min_size=1, max_size=6)


def tokens(rows: Sequence[Sequence[int]]) -> TokenVectors:
    return np.array(rows, dtype=np.int8).reshape(len(rows), WIDTH)


def store(texts: Sequence[Sequence[Sequence[int]]]) -> EncodedTexts:
    return EncodedTexts.build(
        [f"text {number}" for number in range(len(texts))],
        Encoding(
            vectors=np.ones((len(texts), 2), dtype=np.float32),
            tokens=tokens([token for text in texts for token in text]),
            starts=np.cumsum([0, *map(len, texts)], dtype=np.int64),
        ),
    )


def index(texts: Sequence[Sequence[Sequence[int]]], members: Mapping[int, Sequence[int]]) -> LateIndex:
    return LateIndex(store(texts), Members.build(members))


def reference(question: Sequence[Sequence[int]], passage: Sequence[Sequence[int]]) -> float:
    """MaxSim, number by number."""
    total = 0.0
    for wanted in question:
        best = 0.0
        for token in passage:
            cosine = sum(left * right for left, right in zip(wanted, token, strict=True)) / 127**2
            best = max(best, min(cosine, 1.0))
        total += best
    return total / len(question) if question else 0.0


def unit_tokens(seed: int, count: int, width: int) -> TokenVectors:
    """Unit vectors, times 127, rounded."""
    rows = np.random.default_rng(seed).normal(size=(count, width))
    return np.rint(127 * rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.int8)


def scores(late: LateIndex, question: TokenVectors, ids: Sequence[int]) -> dict[int, float]:
    return dict(zip(ids, late.scores(question, ids).tolist(), strict=True))


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[list[list[int]]], dict[int, list[int]]]:
    texts = draw(CORPUS)
    rows = st.lists(st.integers(0, len(texts) - 1), max_size=4)
    return texts, draw(st.dictionaries(st.integers(0, 2**60 - 1), rows, max_size=5))


@given(corpora(), TEXT, st.sampled_from([1, 7, 2048]), st.randoms())
def test_scores_are_the_reference(
    corpus: tuple[list[list[list[int]]], dict[int, list[int]]], question: list[list[int]], at_once: int, random: object
) -> None:
    texts, members = corpus
    ids = sorted(members, key=lambda _: random.random())
    expected = {id_: reference(question, [token for row in members[id_] for token in texts[row]]) for id_ in ids}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embeddings.late, "TOKENS_AT_ONCE", at_once)
        found = scores(index(texts, members), tokens(question), ids)
    assert list(found) == ids
    assert found == pytest.approx(expected, abs=1e-5)
    assert all(0.0 <= score <= 1.0 for score in found.values())


@given(corpora(), TEXT)
def test_a_score_does_not_depend_on_the_other_candidates(
    corpus: tuple[list[list[list[int]]], dict[int, list[int]]], question: list[list[int]]
) -> None:
    texts, members = corpus
    late, asked = index(texts, members), tokens(question)
    together = scores(late, asked, list(members))
    assert scores(late, asked, list(members)[::-1]) == pytest.approx(together, abs=1e-6)
    for id_ in members:
        assert scores(late, asked, [id_]) == pytest.approx({id_: together[id_]}, abs=1e-6)


@given(CORPUS, TEXT)
def test_one_more_text_never_lowers_a_score(texts: list[list[list[int]]], question: list[list[int]]) -> None:
    late = index(texts, {number: list(range(number + 1)) for number in range(len(texts))})
    scores = late.scores(tokens(question), late.ids).tolist()
    assert all(more >= fewer - 1e-6 for fewer, more in pairwise(scores))


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_a_passage_that_is_the_question_scores_one(seed: int, length: int) -> None:
    question = unit_tokens(seed, length, 64)
    assert maxsim(question, question, np.array([0, length])).mean() == pytest.approx(1.0, abs=0.04)


def test_says_how_well_each_token_of_the_question_is_met() -> None:
    texts = [[[127, 0, 0, 0]], [[0, 127, 0, 0], [0, 0, -127, 0]], []]
    late = index(texts, {7: [0], 8: [0, 1], 9: [2], 10: []})
    question = tokens([[127, 0, 0, 0], [0, 127, 0, 0], [0, 0, 127, 0]])
    expected = [[1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 0]]
    np.testing.assert_allclose(late.similarities(question, [8, 7, 9, 10, 7]), expected, atol=1e-6)
    assert scores(late, question, [8, 9, 7]) == pytest.approx({8: 2 / 3, 9: 0.0, 7: 1 / 3})


def test_a_question_without_tokens_is_met_by_nothing() -> None:
    late = index([[[127, 0, 0, 0]]], {7: [0]})
    assert scores(late, tokens([]), [7]) == {7: 0.0}
    assert scores(late, np.zeros((0, 0), dtype=np.int8), [7]) == {7: 0.0}
    assert scores(late, tokens([[1, 2, 3, 4]]), []) == {}


def test_a_store_without_tokens_meets_nothing() -> None:
    late = LateIndex(EncodedTexts.build(["a"], without_tokens(np.ones((1, 2), np.float32))), Members.build({7: [0]}))
    assert scores(late, np.zeros((0, 0), dtype=np.int8), [7]) == {7: 0.0}
    assert scores(late, tokens([[1, 2, 3, 4]]), [7]) == {7: 0.0}


def test_an_empty_index(tmp_path: Path) -> None:
    Members.build({}).save(tmp_path / "members.npz")
    late = LateIndex(store([]), Members.load(tmp_path / "members.npz"))
    assert (len(late), late.ids) == (0, [])
    assert scores(late, tokens([[1, 2, 3, 4]]), []) == {}
    with pytest.raises(ValueError, match="The id 7"):
        scores(late, tokens([[1, 2, 3, 4]]), [7])


@pytest.mark.parametrize("unknown", [0, 8, 2**60 - 1, -1])
def test_unknown_ids_are_refused(unknown: int) -> None:
    late = index([[[127, 0, 0, 0]]], {7: [0], 9: [0]})
    with pytest.raises(ValueError, match=f"The id {unknown} is not in the list of passages"):
        scores(late, tokens([[1, 2, 3, 4]]), [9, unknown])


@pytest.mark.parametrize("shape", [(2, WIDTH + 1), (WIDTH,), (2, 0), (1, 1, WIDTH)])
def test_refuses_other_shapes(shape: tuple[int, ...]) -> None:
    late = index([[[127, 0, 0, 0]]], {7: [0]})
    with pytest.raises(ValueError, match=r"needs \(tokens, 4\)"):
        scores(late, np.ones(shape, dtype=np.int8), [7])


def test_rows_that_are_not_in_the_store_are_refused() -> None:
    with pytest.raises(ValueError, match="made of text 1, but there are 1"):
        index([[[127, 0, 0, 0]]], {7: [0], 8: [1]})
    for row in (-1, 2**31):
        with pytest.raises(ValueError, match=f"The rows {min(row, 0)} to {max(row, 0)} do not fit"):
            Members.build({7: [0, row]})
    with pytest.raises(ValueError, match="id -1 does not fit"):
        Members.build({-1: [0]})


def test_saves_and_loads(tmp_path: Path) -> None:
    members = Members.build({9: [3, 0, 3], 2**60 - 1: [1], 4: []})
    members.save(tmp_path / "members.npz")
    Members.build({4: [], 2**60 - 1: [1], 9: [3, 0, 3]}).save(tmp_path / "again.npz")
    loaded = Members.load(tmp_path / "members.npz")
    assert [*loaded.ids, *loaded.starts, *loaded.rows] == [4, 9, 2**60 - 1, 0, 0, 3, 4, 3, 0, 3, 1]
    assert len(loaded) == 3
    assert loaded.rows_of(9).tolist() == [3, 0, 3]
    assert loaded.rows_of(4).tolist() == []
    with pytest.raises(ValueError, match="The id 5 is not in the list"):
        loaded.rows_of(5)
    assert (tmp_path / "members.npz").read_bytes() == (tmp_path / "again.npz").read_bytes()


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_file_cut_short_is_a_sentence(tmp_path: Path, kept: float) -> None:
    path = tmp_path / "members.npz"
    Members.build({9: [3, 0, 3], 4: []}).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(IndexFileError, match=r"members\.npz is damaged"):
        Members.load(path)


@pytest.mark.parametrize(
    ("array", "value"),
    [
        ("ids", np.array([9, 4], np.int64)),
        ("ids", np.array([4, 4], np.int64)),
        ("ids", np.array([-4, 9], np.int64)),
        ("ids", np.array([4, 9], np.int32)),
        ("ids", np.array([4], np.int64)),
        ("starts", np.array([0, 3, 2], np.int64)),
        ("starts", np.array([1, 1, 2], np.int64)),
        ("starts", np.array([0, 1, 3], np.int64)),
        ("starts", np.array([[0, 1, 2]], np.int64)),
        ("rows", np.array([0, -1], np.int32)),
        ("rows", np.array([0, 1], np.float32)),
    ],
)
def test_parts_that_do_not_fit_are_refused(tmp_path: Path, array: str, value: np.ndarray) -> None:
    path = tmp_path / "members.npz"
    Members.build({4: [0], 9: [1]}).save(path)
    with np.load(path) as arrays:
        content = dict(arrays)
    np.savez(path, **{**content, array: value})
    with pytest.raises(IndexFileError, match="do not fit"):
        Members.load(path)


def test_other_files_are_sentences(tmp_path: Path) -> None:
    path = tmp_path / "members.npz"
    with pytest.raises(IndexFileError, match=r"members\.npz is missing"):
        Members.load(path)
    members = Members.build({4: [0], 9: [1]})
    members.save(path)
    with np.load(path) as arrays:
        content = dict(arrays)
    np.savez(path, **{**content, "format": 0})
    with pytest.raises(IndexFileError, match="another version"):
        Members.load(path)
    np.savez(path, **{**content, "rows": np.array([print, 1], dtype=object)})
    with pytest.raises(IndexFileError, match="damaged"):
        Members.load(path)
    del content["rows"]
    np.savez(path, **content)
    with pytest.raises(IndexFileError, match="damaged"):
        Members.load(path)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(IndexFileError, match="damaged"):
        Members.load(path)
    with pytest.raises(IndexFileError, match="cannot be written"):
        members.save(tmp_path / "none" / "members.npz")
