"""What answering reads of an index generation: protocols, so that a test can stand in for any of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.belonging import Belonging
from embeddings.encoders import TokenVectors
from embeddings.ids import Ids
from embeddings.models import Match
from knowledge.models import Article, Passage


class VectorIndex(Protocol):
    """Ids by similarity of vectors."""

    def nearest(self, vector: NDArray[np.float32], k: int) -> tuple[Ids, NDArray[np.float32]]:
        """The `k` nearest ids, best first, and their similarities."""

    def products(self, vector: NDArray[np.float32], ids: Sequence[int] | Ids) -> NDArray[np.float32]:
        """The similarity of each of `ids`, shape (len(ids),)."""


class ScoredIds(Protocol):
    """What every id is worth for one question."""

    def best(self, k: int) -> list[Match]:
        """The `k` best ids with a score above 0, best first."""

    def of(self, ids: Sequence[int] | Ids) -> NDArray[np.floating]:
        """The score of each of `ids`, shape (len(ids),)."""


class TermIndex(Protocol):
    """Ids by shared terms."""

    def scored(self, question: str) -> ScoredIds:
        """What every id is worth for a question."""


class InformedTermIndex(TermIndex, Protocol):
    """Ids by shared terms, each of which says more the rarer it is."""

    def coverage(self, question: str, id: int) -> float:
        """Share of the question's information (inverse document frequency) that stands in the text, 0–1."""


class NameIndex(VectorIndex, InformedTermIndex, Protocol):
    """Ids by similarity of vectors and by shared terms."""


class TokenIndex(Protocol):
    """Given ids by similarity of token vectors."""

    def similarities(self, question: TokenVectors, ids: Sequence[int] | Ids) -> NDArray[np.float32]:
        """How well each of `ids` meets each token of a question, 0–1, shape (len(ids), tokens)."""


class BelongingIndex(Protocol):
    """To which article a question belongs, by the names that articles go by."""

    @property
    def withholds(self) -> bool:
        """Whether there are questions that only internal articles answer."""

    def belonging(self, vector: NDArray[np.float32], text: str) -> Belonging:
        """To whom a question belongs that has this unit vector and this text."""


class StoredTexts(Protocol):
    """Texts whose vectors are known."""

    def __contains__(self, text: object) -> bool:
        """Whether the vector of this text is known."""

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of known texts, shape (len(texts), dimensions)."""

    def tokens(self, text: str) -> TokenVectors:
        """The token vectors of a known text, shape (its tokens, token_dimensions)."""


class Indexes(Protocol):
    """The indexes over the passages of one generation, by passage key."""

    @property
    def texts(self) -> StoredTexts:
        """What was encoded: titles, headings, sentences."""

    @property
    def dense(self) -> VectorIndex:
        """Vectors of passages."""

    @property
    def sentences(self) -> VectorIndex:
        """Vectors of sentences; a passage counts by its best."""

    @property
    def titles(self) -> VectorIndex:
        """Vectors of titles, by title key."""

    @property
    def lexical(self) -> InformedTermIndex:
        """Terms of passages."""

    @property
    def codes(self) -> TermIndex:
        """Codes, error numbers and tickers of passages."""

    @property
    def words(self) -> Mapping[str, int]:
        """How often each word stands in the passages."""

    @property
    def name_words(self) -> Mapping[str, int]:
        """How often each word stands in the names of articles and in what no article answers."""

    @property
    def late(self) -> TokenIndex | None:
        """Token vectors of passages; None when the encoder gave none."""

    @property
    def asked(self) -> NameIndex | None:
        """What customers ask that articles answer, by title key; None when no article says what that is."""

    @property
    def belonging(self) -> BelongingIndex | None:
        """To which article, by title key, a question belongs; None when the generation has no such index."""


class SearchIndex(Protocol):
    """One index generation."""

    @property
    def number(self) -> int:
        """Which generation."""

    @property
    def sha256(self) -> str:
        """The checksum of what decides a search, 64 hexadecimal digits; the same for the same articles."""

    @property
    def articles(self) -> Mapping[str, Article]:
        """Articles by id."""

    @property
    def passages(self) -> Mapping[int, Passage]:
        """Passages by key."""

    @property
    def title_keys(self) -> Mapping[str, int]:
        """Title keys by article id."""

    @property
    def titled(self) -> Mapping[int, str]:
        """Article ids by title key."""

    @property
    def superseded(self) -> Collection[str]:
        """Ids of the articles that a newer one, which customers may read, replaces."""

    @property
    def kin(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of its whole family, itself included, by the id of each article that has versions."""

    @property
    def latest_year(self) -> int | None:
        """In which the newest article that customers may read was updated."""

    @property
    def passage_keys(self) -> Mapping[str, tuple[int, ...]]:
        """The keys of an article's passages, by article id."""

    @property
    def versioned_keys(self) -> frozenset[int]:
        """The keys of the passages of all articles that have versions."""

    @property
    def family_keys(self) -> Mapping[int, tuple[int, ...]]:
        """The title keys of its whole family, by the title key of each article that has versions."""

    @property
    def indexes(self) -> Indexes:
        """The indexes over them."""
