import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.reduction import fit_reduction, sample_sentences, token_dimensions


def vectors(count: int, dimensions: int) -> NDArray[np.float32]:
    """Random ones that spread more in the first dimensions."""
    random = np.random.default_rng(7).standard_normal((count, dimensions)) / np.arange(1, dimensions + 1)
    return random.astype(np.float32)


def test_keeps_the_directions_that_weigh_most() -> None:
    rows = np.array([[3, 0, 0], [0, 0, -2], [-3, 0, 0], [0, 1, 0]], dtype=np.float32)
    np.testing.assert_allclose(fit_reduction([rows], 2), [[1, 0], [0, 0], [0, 1]], atol=1e-7)


def test_loses_no_more_of_the_inner_products_than_any_other_choice() -> None:
    rows = vectors(200, 12)
    matrix = fit_reduction([rows], 4)
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(4), atol=1e-6)
    kept = np.linalg.norm(rows @ matrix) ** 2
    weights = np.linalg.svd(rows, compute_uv=False) ** 2
    assert kept == pytest.approx(weights[:4].sum(), rel=1e-5)


def test_does_not_depend_on_signs_order_or_batches() -> None:
    rows = vectors(90, 8)
    matrix = fit_reduction([rows], 5)
    np.testing.assert_allclose(fit_reduction([-rows[::-1][:30], rows[:60]], 5), matrix, atol=1e-5)
    assert (np.take_along_axis(matrix, np.abs(matrix).argmax(axis=0, keepdims=True), axis=0) > 0).all()


def test_a_model_with_fewer_numbers_gets_zeros() -> None:
    matrix = fit_reduction([vectors(20, 3)], 5)
    assert matrix.shape == (3, 5)
    assert not matrix[:, 3:].any()


@pytest.mark.parametrize("batches", [[], [np.array([[np.nan, 1.0]], dtype=np.float32)]])
def test_refuses_what_cannot_be_fitted(batches: list[NDArray[np.float32]]) -> None:
    with pytest.raises(ValueError, match="No reduction can be fitted"):
        fit_reduction(batches, 2)


def test_token_vectors_are_no_longer_than_the_others() -> None:
    assert (token_dimensions(384), token_dimensions(64), token_dimensions(32)) == (64, 64, 32)


def test_the_sample_is_sentences() -> None:
    sentences = sample_sentences()
    assert 400 <= len(sentences) == len(set(sentences))
    assert all(20 <= len(sentence) <= 200 and sentence == " ".join(sentence.split()) for sentence in sentences)
