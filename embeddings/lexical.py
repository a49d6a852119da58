"""The lexical index: BM25 over stemmed terms, by bm25s."""

import json
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import IndexFileError
from embeddings.ids import IdRows, Ids, checked_ids
from embeddings.scored_texts import ScoredTexts
from embeddings.terms import terms

K1 = 1.2
B = 0.4
"""Passages are of about one length, so length says little: the usual .75 costs up to .010 nDCG@10 on a manual."""

POSTINGS_FILE = "postings.npz"
VOCABULARY_FILE = "vocabulary.json"
HEAD = {"format": 1, "method": "lucene", "k1": K1, "b": B}


class LexicalIndex:
    """BM25 as Lucene computes it (Kamphuis et al., ECIR 2020). Never changed once built, so threads may share it.

    What each term is worth in each text is computed once, by bm25s; a question's score is the sum over its terms.
    """

    def __init__(
        self, ids: Ids, vocabulary: dict[str, int], data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any]
    ) -> None:
        """Term `t` is worth data[indptr[t]:indptr[t + 1]] in the texts of the rows indices[indptr[t]:indptr[t + 1]]."""
        self._ids = ids
        self._rows = IdRows(ids)
        self._vocabulary = vocabulary
        self._data, self._indices, self._indptr = data, indices, indptr

    @classmethod
    def build(cls, ids: Sequence[int], texts: Sequence[str]) -> "LexicalIndex":
        """An index of `texts` under `ids` (unique, not negative; else ValueError)."""
        checked = checked_ids(ids, len(texts))
        vocabulary: dict[str, int] = {}
        rows = [[vocabulary.setdefault(term, len(vocabulary)) for term in terms(text)] for text in texts]
        if not vocabulary:
            empty = np.zeros(0, dtype=np.int32)
            return cls(checked, vocabulary, empty.astype(np.float32), empty, np.zeros(1, dtype=np.int64))
        import bm25s  # brings scipy, which nobody needs who only searches

        scorer = bm25s.BM25(method="lucene", k1=K1, b=B, backend="numpy", csc_backend="numpy")
        scorer.index((rows, vocabulary), create_empty_token=False, show_progress=False)
        return cls(checked, vocabulary, *(scorer.scores[name] for name in ("data", "indices", "indptr")))

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """The index that `save` wrote; IndexFileError when a file is missing, damaged or of another version."""
        try:
            head = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
            with (folder / POSTINGS_FILE).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                ids, data, indices, indptr = (arrays[name] for name in ("ids", "data", "indices", "indptr"))
            vocabulary = {term: number for number, term in enumerate(head["terms"])}
            whole = len(vocabulary) == len(head["terms"])
            of_today = {name: head[name] for name in HEAD} == HEAD
        except FileNotFoundError as error:
            raise IndexFileError(f"The lexical index lacks {error.filename}; build the index again.") from error
        except (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
            raise IndexFileError(
                f"The lexical index in {folder} is damaged ({error}); build the index again."
            ) from error
        if not of_today:
            raise IndexFileError(f"The lexical index in {folder} was built by another version; build the index again.")
        if not (whole and _consistent(ids, len(vocabulary), data, indices, indptr)):
            raise IndexFileError(f"The parts of the lexical index in {folder} do not fit; build the index again.")
        return cls(ids, vocabulary, data, indices, indptr)

    def save(self, folder: Path) -> None:
        """Writes two files into `folder`, the same bytes for the same texts; IndexFileError when that fails."""
        head = {**HEAD, "terms": list(self._vocabulary)}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / VOCABULARY_FILE).write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")
            np.savez(
                folder / POSTINGS_FILE,
                allow_pickle=False,
                ids=self._ids,
                data=self._data,
                indices=self._indices,
                indptr=self._indptr,
            )
        except OSError as error:
            raise IndexFileError(f"The lexical index cannot be written to {folder}: {error}.") from error

    @property
    def ids(self) -> list[int]:
        """The ids in the order in which they were given."""
        return [int(id_) for id_ in self._ids]

    def __len__(self) -> int:
        return len(self._ids)

    def scored(self, query: str) -> ScoredTexts:
        """The score of every text; all 0 when no term is known."""
        return ScoredTexts(self._ids, self._scores(query), self._rows, "the lexical index")

    def coverage(self, query: str, id: int) -> float:
        """The share (0 to 1) of the question's idf, summed over its different terms, whose terms stand in that text.

        A term that no text has counts with the idf of document frequency 0. A question without a term gives 0.
        """
        (row,) = self._rows.of([id], "the lexical index").tolist()
        weights = {term: self._idf(term) for term in dict.fromkeys(terms(query))}
        total = math.fsum(weights.values())
        return math.fsum(idf for term, idf in weights.items() if self._contains(term, row)) / total if total else 0.0

    def _scores(self, query: str) -> NDArray[np.float32]:
        scores = np.zeros(len(self._ids), dtype=np.float32)
        for term in terms(query):
            postings = self._postings(term)
            scores[self._indices[postings]] += self._data[postings]
        return scores

    def _postings(self, term: str) -> slice:
        number = self._vocabulary.get(term)
        return slice(0, 0) if number is None else slice(*self._indptr[number : number + 2].tolist())

    def _rows_with(self, term: str) -> NDArray[np.integer]:
        rows: NDArray[np.integer] = self._indices[self._postings(term)]
        return rows

    def _contains(self, term: str, row: int) -> bool:
        rows = self._rows_with(term)
        place = int(np.searchsorted(rows, row))
        return place < len(rows) and int(rows[place]) == row

    def _idf(self, term: str) -> float:
        frequency = len(self._rows_with(term))
        return math.log1p((len(self._ids) - frequency + 0.5) / (frequency + 0.5))


def _consistent(ids: Ids, words: int, data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any]) -> bool:
    return bool(
        ids.dtype == np.int64
        and data.dtype == np.float32
        and all(np.issubdtype(array.dtype, np.integer) for array in (indices, indptr))
        and all(array.ndim == 1 for array in (ids, data, indices, indptr))
        and len(np.unique(ids)) == len(ids)
        and (ids >= 0).all()
        and len(indptr) == words + 1
        and indptr[0] == 0
        and indptr[-1] == len(data) == len(indices)
        and (np.diff(indptr) >= 0).all()
        and np.isfinite(data).all()
        and (len(indices) == 0 or (indices.min() >= 0 and indices.max() < len(ids)))
    )
