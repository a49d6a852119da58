"""The store of encoded texts: what went in comes out, however it was put together, and its files against damage."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embeddings.encoded_texts
from embeddings.encoded_texts import (
    HEAD_FILE,
    KEYS_FILE,
    STARTS_FILE,
    TOKENS_FILE,
    VECTORS_FILE,
    EncodedTexts,
    text_key,
)
from embeddings.encoders import Encoding, without_tokens
from embeddings.errors import IndexFileError

TEXTS = ["How do I change my email?", "Open User center.", "", "2FA 修改邮箱 🙂", "a lone \ud800 surrogate"]
FILES = [HEAD_FILE, KEYS_FILE, STARTS_FILE, VECTORS_FILE, TOKENS_FILE]


def encoding(texts: Sequence[str], token_dimensions: int = 4) -> Encoding:
    """For each text a vector that its key gives, and as many tokens as it has words."""
    vectors, tokens = [], []
    for text in texts:
        numbers = np.random.default_rng(text_key(text))
        vectors.append(numbers.normal(size=6))
        tokens.append(numbers.integers(-127, 128, size=(len(text.split()), token_dimensions)))
    starts = np.cumsum([0, *map(len, tokens)])
    return Encoding(
        vectors=np.array(vectors, dtype=np.float32).reshape(len(texts), 6),
        tokens=np.concatenate([np.zeros((0, token_dimensions)), *tokens]).astype(np.int8),
        starts=starts.astype(np.int64),
    )


@pytest.fixture
def store() -> EncodedTexts:
    return EncodedTexts.build(TEXTS, encoding(TEXTS))


def keys(texts: Sequence[str]) -> list[int]:
    return [text_key(text) for text in texts]


def saved(store: EncodedTexts, folder: Path) -> dict[str, bytes]:
    store.save(folder)
    return {name: (folder / name).read_bytes() for name in FILES}


def assert_holds(store: EncodedTexts, texts: Sequence[str], token_dimensions: int = 4) -> None:
    assert len(store) == len(texts)
    assert (store.dimensions, store.token_dimensions) == (6, token_dimensions)
    np.testing.assert_array_equal(store.vectors(texts), encoding(texts).vectors)
    np.testing.assert_array_equal(store.vector_block, encoding(texts).vectors)
    for row, text in enumerate(texts):
        assert text in store
        if token_dimensions:
            np.testing.assert_array_equal(store.tokens(text), encoding([text], token_dimensions).tokens)
        assert store.tokens(text).shape[1] == token_dimensions
        np.testing.assert_array_equal(store.token_block[store.starts[row] : store.starts[row + 1]], store.tokens(text))
    assert store.keys.tolist() == keys(texts)
    assert store.rows(store.keys[::-1]).tolist() == list(range(len(texts)))[::-1]


def test_the_key_of_a_text_never_changes() -> None:
    assert text_key("") == 0xE4A6A0577479B2B
    assert text_key("Open User center.") == text_key("Open User center.") != text_key("Open user center.")


@given(st.text())
def test_a_key_fits_an_index(text: str) -> None:
    assert 0 <= text_key(text) < 2**60


def test_holds_what_it_was_given(store: EncodedTexts) -> None:
    assert_holds(store, TEXTS)
    assert store.has_tokens
    assert "never seen" not in store
    assert 7 not in store
    assert store.vectors([]).shape == (0, 6)
    assert store.vectors([TEXTS[3], TEXTS[0], TEXTS[3]]).shape == (3, 6)


def test_what_is_not_there_is_named(store: EncodedTexts) -> None:
    with pytest.raises(ValueError, match="'never seen' is not in the store"):
        store.vectors([TEXTS[0], "never seen"])
    with pytest.raises(ValueError, match="'never seen' is not in the store"):
        store.tokens("never seen")
    with pytest.raises(ValueError, match="The key 12 is not in the store"):
        store.rows([text_key(""), 12])


def test_saves_and_loads(store: EncodedTexts, tmp_path: Path) -> None:
    store.save(tmp_path / "new" / "texts")
    assert_holds(EncodedTexts.load(tmp_path / "new" / "texts"), TEXTS)


def test_a_loaded_store_is_mapped_and_outlives_its_files(store: EncodedTexts, tmp_path: Path) -> None:
    store.save(tmp_path)
    loaded = EncodedTexts.load(tmp_path)
    assert isinstance(loaded.token_block.base, np.memmap)
    assert not loaded.token_block.flags.writeable
    for name in FILES:
        (tmp_path / name).unlink()
    assert_holds(loaded, TEXTS)


def test_the_same_texts_give_the_same_bytes(store: EncodedTexts, tmp_path: Path) -> None:
    again = EncodedTexts.build(TEXTS, encoding(TEXTS))
    first = saved(store, tmp_path / "1")
    assert saved(again, tmp_path / "2") == first
    assert saved(EncodedTexts.load(tmp_path / "1"), tmp_path / "3") == first


@given(st.permutations(TEXTS), st.integers(0, 5), st.sets(st.sampled_from(TEXTS)))
def test_chosen_from_old_and_new_is_as_if_built_at_once(order: list[str], cut: int, wanted: set[str]) -> None:
    old, new = order[:cut], order[max(0, cut - 1) :]
    stores = [EncodedTexts.build(texts, encoding(texts)) for texts in (new, old)]
    texts = [text for text in TEXTS if text in wanted]
    assert_holds(EncodedTexts.chosen(keys(texts), stores), texts)


def test_chosen_gives_the_bytes_of_build(store: EncodedTexts, tmp_path: Path) -> None:
    store.save(tmp_path / "old")
    new = ["A new sentence.", *TEXTS[3:]]
    built = EncodedTexts.build(new, encoding(new))
    chosen = EncodedTexts.chosen(keys(new), [EncodedTexts.load(tmp_path / "old"), built])
    assert saved(chosen, tmp_path / "a") == saved(built, tmp_path / "b")


def test_the_first_store_that_has_a_text_gives_it(store: EncodedTexts) -> None:
    other = encoding(TEXTS)
    second = EncodedTexts.build(TEXTS, Encoding(-other.vectors, other.tokens, other.starts))
    np.testing.assert_array_equal(EncodedTexts.chosen(keys(TEXTS), [second, store]).vectors(TEXTS), -other.vectors)


def test_what_cannot_be_chosen_is_refused(store: EncodedTexts) -> None:
    with pytest.raises(ValueError, match=f"key {text_key('never seen')} has not been encoded"):
        EncodedTexts.chosen(keys(["never seen", *TEXTS]), [store])
    with pytest.raises(ValueError, match="is given twice"):
        EncodedTexts.chosen(keys([TEXTS[0], TEXTS[0]]), [store])
    with pytest.raises(ValueError, match=r"dimensions \[\(6, 0\), \(6, 4\)\]"):
        EncodedTexts.chosen(keys(TEXTS), [store, EncodedTexts.build([], without_tokens(encoding([]).vectors))])
    with pytest.raises(ValueError, match="one encoder"):
        EncodedTexts.chosen(keys(TEXTS), [])


@pytest.mark.parametrize("texts", [TEXTS, []])
def test_an_encoder_without_tokens(texts: list[str], tmp_path: Path) -> None:
    EncodedTexts.build(texts, without_tokens(encoding(texts).vectors)).save(tmp_path)
    loaded = EncodedTexts.load(tmp_path)
    assert not loaded.has_tokens
    assert_holds(loaded, texts, token_dimensions=0)


def test_an_empty_store(tmp_path: Path) -> None:
    EncodedTexts.build([], encoding([])).save(tmp_path)
    loaded = EncodedTexts.load(tmp_path)
    assert_holds(loaded, [])
    assert loaded.has_tokens
    assert "email" not in loaded
    with pytest.raises(ValueError, match="The key 3"):
        loaded.rows([3])


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_refused_by_the_name_of_its_text(spoilt: float) -> None:
    texts = ["Fine.", "A long sentence " * 20]
    vectors = encoding(texts).vectors
    vectors[1, 3] = spoilt
    with pytest.raises(ValueError, match=r"'A long sentence .*'… holds a number that is not finite"):
        EncodedTexts.build(texts, without_tokens(vectors))


def test_a_text_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'b' is given twice"):
        EncodedTexts.build(["b", "a", "b"], encoding(["b", "a", "b"]))


def test_two_texts_with_one_key_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = encoding(["a", "b"])
    monkeypatch.setattr(embeddings.encoded_texts, "text_key", lambda text: 5)
    with pytest.raises(ValueError, match="'a' and the text 'b' have the same key 5"):
        EncodedTexts.build(["a", "b"], encoded)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("vectors", np.zeros((4, 6), np.float32)),
        ("vectors", np.zeros((5, 6), np.float64)),
        ("vectors", np.zeros((5, 0), np.float32)),
        ("vectors", np.zeros(5, np.float32)),
        ("starts", np.array([0, 1, 2, 3, 4], np.int64)),
        ("starts", np.array([0, 6, 9, 9, 11, 13], np.int64)),
        ("starts", np.array([1, 6, 9, 9, 11, 15], np.int64)),
        ("starts", np.array([0, 9, 6, 9, 11, 15], np.int64)),
        ("starts", np.array([0, 6, 9, 9, 11, 15], np.int32)),
        ("tokens", np.zeros((14, 4), np.int8)),
        ("tokens", np.zeros((15, 0), np.int8)),
        ("tokens", np.zeros((15, 4), np.float32)),
        ("tokens", np.zeros(15, np.int8)),
    ],
)
def test_parts_that_do_not_fit_are_refused(tmp_path: Path, part: str, value: np.ndarray) -> None:
    whole = encoding(TEXTS)
    parts = {"vectors": whole.vectors, "tokens": whole.tokens, "starts": whole.starts, part: value}
    with pytest.raises(ValueError, match="does not fit 5 texts"):
        EncodedTexts.build(TEXTS, Encoding(**parts))
    EncodedTexts.build(TEXTS, whole).save(tmp_path)
    np.save(tmp_path / f"{part}.npy", value)
    with pytest.raises(IndexFileError, match="do not fit"):
        EncodedTexts.load(tmp_path)


@pytest.mark.parametrize("keys", [[1, 2, 3, 4], [1, 2, 3, 4, 4], [1, 2, 3, 4, -5], [1, 2, 3, 4, 2**60]])
def test_keys_that_cannot_be_are_refused(store: EncodedTexts, tmp_path: Path, keys: list[int]) -> None:
    store.save(tmp_path)
    np.save(tmp_path / KEYS_FILE, np.array(keys, np.int64))
    with pytest.raises(IndexFileError, match="do not fit"):
        EncodedTexts.load(tmp_path)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_file_cut_short_is_a_sentence(store: EncodedTexts, tmp_path: Path, name: str, kept: float) -> None:
    content = saved(store, tmp_path)[name]
    (tmp_path / name).write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(IndexFileError, match="damaged"):
        EncodedTexts.load(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(store: EncodedTexts, tmp_path: Path, name: str) -> None:
    store.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(IndexFileError, match=f"{name}; build"):
        EncodedTexts.load(tmp_path)


def test_pickles_and_archives_are_never_read(store: EncodedTexts, tmp_path: Path) -> None:
    store.save(tmp_path)
    np.save(tmp_path / VECTORS_FILE, np.array([print] * 5, dtype=object))
    with pytest.raises(IndexFileError, match="damaged"):
        EncodedTexts.load(tmp_path)
    with (tmp_path / VECTORS_FILE).open("wb") as file:
        np.savez(file, vectors=encoding(TEXTS).vectors)
    with pytest.raises(IndexFileError, match="damaged"):
        EncodedTexts.load(tmp_path)


@pytest.mark.parametrize("head", [{"format": 0}, {}, [], 7])
def test_another_version_is_refused(store: EncodedTexts, tmp_path: Path, head: object) -> None:
    store.save(tmp_path)
    (tmp_path / HEAD_FILE).write_text(json.dumps(head), encoding="utf-8")
    with pytest.raises(IndexFileError, match="another version"):
        EncodedTexts.load(tmp_path)


def test_a_folder_that_cannot_be_written_is_a_sentence(store: EncodedTexts, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexFileError, match="cannot be written"):
        store.save(tmp_path / "file")
