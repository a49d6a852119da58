import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import composition
from embeddings.composition import COMPOSITION_IDENTITY, passage_vectors, sentence_owners, sentence_vectors
from embeddings.encoded_texts import EncodedTexts
from embeddings.encoders import Encoding, without_tokens
from embeddings.late import Members

TITLE, FIRST, SECOND, OTHER = range(4)
TOKENS = [2, 3, 1, 0]
TITLE_VECTOR = np.array([1, 0, 0])


def store(vectors: np.ndarray, lengths: list[int]) -> EncodedTexts:
    """Texts of these vectors, with so many tokens each (what the tokens are does not matter)."""
    starts = np.cumsum([0, *lengths]).astype(np.int64)
    tokens = np.ones((int(starts[-1]), 2), dtype=np.int8)
    names = [f"text {number}" for number in range(len(vectors))]
    return EncodedTexts.build(names, Encoding(vectors.astype(np.float32), tokens, starts))


@pytest.fixture
def texts() -> EncodedTexts:
    return store(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0.6, 0.8]]), TOKENS)


@pytest.fixture
def members() -> Members:
    """Passage 7 has a title and two sentences, passage 4 the same title and one."""
    return Members.build({7: [TITLE, FIRST, SECOND], 4: [TITLE, OTHER]})


def test_a_passage_is_the_mean_of_its_sentences_by_tokens_and_its_title(texts: EncodedTexts, members: Members) -> None:
    mean = np.array([0, 3, 1]) / 10**0.5
    expected = [np.array([1, 0.6, 0.8]) / 2**0.5, (mean + TITLE_VECTOR) / 2**0.5]
    np.testing.assert_allclose(passage_vectors(texts, members), expected, atol=1e-6)


def test_a_sentence_is_its_vector_and_half_its_titles(texts: EncodedTexts, members: Members) -> None:
    expected = np.array([[0.5, 0.6, 0.8], [0.5, 1, 0], [0.5, 0, 1]]) / 1.25**0.5
    np.testing.assert_allclose(sentence_vectors(texts, members), expected, atol=1e-6)
    assert sentence_owners(members).tolist() == [4, 7, 7]


def test_the_title_has_its_share(texts: EncodedTexts, members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "TITLE_IN_SENTENCE", 0.0)
    monkeypatch.setattr(composition, "TITLE_IN_PASSAGE", 0.0)
    np.testing.assert_array_equal(sentence_vectors(texts, members), texts.vector_block[[OTHER, FIRST, SECOND]])
    np.testing.assert_allclose(
        passage_vectors(texts, members), [texts.vector_block[OTHER], [0, 3 / 10**0.5, 1 / 10**0.5]], atol=1e-6
    )


def test_the_identity_names_the_shares() -> None:
    assert f"title={composition.TITLE_IN_SENTENCE}/{composition.TITLE_IN_PASSAGE}" in COMPOSITION_IDENTITY


def test_without_tokens_every_sentence_counts_the_same(members: Members) -> None:
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0.6, 0.8]], dtype=np.float32)
    names = [f"text {number}" for number in range(4)]
    texts = EncodedTexts.build(names, without_tokens(vectors))
    np.testing.assert_allclose(passage_vectors(texts, members)[1], [0.5**0.5, 0.5, 0.5], atol=1e-6)


def test_a_text_may_stand_in_a_passage_twice(texts: EncodedTexts) -> None:
    members = Members.build({1: [TITLE, FIRST, FIRST, TITLE]})
    mean = np.array([2, 6, 0]) / 40**0.5
    expected = (mean + TITLE_VECTOR) / np.linalg.norm(mean + TITLE_VECTOR)
    np.testing.assert_allclose(passage_vectors(texts, members)[0], expected, atol=1e-6)
    assert len(sentence_vectors(texts, members)) == 3


def test_no_passages_give_no_vectors(texts: EncodedTexts) -> None:
    nothing = Members.build({})
    assert passage_vectors(texts, nothing).shape == sentence_vectors(texts, nothing).shape == (0, 3)
    assert sentence_owners(nothing).shape == (0,)


def test_a_title_that_says_the_opposite_leaves_a_number(texts: EncodedTexts) -> None:
    opposite = store(np.array([[1, 0, 0], [-1, 0, 0]]), [1, 1])
    members = Members.build({1: [0, 1]})
    assert passage_vectors(opposite, members).tolist() == [[0, 0, 0]]
    assert sentence_vectors(opposite, members).tolist() == [[-1, 0, 0]]


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 2**60 - 1), st.integers(1, 6), max_size=8), st.integers(0, 99))
def test_every_vector_is_of_length_1_and_belongs_to_its_owner(sentences: dict[int, int], seed: int) -> None:
    numbers = np.random.default_rng(seed)
    vectors = numbers.normal(size=(20, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = store(vectors, numbers.integers(0, 9, 20).tolist())
    rows = {id_: numbers.integers(0, 20, 1 + count).tolist() for id_, count in sentences.items()}
    members = Members.build(rows)
    of_passages, of_sentences = passage_vectors(texts, members), sentence_vectors(texts, members)
    for found in (of_passages, of_sentences):
        assert found.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    owners = sentence_owners(members)
    assert owners.tolist() == [id_ for id_ in sorted(sentences) for _ in range(sentences[id_])]
    for id_ in sentences:
        alone = Members.build({id_: rows[id_]})
        np.testing.assert_allclose(of_sentences[owners == id_], sentence_vectors(texts, alone), atol=1e-5)
        np.testing.assert_allclose(of_passages[members.ids == id_], passage_vectors(texts, alone), atol=1e-5)
