"""The lexical index: BM25 over stemmed terms, by bm25s."""

import json
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

from embeddings.errors import IndexFileError
from embeddings.ids import Ids, checked_ids
from embeddings.models import Match
from embeddings.terms import terms

K1 = 1.2
B = 0.4
"""Passages are of about one length, so length says little: the usual .75 costs up to .010 nDCG@10 on a manual."""

POSTINGS_FILE = "postings.npz"
VOCABULARY_FILE = "vocabulary.json"
HEAD = {"format": 1, "method": "lucene", "k1": K1, "b": B}


class LexicalIndex:
    """BM25 as Lucene computes it (Kamphuis et al., ECIR 2020). Never changed once built, so threads may share it."""

    def __init__(
        self, ids: Ids, vocabulary: dict[str, int], data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any]
    ) -> None:
        self._ids = ids
        self._row = {int(id_): row for row, id_ in enumerate(ids)}
        self._vocabulary = vocabulary
        self._bm25 = _scorer()
        self._bm25.vocab_dict = vocabulary
        self._bm25.nonoccurrence_array = None
        self._bm25.scores = {"data": data, "indices": indices, "indptr": indptr, "num_docs": len(ids)}

    @classmethod
    def build(cls, ids: Sequence[int], texts: Sequence[str]) -> "LexicalIndex":
        """An index of `texts` under `ids` (unique, not negative; else ValueError)."""
        checked = checked_ids(ids, len(texts))
        vocabulary: dict[str, int] = {}
        rows = [[vocabulary.setdefault(term, len(vocabulary)) for term in terms(text)] for text in texts]
        if not vocabulary:
            empty = np.zeros(0, dtype=np.int32)
            return cls(checked, vocabulary, empty.astype(np.float32), empty, np.zeros(1, dtype=np.int64))
        scorer = _scorer()
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
        scores = self._bm25.scores
        head = {**HEAD, "terms": list(self._vocabulary)}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / VOCABULARY_FILE).write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")
            np.savez(
                folder / POSTINGS_FILE,
                allow_pickle=False,
                ids=self._ids,
                data=scores["data"],
                indices=scores["indices"],
                indptr=scores["indptr"],
            )
        except OSError as error:
            raise IndexFileError(f"The lexical index cannot be written to {folder}: {error}.") from error

    @property
    def ids(self) -> list[int]:
        """The ids in the order in which they were given."""
        return [int(id_) for id_ in self._ids]

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, query: str, k: int) -> list[Match]:
        """The `k` ids of the highest score above 0, best first, equal ones by id; none when no term is known."""
        if k < 0:
            raise ValueError(f"A search for {k} results makes no sense; ask for 0 or more.")
        scores = self._scores(query)
        rows = np.flatnonzero(scores > 0)
        if 0 < k < len(rows):
            lowest = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
            rows = rows[scores[rows] >= lowest]
        order = np.lexsort((self._ids[rows], -scores[rows]))[:k]
        return [Match(int(self._ids[row]), float(scores[row])) for row in rows[order]]

    def scores(self, query: str, ids: Sequence[int] | None = None) -> dict[int, float]:
        """The score of each of `ids` (ValueError for an unknown one); without `ids`, of every text above 0."""
        scores = self._scores(query)
        if ids is None:
            return {int(self._ids[row]): float(scores[row]) for row in np.flatnonzero(scores > 0)}
        return {id_: float(scores[self._row_of(id_)]) for id_ in ids}

    def coverage(self, query: str, id: int) -> float:
        """The share (0 to 1) of the question's idf, summed over its different terms, whose terms stand in that text.

        A term that no text has counts with the idf of document frequency 0. A question without a term gives 0.
        """
        row = self._row_of(id)
        weights = {term: self._idf(term) for term in dict.fromkeys(terms(query))}
        total = math.fsum(weights.values())
        return math.fsum(idf for term, idf in weights.items() if self._contains(term, row)) / total if total else 0.0

    def _scores(self, query: str) -> NDArray[np.float32]:
        known = self._bm25.get_tokens_ids(terms(query))
        if not known:
            return np.zeros(len(self._ids), dtype=np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores_from_ids(known)
        return scores

    def _row_of(self, id_: int) -> int:
        if id_ not in self._row:
            raise ValueError(f"The id {id_} is not in the lexical index.")
        return self._row[id_]

    def _rows_with(self, term: str) -> NDArray[np.int32]:
        number = self._vocabulary.get(term)
        if number is None:
            return np.zeros(0, dtype=np.int32)
        start, end = self._bm25.scores["indptr"][number : number + 2]
        rows: NDArray[np.int32] = self._bm25.scores["indices"][start:end]
        return rows

    def _contains(self, term: str, row: int) -> bool:
        rows = self._rows_with(term)
        place = int(np.searchsorted(rows, row))
        return place < len(rows) and int(rows[place]) == row

    def _idf(self, term: str) -> float:
        frequency = len(self._rows_with(term))
        return math.log1p((len(self._ids) - frequency + 0.5) / (frequency + 0.5))


def _scorer() -> bm25s.BM25:
    return bm25s.BM25(method="lucene", k1=K1, b=B, backend="numpy", csc_backend="numpy")


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
