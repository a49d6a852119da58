"""Late interaction: how well each token of a question is met by a passage's tokens (ColBERT: Khattab & Zaharia, SIGIR
2020)."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoded_texts import EncodedTexts
from embeddings.encoders import TokenVectors
from embeddings.errors import IndexFileError
from embeddings.ids import Ids, checked_ids, places_among, spans

SCALE = 127**2
"""Token vectors are of length 127: their inner product over this is a cosine."""

TOKENS_AT_ONCE = 2048
"""Tokens that are compared together: as floating-point numbers they stay in the caches."""

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Members:
    """Which texts each passage is made of: passage ids[i] has the rows rows[starts[i]:starts[i + 1]] of the store.

    `ids` ascend, shape (passages,); `starts` has shape (passages + 1,).
    """

    ids: Ids
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]

    @classmethod
    def build(cls, members: Mapping[int, Sequence[int]]) -> "Members":
        """The rows of each passage by its id; ValueError for an id or a row that no index can hold."""
        ids = np.sort(checked_ids(list(members), len(members)))
        lengths = [len(members[id_]) for id_ in ids.tolist()]
        rows = [row for id_ in ids.tolist() for row in members[id_]]
        if rows and not 0 <= min(rows) <= max(rows) < 2**31:
            raise ValueError(f"The rows {min(rows)} to {max(rows)} do not fit an index; rows go from 0 to 2**31 - 1.")
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return cls(ids, starts, np.fromiter(rows, dtype=np.int32, count=len(rows)))

    @classmethod
    def load(cls, path: Path) -> "Members":
        """What `save` wrote; IndexFileError when the file is missing, damaged or of another version."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                version = arrays["format"]
                ids, starts, rows = (arrays[name] for name in ("ids", "starts", "rows"))
        except FileNotFoundError as error:
            raise IndexFileError(f"The list of passages {path} is missing; build the index again.") from error
        except (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
            raise IndexFileError(f"The list of passages {path} is damaged ({error}); build the index again.") from error
        if version.tolist() != FORMAT:
            raise IndexFileError(f"The list of passages {path} was built by another version; build the index again.")
        if not _consistent(ids, starts, rows):
            raise IndexFileError(f"The parts of the list of passages {path} do not fit; build the index again.")
        return cls(ids, starts, rows)

    def save(self, path: Path) -> None:
        """Writes one file (.npz), the same bytes for the same passages; IndexFileError when that fails."""
        try:
            with path.open("wb") as file:
                np.savez(
                    file, allow_pickle=False, format=np.int64(FORMAT), ids=self.ids, starts=self.starts, rows=self.rows
                )
        except OSError as error:
            raise IndexFileError(f"The list of passages cannot be written to {path}: {error}.") from error

    def __len__(self) -> int:
        return len(self.ids)

    def rows_of(self, id: int) -> NDArray[np.int32]:
        """The rows of one passage; ValueError for an unknown id."""
        place = int(self.places([id])[0])
        return self.rows[self.starts[place] : self.starts[place + 1]]

    def places(self, ids: Sequence[int] | Ids) -> NDArray[np.int64]:
        """Where each of `ids` stands in `self.ids`, in their order; ValueError for an unknown one."""
        return places_among(self.ids, ids, "the list of passages")


class LateIndex:
    """Scores given passages (candidates that other indexes found) by MaxSim. Threads may share it."""

    def __init__(self, texts: EncodedTexts, members: Members) -> None:
        if len(members.rows) and int(members.rows.max()) >= len(texts):
            raise ValueError(
                f"A passage is made of text {members.rows.max()}, but there are {len(texts)}; build the index again."
            )
        self._texts, self._members = texts, members

    @property
    def ids(self) -> list[int]:
        """The ids of the passages, ascending."""
        return [int(id_) for id_ in self._members.ids]

    def __len__(self) -> int:
        return len(self._members)

    def scores(self, question: TokenVectors, ids: Sequence[int] | Ids) -> NDArray[np.float32]:
        """The score of each of `ids`, 0 to 1, shape (len(ids),): the mean over the question's tokens of the highest
        cosine with any token of the passage, negative ones counted as 0. A question or a passage without tokens gives
        0.

        `question` has the shape (tokens, token_dimensions). ValueError for an unknown id or another shape.
        """
        found = self.similarities(question, ids)
        means: NDArray[np.float32] = found.mean(axis=1) if found.size else np.zeros(len(ids), dtype=np.float32)
        return means

    def similarities(self, question: TokenVectors, ids: Sequence[int] | Ids) -> NDArray[np.float32]:
        """What `scores` is the mean of, shape (len(ids), the question's tokens): how well each token is met."""
        places = self._members.places(ids)
        rows, lengths = self._rows(places)
        starts = self._texts.starts
        ends = np.concatenate([[0], np.cumsum(starts[rows + 1] - starts[rows])])
        tokens = np.take(self._texts.token_block, spans(starts, rows), axis=0)
        return maxsim(question, tokens, ends[np.concatenate([[0], np.cumsum(lengths)])])

    def _rows(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The rows of the passages at `places`, one after the other, and how many each has."""
        starts = self._members.starts
        return self._members.rows[spans(starts, places)], starts[places + 1] - starts[places]


def maxsim(question: TokenVectors, tokens: TokenVectors, starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """The highest cosine (0 to 1) of each token of the question with any token of each candidate.

    The candidates' tokens lie one after the other in `tokens`; those of candidate i are starts[i]:starts[i + 1]. The
    result has shape (candidates, question tokens), 0 for a candidate without tokens. ValueError for other shapes.
    """
    best = np.zeros((len(starts) - 1, len(question)), dtype=np.float32)
    filled = np.flatnonzero(np.diff(starts))
    if not (len(question) and len(filled)):
        return best
    if question.shape[1:] != tokens.shape[1:]:
        raise ValueError(
            f"The question's token vectors have shape {question.shape}; this index needs (tokens, {tokens.shape[1]})."
        )
    weights = question.astype(np.float32) / SCALE
    cosines = np.empty((len(question), len(tokens)), dtype=np.float32)
    for start in range(0, len(tokens), TOKENS_AT_ONCE):
        some = slice(start, start + TOKENS_AT_ONCE)
        np.matmul(weights, tokens[some].astype(np.float32).T, out=cosines[:, some])
    best[filled] = np.maximum.reduceat(cosines, starts[filled], axis=1).T
    return np.clip(best, 0.0, 1.0, out=best)


def _consistent(ids: NDArray[Any], starts: NDArray[Any], rows: NDArray[Any]) -> bool:
    return bool(
        ids.dtype == np.int64
        and starts.dtype == np.int64
        and rows.dtype == np.int32
        and all(array.ndim == 1 for array in (ids, starts, rows))
        and len(starts) == len(ids) + 1
        and starts[0] == 0
        and starts[-1] == len(rows)
        and (np.diff(starts) >= 0).all()
        and (np.diff(ids) > 0).all()
        and (not len(ids) or ids[0] >= 0)
        and (not len(rows) or rows.min() >= 0)
    )
