"""The distinct index terms of a text, kept for the texts of articles, which every question asks for again."""

from functools import lru_cache

from embeddings.terms import terms

TEXTS_KEPT = 8192


@lru_cache(maxsize=TEXTS_KEPT)
def term_set(text: str) -> frozenset[str]:
    """The index terms of a text."""
    return frozenset(terms(text))
