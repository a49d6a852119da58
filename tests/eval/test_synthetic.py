import numpy as np
import pytest

from eval.synthetic import made_up_vectors, spread_of


def test_unit_vectors_of_the_shapes_asked_for() -> None:
    vectors, questions = made_up_vectors(500, 7, 96)
    assert (vectors.shape, vectors.dtype) == ((500, 96), np.float32)
    assert (questions.shape, questions.dtype) == ((7, 96), np.float32)
    for rows in (vectors, questions):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_seed_decides_everything() -> None:
    first, again, other = (made_up_vectors(200, 5, 32, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_they_lie_as_real_ones_do() -> None:
    """Real passages of four corpora: two at random .09 ± .15, the best for a question .63, its 60th .24."""
    spread = spread_of(*made_up_vectors(4_000, 200))
    assert 0.0 < spread.pairs_mean < 0.15 and 0.08 < spread.pairs_sd < 0.2
    assert 0.65 < spread.neighbour < 0.9
    assert 0.5 < spread.question_best < 0.7 and 0.15 < spread.question_sixtieth < 0.35


def test_spread_of_a_case_worked_out_by_hand() -> None:
    """Two bundles of 50 equal vectors at a right angle; the question is one of the first bundle."""
    vectors = np.repeat(np.eye(2, dtype=np.float32), 50, axis=0)
    spread = spread_of(vectors, vectors[:1])
    assert spread.pairs_mean == pytest.approx(0.5, abs=0.02)
    assert (spread.neighbour, spread.question_best, spread.question_tenth, spread.question_sixtieth) == (1, 1, 1, 0)
