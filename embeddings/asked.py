"""The index of what customers ask: articles by the names they go by, a title and the questions that they answer."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.best_sentence import BestSentenceIndex
from embeddings.dense import DenseIndex
from embeddings.encoded_texts import EncodedTexts, text_key
from embeddings.errors import IndexFileError
from embeddings.ids import Ids
from embeddings.late import Members
from embeddings.lexical import LexicalIndex
from embeddings.scored_texts import ScoredTexts

NAMES_FILE = "names.npz"
VECTORS_FILE = "names.faiss"
WORDS_FOLDER = "words"


class AskedIndex:
    """Articles by their nearest name and by the words of all their names. Never changed once built: threads may share
    it."""

    def __init__(self, names: Members, nearest: BestSentenceIndex, words: LexicalIndex) -> None:
        self._names, self._nearest, self._words = names, nearest, words

    @classmethod
    def build(cls, names: Mapping[int, Sequence[str]], texts: EncodedTexts) -> "AskedIndex":
        """An index of the articles whose `names` are given by an id; ValueError for one that `texts` does not hold."""
        rows = Members.build({id_: texts.rows([*map(text_key, own)]).tolist() for id_, own in names.items()})
        vectors = DenseIndex.build(range(len(rows.rows)), texts.vector_block[rows.rows])
        words = LexicalIndex.build(list(names), ["\n".join(own) for own in names.values()])
        return cls(rows, BestSentenceIndex(vectors, _owners(rows)), words)

    @classmethod
    def load(cls, folder: Path) -> "AskedIndex":
        """The index that `save` wrote; IndexFileError naming what is missing, damaged or does not fit."""
        names = Members.load(folder / NAMES_FILE)
        nearest = BestSentenceIndex.load(folder / VECTORS_FILE, _owners(names))
        words = LexicalIndex.load(folder / WORDS_FOLDER)
        if set(words.ids) != set(names.ids.tolist()):
            raise IndexFileError(f"The words and the vectors in {folder} are of different articles; build it again.")
        return cls(names, nearest, words)

    def save(self, folder: Path) -> None:
        """Writes into `folder`, which is made; IndexFileError when that fails."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexFileError(f"The folder {folder} cannot be made: {error}.") from error
        self._names.save(folder / NAMES_FILE)
        self._nearest.save(folder / VECTORS_FILE)
        self._words.save(folder / WORDS_FOLDER)

    @property
    def ids(self) -> list[int]:
        """The ids of the articles, ascending."""
        return self._nearest.ids

    def nearest(self, vector: NDArray[np.floating], k: int) -> tuple[Ids, NDArray[np.float32]]:
        """The `k` articles with the nearest names, best first, and the inner product with that name."""
        return self._nearest.nearest(vector, k)

    def products(self, vector: NDArray[np.floating], ids: Sequence[int] | Ids) -> NDArray[np.float32]:
        """The inner product with the nearest name of each of `ids`, shape (len(ids),); ValueError for an unknown id."""
        return self._nearest.products(vector, ids)

    def scored(self, query: str) -> ScoredTexts:
        """BM25 of every article's names together."""
        return self._words.scored(query)

    def coverage(self, query: str, id: int) -> float:
        """Share of the question's information that stands in an article's names, 0–1; ValueError for an unknown id."""
        return self._words.coverage(query, id)


def _owners(names: Members) -> Ids:
    owners: Ids = np.repeat(names.ids, np.diff(names.starts))
    return owners
