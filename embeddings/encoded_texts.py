"""The store of encoded texts: each distinct text of an index once, as one vector and as one for each of its tokens."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import Encoding, TokenVectors, Vectors
from embeddings.errors import IndexFileError
from embeddings.ids import spans

HEAD_FILE = "encoded.json"
KEYS_FILE = "keys.npy"
STARTS_FILE = "starts.npy"
VECTORS_FILE = "vectors.npy"
TOKENS_FILE = "tokens.npy"
HEAD = {"format": 1}
LARGEST_KEY = 2**60 - 1


def text_key(text: str) -> int:
    """The key of a text: a non-negative 60-bit hash (BLAKE2b), the same in every process."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 4


class EncodedTexts:
    """Vectors and token vectors of texts, in the order in which the texts were given.

    A loaded store is mapped, not read: memory is paid for what is touched, and files that are removed stay readable.
    Never changed once built, so threads may share it.
    """

    def __init__(self, keys: NDArray[np.int64], encoding: Encoding) -> None:
        self._keys, self._encoding = keys, encoding

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        # A process that only answers never looks a key up.
        return np.argsort(self._keys, kind="stable")

    @cached_property
    def _sorted(self) -> NDArray[np.int64]:
        return self._keys[self._order]

    @classmethod
    def build(cls, texts: Sequence[str], encoding: Encoding) -> "EncodedTexts":
        """A store of `texts`, which `encoding` holds in this order; ValueError when a text is there twice, when the
        parts do not fit, or when a vector holds a number that is not finite."""
        if not _fit(len(texts), encoding):
            raise ValueError(
                f"An encoding of {len(encoding.vectors)} vectors, tokens of shape {encoding.tokens.shape} and "
                f"{len(encoding.starts)} starts does not fit {len(texts)} texts; encode them again."
            )
        keys = _checked_keys(texts)
        spoilt = np.flatnonzero(~np.isfinite(encoding.vectors).all(axis=1))
        if spoilt.size:
            raise ValueError(
                f"The vector of {_shown(texts[spoilt[0]])} holds a number that is not finite; encode it again."
            )
        return cls(keys, encoding)

    @classmethod
    def chosen(cls, keys: Sequence[int], stores: Sequence["EncodedTexts"]) -> "EncodedTexts":
        """A store of the texts with `keys` (each once) in this order, each taken from the first of `stores` that has
        it: byte for byte what `build` would have made. ValueError for a key that none has or that is given twice, or
        for stores of different dimensions."""
        widths = {(store.dimensions, store.token_dimensions) for store in stores}
        if len(widths) != 1:
            raise ValueError(
                f"Stores of the dimensions {sorted(widths)} make no store; encode all texts with one encoder."
            )
        wanted, (dimensions, token_dimensions) = np.array(keys, dtype=np.int64), widths.pop()
        if len(set(keys)) != len(keys):
            raise ValueError("A key is given twice; a store holds each text once.")
        sources = np.full(len(keys), -1, dtype=np.int64)
        rows = np.zeros(len(keys), dtype=np.int64)
        for number, store in reversed(list(enumerate(stores))):
            found, known = store._find(wanted)
            sources[known], rows[known] = number, found[known]
        if (sources < 0).any():
            raise ValueError(
                f"The text with key {keys[int(np.argmin(sources))]} has not been encoded; encode it first."
            )
        lengths = np.zeros(len(keys), dtype=np.int64)
        for number, store in enumerate(stores):
            mine = sources == number
            lengths[mine] = np.diff(store.starts)[rows[mine]]
        vectors = np.empty((len(keys), dimensions), dtype=np.float32)
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        tokens = np.empty((int(starts[-1]), token_dimensions), dtype=np.int8)
        for number, store in enumerate(stores):
            mine = np.flatnonzero(sources == number)
            vectors[mine] = store._encoding.vectors[rows[mine]]
            tokens[spans(starts, mine)] = store.token_block[spans(store.starts, rows[mine])]
        return cls(wanted, Encoding(vectors, tokens, starts))

    @classmethod
    def load(cls, folder: Path) -> "EncodedTexts":
        """The store that `save` wrote; IndexFileError when a file is missing, damaged or of another version."""
        try:
            head = json.loads((folder / HEAD_FILE).read_text(encoding="utf-8"))
            keys, starts, vectors, tokens = (
                _mapped(folder / name) for name in (KEYS_FILE, STARTS_FILE, VECTORS_FILE, TOKENS_FILE)
            )
        except FileNotFoundError as error:
            raise IndexFileError(
                f"The store of encoded texts lacks {error.filename}; build the index again."
            ) from error
        except (OSError, ValueError, TypeError, EOFError) as error:
            raise IndexFileError(
                f"The store of encoded texts in {folder} is damaged ({error}); build the index again."
            ) from error
        if head != HEAD:
            raise IndexFileError(
                f"The store of encoded texts in {folder} was built by another version; build the index again."
            )
        if not (_keys_are_sound(keys) and _fit(len(keys), Encoding(vectors, tokens, starts))):
            raise IndexFileError(
                f"The parts of the store of encoded texts in {folder} do not fit; build the index again."
            )
        return cls(keys, Encoding(vectors, tokens, starts))

    def save(self, folder: Path) -> None:
        """Writes five files into `folder`, the same bytes for the same texts; IndexFileError when that fails."""
        parts = {
            KEYS_FILE: self._keys,
            STARTS_FILE: self.starts,
            VECTORS_FILE: self._encoding.vectors,
            TOKENS_FILE: self.token_block,
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / HEAD_FILE).write_text(json.dumps(HEAD), encoding="utf-8")
            for name, array in parts.items():
                np.save(folder / name, np.ascontiguousarray(array), allow_pickle=False)
        except OSError as error:
            raise IndexFileError(f"The store of encoded texts cannot be written to {folder}: {error}.") from error

    @property
    def keys(self) -> NDArray[np.int64]:
        """The keys of the texts, shape (texts,), in the order of the rows."""
        return self._keys

    @property
    def dimensions(self) -> int:
        """The length of a text's vector."""
        return int(self._encoding.vectors.shape[1])

    @property
    def token_dimensions(self) -> int:
        """The length of a token's vector; 0 when the encoder gave none."""
        return int(self._encoding.tokens.shape[1])

    @property
    def has_tokens(self) -> bool:
        """Whether late interaction has something to read."""
        return self.token_dimensions > 0

    @property
    def vector_block(self) -> Vectors:
        """The vectors of all texts by row, shape (texts, dimensions). Not to be changed."""
        return self._encoding.vectors

    @property
    def token_block(self) -> TokenVectors:
        """All texts' tokens, shape (tokens, token_dimensions); of row i, starts[i]:starts[i + 1]. Not to be changed."""
        return self._encoding.tokens

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each text's tokens start in `token_block`, shape (texts + 1,)."""
        return self._encoding.starts

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and bool(self._find(np.array([text_key(text)]))[1][0])

    def rows(self, keys: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of each key, in their order; ValueError for one that is not in the store."""
        wanted = np.asarray(keys, dtype=np.int64)
        rows, known = self._find(wanted)
        if not known.all():
            raise ValueError(f"The key {wanted[~known][0]} is not in the store of encoded texts.")
        return rows

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`, in their order, shape (len(texts), dimensions); ValueError for an unknown text."""
        vectors: Vectors = self._encoding.vectors[self._rows_of(texts)]
        return vectors

    def tokens(self, text: str) -> TokenVectors:
        """The token vectors of a text, shape (its tokens, token_dimensions); ValueError for an unknown one."""
        row = int(self._rows_of([text])[0])
        return self.token_block[self.starts[row] : self.starts[row + 1]]

    def _rows_of(self, texts: Sequence[str]) -> NDArray[np.int64]:
        rows, known = self._find(np.fromiter(map(text_key, texts), dtype=np.int64, count=len(texts)))
        if not known.all():
            raise ValueError(f"{_shown(texts[int(np.argmin(known))])} is not in the store of encoded texts.")
        return rows

    def _find(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The row of each key, and whether it is there at all (else its row means nothing)."""
        if not len(self):
            return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self._sorted, keys), len(self) - 1)
        return self._order[places], self._sorted[places] == keys


def _mapped(file: Path) -> NDArray[Any]:
    # A plain array over the mapping: numpy's own class for mapped files makes every step on it slower.
    return np.asarray(np.lib.format.open_memmap(file, mode="r"))


def _checked_keys(texts: Sequence[str]) -> NDArray[np.int64]:
    seen: dict[int, str] = {}
    for text in texts:
        key = text_key(text)
        if key in seen:
            raise ValueError(_twice(seen[key], text, key))
        seen[key] = text
    return np.fromiter(seen, dtype=np.int64, count=len(seen))


def _twice(first: str, second: str, key: int) -> str:
    if first == second:
        return f"{_shown(first)} is given twice; a store holds each text once."
    return f"{_shown(first)} and the text {second[:60]!r} have the same key {key}; change a word in one of them."


def _shown(text: str) -> str:
    return f"The text {text[:60]!r}{'…' if len(text) > 60 else ''}"


def _keys_are_sound(keys: NDArray[Any]) -> bool:
    return bool(
        keys.dtype == np.int64
        and keys.ndim == 1
        and len(np.unique(keys)) == len(keys)
        and (not len(keys) or (keys.min() >= 0 and keys.max() <= LARGEST_KEY))
    )


def _fit(texts: int, encoding: Encoding) -> bool:
    return all(_conditions(texts, encoding))


def _conditions(texts: int, encoding: Encoding) -> Iterator[bool]:
    vectors, tokens, starts = encoding.vectors, encoding.tokens, encoding.starts
    yield vectors.dtype == np.float32 and tokens.dtype == np.int8 and starts.dtype == np.int64
    yield (vectors.ndim, tokens.ndim, starts.ndim) == (2, 2, 1)
    yield (len(vectors), len(starts)) == (texts, texts + 1)
    yield vectors.shape[1] > 0
    yield starts[0] == 0 and starts[-1] == len(tokens) and bool((np.diff(starts) >= 0).all())
    yield tokens.shape[1] > 0 or len(tokens) == 0
