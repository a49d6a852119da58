import pytest

from embeddings.dense_kinds import FLAT, HALF, KINDS, SIEVE, DenseKind, kind_for


@pytest.mark.parametrize(
    ("vectors", "dimensions", "kind"),
    [
        (0, 384, FLAT),
        (1_500, 384, FLAT),
        (20_000, 384, FLAT),
        (20_001, 384, HALF),
        (10_001, 768, HALF),
        (100_000, 384, HALF),
        (100_001, 384, SIEVE),
        (1_000_000, 384, SIEVE),
        (100_001, 768, SIEVE),
    ],
)
def test_size_calls_for_a_kind(vectors: int, dimensions: int, kind: DenseKind) -> None:
    assert kind_for(vectors, dimensions) is kind


def test_kinds_are_told_apart_by_name_and_recipe() -> None:
    assert len({kind.name for kind in KINDS}) == len({kind.recipe for kind in KINDS}) == len(KINDS)
