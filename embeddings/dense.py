"""The dense index: unit vectors searched by inner product. The only module that imports FAISS."""

import copy
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.dense_kinds import FLAT, SIEVE, DenseKind, kind_for, let_through
from embeddings.encoders import Vectors
from embeddings.errors import IndexFileError
from embeddings.ids import IdRows, Ids, checked_ids
from embeddings.models import Match


class DenseIndex:
    """Search by inner product over all vectors, of the kind that their number calls for. Never changed once built:
    threads may share it."""

    def __init__(self, index: faiss.IndexIDMap2, kind: DenseKind) -> None:
        self._index = index
        self._kind = kind
        self._ids: Ids = faiss.vector_to_array(index.id_map).astype(np.int64)
        self._rows = IdRows(self._ids)
        self._inner = faiss.downcast_index(index.index)
        self._stored, self._numbers = _stored(self._inner)

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.floating], kind: DenseKind | None = None) -> "DenseIndex":
        """An index of `vectors`, shape (len(ids), dimensions), of the kind for so many of them unless `kind` is given.

        Raises ValueError for ids or vectors that no index can hold.
        """
        if vectors.ndim != 2 or vectors.shape[1] == 0:
            raise ValueError(f"Vectors of shape {vectors.shape} make no index; the shape is (texts, dimensions).")
        checked = checked_ids(ids, len(vectors))
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        spoilt = np.flatnonzero(~np.isfinite(rows).all(axis=1))
        if spoilt.size:
            raise ValueError(
                f"The vector of id {checked[spoilt[0]]} holds a number that is not finite; encode it again."
            )
        chosen = kind or kind_for(*rows.shape)
        faiss.omp_set_num_threads(1)
        index = faiss.IndexIDMap2(faiss.index_factory(rows.shape[1], chosen.recipe, faiss.METRIC_INNER_PRODUCT))
        if len(rows):  # FAISS ends the process when some kinds are given nothing
            index.train(rows)
            index.add_with_ids(rows, checked)
        return cls(index, chosen)

    @classmethod
    def load(cls, path: Path) -> "DenseIndex":
        """The index that `save` wrote, of whichever kind; IndexFileError when the file is missing, cut short or no
        such index."""
        if not path.is_file():
            raise IndexFileError(f"The dense index {path} is missing; build the index again.")
        try:
            index = faiss.read_index(str(path))
        except (RuntimeError, MemoryError) as error:
            raise IndexFileError(
                f"The dense index {path} is damaged or no FAISS index; build the index again."
            ) from error
        if not isinstance(index, faiss.IndexIDMap2) or (kind := _kind_of(index.index)) is None:
            raise IndexFileError(
                f"The dense index {path} is of another kind ({type(index).__name__}); build the index again."
            )
        if not _fits_itself(index):
            raise IndexFileError(f"The dense index {path} is damaged: its parts differ in size; build the index again.")
        loaded = cls(index, kind)
        if not len(np.unique(loaded._ids)) == len(loaded._ids) == index.ntotal:
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
    def kind(self) -> DenseKind:
        """How the vectors are kept and searched."""
        return self._kind

    def with_effort(self, effort: float) -> "DenseIndex":
        """The same vectors, searched more or less thoroughly: how `footnote-eval scale` finds what effort is needed."""
        other = copy.copy(self)
        other._kind = dataclasses.replace(self._kind, effort=effort)
        return other

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
        """The `k` ids of the highest inner product, best first, equal ones by id; fewer when the index holds fewer.

        A flat index misses none; a sieve may miss an id, but gives none a score that is not its own.
        """
        ids, scores = self.nearest(vector, k)
        return [Match(id_, score) for id_, score in zip(ids.tolist(), scores.tolist(), strict=True)]

    def nearest(self, vector: NDArray[np.floating], k: int) -> tuple[Ids, NDArray[np.float32]]:
        """What `search` finds, as ids and their scores."""
        query = self._query(vector)
        if k < 0:
            raise ValueError(f"A search for {k} results makes no sense; ask for 0 or more.")
        k = min(k, len(self))
        if k == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        faiss.omp_set_num_threads(1)
        scores, ids = self._index.search(query[np.newaxis], k, params=self._parameters(k))
        if ids[0, -1] < 0 and isinstance(self._inner, faiss.IndexRefine):  # a sieve of equals lets nothing through
            scores, places = self._inner.refine_index.search(query[np.newaxis], k)
            ids = self._ids[places]
        found = ids[0] >= 0
        order = np.lexsort((ids[0][found], -scores[0][found]))
        return ids[0][found][order], scores[0][found][order]

    def products(self, vector: NDArray[np.floating], ids: Sequence[int] | Ids) -> NDArray[np.float32]:
        """The inner product with each of `ids`, shape (len(ids),); ValueError for an id that is not in the index."""
        query = self._query(vector)
        found: NDArray[np.float32] = self.vectors(ids) @ query
        return found

    def vectors(self, ids: Sequence[int] | Ids) -> Vectors:
        """The vectors of `ids` as they are stored, in their order, shape (len(ids), dimensions).

        Raises ValueError for an unknown id.
        """
        rows = self._rows.of(ids, "the dense index")
        if self._stored is not None:
            found: Vectors = np.take(self._stored, rows, axis=0)
            return found if self._numbers is None else self._numbers.sa_decode(found.view(np.uint8))
        if not len(rows):
            return np.zeros((0, self.dimensions), dtype=np.float32)
        rebuilt: Vectors = self._index.reconstruct_batch(self._ids[rows])
        return rebuilt

    def _parameters(self, k: int) -> Any:
        """What FAISS is told with one search; an index is never told to remember it."""
        inner, effort = self._inner, self._kind.effort
        parameters: Any = faiss  # the types that FAISS ships do not know how these are made
        if isinstance(inner, faiss.IndexRefine):
            return parameters.IndexRefineSearchParameters(k_factor=let_through(effort, len(self), k) / k)
        if isinstance(inner, faiss.IndexIVF):
            return parameters.SearchParametersIVF(nprobe=int(effort))
        if isinstance(inner, faiss.IndexHNSW):
            return parameters.SearchParametersHNSW(efSearch=max(int(effort), k))
        return None

    def _query(self, vector: NDArray[np.floating]) -> NDArray[np.float32]:
        if vector.shape != (self.dimensions,):
            raise ValueError(f"The question's vector has shape {vector.shape}; this index needs ({self.dimensions},).")
        if not np.isfinite(vector).all():
            raise ValueError("The question's vector holds a number that is not finite; encode the question again.")
        return np.ascontiguousarray(vector, dtype=np.float32)


def _stored(index: faiss.Index) -> tuple[NDArray[np.floating] | None, Any]:
    """The vectors in FAISS's own memory, shape (ntotal, d), where it keeps them as plain numbers, and if those have 16
    bits what makes 32 of them, quicker than NumPy. To be used no longer than the index lives."""
    inner = faiss.downcast_index(index.refine_index) if isinstance(index, faiss.IndexRefine) else index
    numbers: type[np.floating]
    if isinstance(inner, faiss.IndexFlat):
        numbers = np.float32
    elif isinstance(inner, faiss.IndexScalarQuantizer) and inner.sq.qtype == faiss.ScalarQuantizer.QT_fp16:
        numbers = np.float16
    else:
        return None, None
    widening = inner if numbers is np.float16 else None
    if not inner.ntotal:
        return np.zeros((0, inner.d), dtype=numbers), widening
    memory = faiss.rev_swig_ptr(inner.codes.data(), inner.codes.size())
    stored: NDArray[Any] = memory.view(numbers)
    return stored.reshape(inner.ntotal, inner.d), widening


def _kind_of(index: faiss.Index) -> DenseKind | None:
    """Which of our kinds a FAISS index is that was read from a file."""
    inner = faiss.downcast_index(index)
    if inner.metric_type != faiss.METRIC_INNER_PRODUCT:
        return None
    if isinstance(inner, faiss.IndexFlat):
        return FLAT
    if not isinstance(inner, faiss.IndexRefine):
        return None
    bits, numbers = faiss.downcast_index(inner.base_index), faiss.downcast_index(inner.refine_index)
    is_sieve = (
        isinstance(bits, faiss.IndexRaBitQFastScan)
        and isinstance(numbers, faiss.IndexScalarQuantizer)
        and numbers.sq.qtype == faiss.ScalarQuantizer.QT_fp16
        and bits.metric_type == numbers.metric_type == inner.metric_type
    )
    return SIEVE if is_sieve else None


def _fits_itself(index: faiss.IndexIDMap2) -> bool:
    """Whether all parts hold as many vectors, of as many dimensions: FAISS does not look, and reads beyond them."""
    inner = faiss.downcast_index(index.index)
    parts = [inner]
    if isinstance(inner, faiss.IndexRefine):
        bits: Any = faiss.downcast_index(inner.base_index)
        if bits.rabitq.nb_bits != 1 or bits.ntotal2 != -(-bits.ntotal // bits.bbs) * bits.bbs:
            return False
        parts += [bits, inner.refine_index]
    return all((part.ntotal, part.d) == (index.ntotal, index.d) for part in parts)
