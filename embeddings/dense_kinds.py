"""Which kind of dense index a number of vectors calls for, and what is known of each kind."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DenseKind:
    """A way to keep and search vectors: its recipe in the words of FAISS's index factory, and how far a search goes."""

    name: str
    recipe: str
    effort: int = 0
    """Vectors compared exactly (a sieve), lists looked through (IVF) or nodes kept in view (HNSW); 0: all of them."""


FLAT = DenseKind("flat", "Flat")
"""Every vector as it is. Exact."""

HALF = DenseKind("half", "SQfp16")
"""Every number in 16 bits, every vector compared. Rounding a rounded number changes nothing, so that vectors taken
over from one generation into the next do not wear off."""

SIEVE = DenseKind("sieve", "RaBitQfs,Refine(SQfp16)", effort=4096)
"""One bit a number (RaBitQ, https://arxiv.org/abs/2405.12497) says which 4,096 vectors are compared at 16 bits. No
training but a mean, so it is built as quickly as it is written."""

KINDS = (FLAT, HALF, SIEVE)

FLAT_NUMBERS = 20_000 * 384
"""Up to so many numbers (vectors times dimensions) an index is FLAT."""

HALF_NUMBERS = 100_000 * 384
"""Up to so many it is HALF, and above it a SIEVE. Measured by `footnote-eval scale`, see docs/decisions/0008."""


def kind_for(vectors: int, dimensions: int) -> DenseKind:
    """The kind for `vectors` vectors of `dimensions` numbers: a search stays a small part of encoding the question."""
    numbers = vectors * dimensions
    if numbers <= FLAT_NUMBERS:
        return FLAT
    return HALF if numbers <= HALF_NUMBERS else SIEVE
