"""Which kind of dense index a number of vectors calls for, and how far a search of it goes."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DenseKind:
    """A way to keep and search vectors: its recipe in the words of FAISS's index factory, and how far a search goes."""

    name: str
    recipe: str
    effort: float = 0
    """Of a sieve see `let_through`; lists looked through (IVF), nodes kept in view (HNSW); 0: nothing is left out."""


FLAT = DenseKind("flat", "Flat")
"""Every vector as it is, every one compared. Exact."""

SIEVE = DenseKind("sieve", "RaBitQfs,Refine(SQfp16)", effort=0.8)
"""One bit a number (RaBitQ, https://arxiv.org/abs/2405.12497) says which vectors are compared at 16 bits. Nothing is
trained but a mean, so it is built about as quickly as it is written; and rounding a rounded number changes nothing, so
vectors that are taken out and built in again do not wear off."""

KINDS = (FLAT, SIEVE)

FLAT_NUMBERS = 10_000 * 384
"""An index of up to so many numbers (vectors times dimensions) is FLAT. Measured, see docs/decisions/0008."""


def kind_for(vectors: int, dimensions: int) -> DenseKind:
    """The kind for so many vectors: a search stays a small part of what encoding the question takes."""
    return FLAT if vectors * dimensions <= FLAT_NUMBERS else SIEVE


def let_through(effort: float, vectors: int, k: int) -> int:
    """How many of `vectors` a sieve compares at 16 bits to find `k`: `effort` times the root of their product.

    Measured: at an effort of 0.8 some .99 of the exact 10 to 480 are found among 30,000 to 1,000,000.
    """
    return min(vectors, max(k, math.ceil(effort * math.sqrt(vectors * k))))
