"""Token vectors with fewer numbers: a matrix that is fitted once for each model, whatever it will index.

It is an uncentred principal component analysis, so that inner products lose as little as possible: the eigenvectors of
X^T X, where the rows of X are a model's token vectors of the sentences in reduction_sample.txt. Those stand evenly over
the articles of the sample help center. The file stays as it is: another text gives other vectors, hence a new version
of the exporter.
"""

import importlib.resources
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

TOKEN_DIMENSIONS = 64


def sample_sentences() -> list[str]:
    """The sentences that a reduction is fitted to: the same for every model and corpus."""
    content = importlib.resources.files("embeddings").joinpath("reduction_sample.txt").read_text(encoding="utf-8")
    return content.splitlines()


def token_dimensions(dimensions: int) -> int:
    """How long the token vectors of a model are whose sentence vectors have `dimensions` numbers."""
    return min(TOKEN_DIMENSIONS, dimensions)


def fit_reduction(batches: Iterable[NDArray[np.float32]], reduced: int) -> NDArray[np.float32]:
    """The matrix of shape (dimensions, reduced) that keeps most of the vectors in `batches` of shape (n, dimensions).

    Its columns are of length 1 and at right angles, the weightiest first; the largest number in each is positive, so
    that the same vectors give the same matrix. Columns beyond `dimensions` are zeros. ValueError for no vectors.
    """
    products: NDArray[np.float64] | None = None
    for batch in batches:
        rows = batch.astype(np.float64)
        products = rows.T @ rows + (0 if products is None else products)
    if products is None or not np.isfinite(products).all():
        raise ValueError("No reduction can be fitted: there are no token vectors, or some that are not finite.")
    vectors = np.linalg.eigh(products)[1][:, ::-1][:, :reduced]
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=0, keepdims=True), axis=0)
    matrix = np.zeros((len(products), reduced), dtype=np.float32)
    matrix[:, : vectors.shape[1]] = vectors * np.sign(largest)
    return matrix
