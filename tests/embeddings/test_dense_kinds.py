import pytest

from embeddings.dense_kinds import FLAT, KINDS, SIEVE, DenseKind, kind_for, let_through


@pytest.mark.parametrize(
    ("vectors", "dimensions", "kind"),
    [
        (0, 384, FLAT),
        (1_500, 384, FLAT),
        (10_000, 384, FLAT),
        (10_001, 384, SIEVE),
        (5_001, 768, SIEVE),
        (20_000, 192, FLAT),
        (1_000_000, 384, SIEVE),
    ],
)
def test_size_calls_for_a_kind(vectors: int, dimensions: int, kind: DenseKind) -> None:
    assert kind_for(vectors, dimensions) is kind


def test_kinds_are_told_apart_by_name_and_recipe() -> None:
    assert len({kind.name for kind in KINDS}) == len({kind.recipe for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("effort", "vectors", "k", "compared"),
    [(1, 100, 4, 20), (0.5, 100, 4, 10), (0.5, 90, 4, 10), (1, 100, 100, 100), (0.1, 100, 50, 50), (9, 100, 4, 100)],
)
def test_what_a_sieve_lets_through(effort: float, vectors: int, k: int, compared: int) -> None:
    assert let_through(effort, vectors, k) == compared
