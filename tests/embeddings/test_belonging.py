"""To whom a question belongs, against the same fit made one owner at a time, and its files against damage."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embeddings.belonging
from embeddings.belonging import (
    LETTERS_FILE,
    LETTERS_SHARE,
    NAMES_FILE,
    RIDGE,
    SHARPNESS,
    VECTORS_FILE,
    Belonging,
    BelongingIndex,
)
from embeddings.dense import DenseIndex
from embeddings.encoded_texts import EncodedTexts
from embeddings.encoders import without_tokens
from embeddings.errors import IndexFileError
from embeddings.late import Members
from embeddings.letters import cosines, letter_counts

DIRECTIONS = {
    "mend mail": (3, 1, 0, 0),
    "wrong inbox": (3, 0.5, 0.5, 0),
    "fees": (3, 0, 1, 0),
    "who is king": (0, 0, 0, 1),
}
NAMES = {7: ["mend mail", "wrong inbox"], 3: ["fees"]}
WITHHELD = ["who is king"]
PLACE = st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.integers(1, 3))


def unit(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float32) / np.float32(math.hypot(*numbers))


def store(directions: Mapping[str, Sequence[float]]) -> EncodedTexts:
    vectors = np.stack([unit(*numbers) for numbers in directions.values()])
    return EncodedTexts.build(list(directions), without_tokens(vectors))


def letters_alike(first: str, second: str) -> float:
    return float(cosines(letter_counts([first, second]))[0, 1])


def reference(
    directions: Mapping[str, Sequence[float]], names: Mapping[int, Sequence[str]], question: Sequence[float], text: str
) -> dict[int, float]:
    """Kernel ridge regression of "is a name of this one" (1 or 0), for one owner after the other."""
    named = [(owner, name) for owner, own in names.items() for name in own]

    def alike(first: str, at: Sequence[float], second: str, there: Sequence[float]) -> float:
        cosine = sum(map(math.prod, zip(at, there, strict=True))) / math.hypot(*at) / math.hypot(*there)
        return math.exp(SHARPNESS * (cosine - 1)) + LETTERS_SHARE * letters_alike(first, second)

    known = np.array([[alike(a, directions[a], b, directions[b]) for _, a in named] for _, b in named])
    met = np.array([alike(text, question, name, directions[name]) for _, name in named])
    shares = {}
    for owner in names:
        is_own = np.array([float(other == owner) for other, _ in named])
        shares[owner] = float(met @ np.linalg.solve(known + RIDGE * np.eye(len(named)), is_own))
    return shares


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({1: 0.4, 2: 0.1}, (0.5, 0.125)),
        ({1: 0.4, 2: 0.0}, (0.4, 0.0)),
        ({1: -0.1, 2: 0.001}, (0.0, 0.0)),  # once: nearly ten times what anything can belong
        ({1: 0.4, 2: -0.1}, (0.3, 0.0)),
        ({3: 0.4}, (0.0, 0.0)),
    ],
)
def test_the_version_to_which_it_belongs_most_counts_for_all(
    shares: dict[int, float], expected: tuple[float, float]
) -> None:
    found = Belonging(shares)
    assert (found.of_version(1, (1, 2)), found.of_version(2, (1, 2))) == pytest.approx(expected)


@given(st.dictionaries(st.integers(0, 5), st.floats(-2, 2), max_size=6), st.sets(st.integers(0, 5), min_size=1))
def test_no_version_has_more_than_its_family(shares: dict[int, float], family: set[int]) -> None:
    found = Belonging(shares)
    limit = max(0.0, found.of(family))
    assert all(0 <= found.of_version(key, family) <= limit + 1e-9 for key in family)


@pytest.fixture
def texts() -> EncodedTexts:
    return store(DIRECTIONS)


@pytest.fixture
def index(texts: EncodedTexts) -> BelongingIndex:
    return BelongingIndex.build(NAMES, WITHHELD, texts)


@given(st.lists(st.tuples(PLACE, st.integers(0, 3)), min_size=1, max_size=8), PLACE, st.sampled_from(["ab", "x", ""]))
def test_shares_are_the_reference(
    drawn: list[tuple[tuple[int, int, int], int]], question: tuple[int, int, int], text: str
) -> None:
    directions = {f"{'abc'[number % 3]} {number}": place for number, (place, _) in enumerate(drawn)}
    names: dict[int, list[str]] = {}
    for name, (_, owner) in zip(directions, drawn, strict=True):
        names.setdefault(owner, []).append(name)
    found = BelongingIndex.build(names, [], store(directions)).belonging(unit(*question), text)
    assert dict(found.shares) == pytest.approx(reference(directions, names, question, text), abs=1e-4)


@pytest.mark.parametrize(("name", "owner"), [(name, owner) for owner, own in NAMES.items() for name in own])
def test_a_question_that_is_a_name_belongs_to_its_owner(index: BelongingIndex, name: str, owner: int) -> None:
    found = index.belonging(unit(*DIRECTIONS[name]), name)
    assert found.of([owner]) == pytest.approx(1, abs=0.2)
    assert sum(found.shares.values()) - found.of([owner]) == pytest.approx(0, abs=0.2)


def test_what_is_far_from_all_names_belongs_to_none(index: BelongingIndex) -> None:
    assert all(abs(share) < 0.1 for share in index.belonging(unit(-1, -1, -1, -1), "zzz").shares.values())


def test_owners_of_one_name_share_it(texts: EncodedTexts) -> None:
    found = BelongingIndex.build({1: ["mend mail"], 2: ["fees"], 5: ["mend mail"]}, [], texts).belonging(
        unit(*DIRECTIONS["mend mail"]), "mend mail"
    )
    assert found.of([1]) == pytest.approx(found.of([5]))
    assert found.of([1, 5]) == pytest.approx(1, abs=0.1)
    assert found.of([1, 1]) == found.of([1]) + found.of([1])
    assert found.of([]) == found.of([9]) == 0


def test_what_sets_neighbours_apart_counts_more_than_what_they_have_in_common() -> None:
    found = BelongingIndex.build({1: ["aaa"], 2: ["bbb"]}, [], store({"aaa": (3, 1, 0), "bbb": (3, 0, 1)})).belonging(
        unit(3, 1, 0), "zzz"
    )
    assert unit(3, 1, 0) @ unit(3, 0, 1) == pytest.approx(0.9)
    assert found.of([1]) > 2.5 * found.of([2])


def test_many_names_outvote_no_nearer_one() -> None:
    crowd = {f"{place:03}": (3, 0, 1 + place / 100) for place in range(100)}
    texts = store({"aaa": (3, 1, 0), **crowd})
    found = BelongingIndex.build({1: ["aaa"], 2: list(crowd)}, [], texts).belonging(unit(3, 1, 0), "aaa")
    assert found.of([1]) > 0.8 > 0.2 > found.of([2])


def test_letters_tell_apart_what_means_the_same() -> None:
    texts = store({"withdrawal": (1, 0), "payout": (1, 0)})
    found = BelongingIndex.build({1: ["withdrawal"], 2: ["payout"]}, [], texts).belonging(unit(1, 0), "withdrawl")
    assert found.of([1]) > found.of([2]) + 0.3


def test_names_that_none_answers_are_withheld(index: BelongingIndex, texts: EncodedTexts) -> None:
    found = index.belonging(unit(*DIRECTIONS["who is king"]), "who is king")
    assert found.withheld == pytest.approx(1, abs=0.1)
    assert found.of([3, 7]) < 0.1
    assert index.withholds
    without = BelongingIndex.build(NAMES, [], texts)
    assert not without.withholds
    assert without.belonging(unit(*DIRECTIONS["who is king"]), "who is king").withheld == 0


def test_ids_are_those_of_articles(index: BelongingIndex, texts: EncodedTexts) -> None:
    assert index.ids == [3, 7]
    assert BelongingIndex.build({9: [], **NAMES}, [], texts).ids == [3, 7, 9]
    assert BelongingIndex.build({}, WITHHELD, texts).ids == []


def test_only_the_nearest_names_count(texts: EncodedTexts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings.belonging, "NEAREST", 2)
    question = (unit(3, 0.9, 0, 0), "mail")
    found = BelongingIndex.build(NAMES, WITHHELD, texts).belonging(*question)
    assert set(found.shares) == {7}
    assert found == BelongingIndex.build({7: NAMES[7]}, [], texts).belonging(*question)


@pytest.mark.parametrize("names", [{}, {4: []}])
def test_without_names_nothing_belongs(names: dict[int, list[str]], texts: EncodedTexts, tmp_path: Path) -> None:
    BelongingIndex.build(names, [], texts).save(tmp_path)
    index = BelongingIndex.load(tmp_path, texts)
    assert index.ids == list(names)
    assert not index.withholds
    found = index.belonging(unit(1, 0, 0, 0), "fees")
    assert (dict(found.shares), found.of([4]), found.withheld) == ({}, 0, 0)


def test_what_is_saved_is_loaded(index: BelongingIndex, texts: EncodedTexts, tmp_path: Path) -> None:
    index.save(tmp_path / "new" / "belonging")
    again = BelongingIndex.load(tmp_path / "new" / "belonging", texts)
    assert (again.ids, again.withholds) == (index.ids, index.withholds)
    for text in ("wrong inbox", "fee", ""):
        assert again.belonging(unit(1, 1, 1, 1), text) == index.belonging(unit(1, 1, 1, 1), text)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (NAMES_FILE, r"list of passages .*names\.npz is missing; build the index again"),
        (VECTORS_FILE, r"dense index .*names\.faiss is missing; build the index again"),
        (LETTERS_FILE, r"index of names lacks .*letters\.npy; build the index again"),
    ],
)
def test_a_missing_file_is_named(
    index: BelongingIndex, texts: EncodedTexts, tmp_path: Path, name: str, sentence: str
) -> None:
    index.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(IndexFileError, match=sentence):
        BelongingIndex.load(tmp_path, texts)


@pytest.mark.parametrize("name", [NAMES_FILE, VECTORS_FILE, LETTERS_FILE])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_file_cut_short_is_a_sentence(
    index: BelongingIndex, texts: EncodedTexts, tmp_path: Path, name: str, kept: float
) -> None:
    index.save(tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(IndexFileError, match=r"damaged.*; build the index again"):
        BelongingIndex.load(tmp_path, texts)


def test_pickles_are_never_read(index: BelongingIndex, texts: EncodedTexts, tmp_path: Path) -> None:
    index.save(tmp_path)
    np.save(tmp_path / LETTERS_FILE, np.array([print], dtype=object))
    with pytest.raises(IndexFileError, match=r"index of names in .* is damaged"):
        BelongingIndex.load(tmp_path, texts)


@pytest.mark.parametrize("name", [NAMES_FILE, VECTORS_FILE, LETTERS_FILE])
def test_files_of_other_names_are_refused(
    index: BelongingIndex, texts: EncodedTexts, tmp_path: Path, name: str
) -> None:
    index.save(tmp_path / "one")
    BelongingIndex.build(NAMES, [], texts).save(tmp_path / "other")
    (tmp_path / "other" / name).replace(tmp_path / "one" / name)
    with pytest.raises(IndexFileError, match=r"Letters of shape .* do not fit"):
        BelongingIndex.load(tmp_path / "one", texts)


def test_other_texts_are_refused(index: BelongingIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    with pytest.raises(IndexFileError, match="The names are of other texts"):
        BelongingIndex.load(tmp_path, store({"fees": (1, 0, 0, 0)}))


def test_parts_that_do_not_fit_are_refused(texts: EncodedTexts) -> None:
    names, vectors = Members.build({7: [0, 1]}), texts.vector_block[:2]
    nearest = DenseIndex.build(range(2), vectors)
    for letters in (letter_counts(["fees"]), letter_counts(["a", "b"])[:, 1:], letter_counts(["a", "b"])[0]):
        with pytest.raises(ValueError, match="do not fit 2 names; build the index again"):
            BelongingIndex(names, nearest, letters, texts)
    for other in (DenseIndex.build([0], vectors[:1]), DenseIndex.build([1, 2], vectors)):
        with pytest.raises(ValueError, match=f"and {len(other)} vectors do not fit 2 names"):
            BelongingIndex(names, other, letter_counts(["a", "b"]), texts)


def test_a_name_that_was_not_encoded_is_refused(texts: EncodedTexts) -> None:
    for names, withheld in (({1: ["never encoded"]}, []), ({}, ["never encoded"])):
        with pytest.raises(ValueError, match="is not in the store of encoded texts"):
            BelongingIndex.build(names, withheld, texts)


@pytest.mark.parametrize("vector", [unit(1, 0), np.full(4, np.nan), np.ones((1, 4))])
def test_a_vector_that_does_not_fit_is_refused(index: BelongingIndex, vector: np.ndarray) -> None:
    with pytest.raises(ValueError, match="The question's vector"):
        index.belonging(vector, "fees")


def test_a_folder_that_cannot_be_made_is_a_sentence(index: BelongingIndex, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexFileError, match="index of names cannot be written"):
        index.save(tmp_path / "file")
