"""The dense index: unit vectors searched by inner product. The only module that imports FAISS."""

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import Vectors
from embeddings.errors import IndexFileError
from embeddings.ids import Ids, checked_ids
from embeddings.models import Match


class DenseIndex:
    """Exact search over all vectors (IndexIDMap2 over IndexFlatIP). Never changed once built: threads may share it."""

    def __init__(self, index: faiss.IndexIDMap2) -> None:
        self._index = index
        self._ids: Ids = faiss.vector_to_array(index.id_map).astype(np.int64)
        self._known = frozenset(self._ids.tolist())

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.floating]) -> "DenseIndex":
        """An index of `vectors`, shape (len(ids), dimensions); ValueError for ids or vectors that no index can hold."""
        if vectors.ndim != 2 or vectors.shape[1] == 0:
            raise ValueError(f"Vectors of shape {vectors.shape} make no index; the shape is (texts, dimensions).")
        checked = checked_ids(ids, len(vectors))
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        spoilt = np.flatnonzero(~np.isfinite(rows).all(axis=1))
        if spoilt.size:
            raise ValueError(
                f"The vector of id {checked[spoilt[0]]} holds a number that is not finite; encode it again."
            )
        faiss.omp_set_num_threads(1)
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(rows.shape[1]))
        index.add_with_ids(rows, checked)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> "DenseIndex":
        """The index that `save` wrote; IndexFileError when the file is missing, cut short or of another kind."""
        if not path.is_file():
            raise IndexFileError(f"The dense index {path} is missing; build the index again.")
        try:
            index = faiss.read_index(str(path))
        except (RuntimeError, MemoryError) as error:
            raise IndexFileError(
                f"The dense index {path} is damaged or no FAISS index; build the index again."
            ) from error
        if not isinstance(index, faiss.IndexIDMap2) or not isinstance(
            faiss.downcast_index(index.index), faiss.IndexFlatIP
        ):
            raise IndexFileError(
                f"The dense index {path} is of another kind ({type(index).__name__}); build the index again."
            )
        loaded = cls(index)
        if not len(loaded._known) == len(loaded._ids) == index.ntotal:
            raise IndexFileError(f"The dense index {path} holds an id twice or not at all; build the index again.")
        return loaded

    def save(self, path: Path) -> None:
        """Writes one file, not atomically; IndexFileError when it cannot be written."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise IndexFileError(
                f"The dense index cannot be written to {path}; check the folder and its space."
            ) from error

    @property
    def ids(self) -> list[int]:
        """The ids in the order in which they were given."""
        return [int(id_) for id_ in self._ids]

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, vector: NDArray[np.floating], k: int) -> list[Match]:
        """The `k` ids of the highest inner product, best first, equal ones by id; fewer when the index holds fewer."""
        query = self._query(vector)
        if k < 0:
            raise ValueError(f"A search for {k} results makes no sense; ask for 0 or more.")
        k = min(k, len(self))
        if k == 0:
            return []
        faiss.omp_set_num_threads(1)
        scores, ids = self._index.search(query[np.newaxis], k)
        found = [Match(int(id_), float(score)) for id_, score in zip(ids[0], scores[0], strict=True) if id_ >= 0]
        return sorted(found, key=lambda match: (-match.score, match.id))

    def scores(self, vector: NDArray[np.floating], ids: Sequence[int]) -> dict[int, float]:
        """The inner product with each of `ids`; ValueError for an id that is not in the index."""
        query = self._query(vector)
        return dict(zip(ids, (self.vectors(ids) @ query).tolist(), strict=True))

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """The stored vectors of `ids`, in their order, shape (len(ids), dimensions); ValueError for an unknown id."""
        for id_ in ids:
            if id_ not in self._known:
                raise ValueError(f"The id {id_} is not in the dense index.")
        if not ids:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        rows: Vectors = self._index.reconstruct_batch(np.asarray(ids, dtype=np.int64))
        return rows

    def _query(self, vector: NDArray[np.floating]) -> NDArray[np.float32]:
        if vector.shape != (self.dimensions,):
            raise ValueError(f"The question's vector has shape {vector.shape}; this index needs ({self.dimensions},).")
        if not np.isfinite(vector).all():
            raise ValueError("The question's vector holds a number that is not finite; encode the question again.")
        return np.ascontiguousarray(vector, dtype=np.float32)
