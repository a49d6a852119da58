"""To which article a question belongs, learned from the names nearest to it: titles, questions that customers ask.

Kernel ridge regression of whose name a text is (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006,
section 6.5), over the nearest names alone (Bottou and Vapnik, "Local Learning Algorithms", 1992). What many neighbours
have in common counts little, what sets them apart counts much.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.dense import DenseIndex
from embeddings.encoded_texts import EncodedTexts, text_key
from embeddings.errors import IndexFileError
from embeddings.ids import LARGEST_ID
from embeddings.late import Members
from embeddings.letters import COLUMNS, LetterCounts, cosines, letter_counts

BELONGING_IDENTITY = "belonging-2"
"""What is in the index is equal under one identity: change it with whatever changes it."""
NEAREST = 64
SHARPNESS = 3.0
"""Two texts are alike by exp(SHARPNESS · (cosine - 1)) in meaning."""
LETTERS_SHARE = 0.3
"""What the cosine of their letter sequences counts beside that."""
RIDGE = 0.05
WITHHELD = LARGEST_ID
"""In place of an article: whose names are the questions that none answers."""

NAMES_FILE = "names.npz"
VECTORS_FILE = "names.faiss"
LETTERS_FILE = "letters.npy"


@dataclass(frozen=True, slots=True)
class Belonging:
    """How much a question belongs to each article that has a near name, by title key: 1 is "as its own name", 0 not at
    all; a little below 0 and above 1 happens."""

    shares: Mapping[int, float]

    def of(self, keys: Collection[int]) -> float:
        """How much it belongs to these articles together."""
        return sum(self.shares.get(key, 0.0) for key in keys)

    def of_version(self, key: int, family: Collection[int]) -> float:
        """How much it belongs to one version of an article, never below 0: the version to which it belongs most counts
        for all the `family`, of which `key` is one, another for its part of that."""
        own = {each: max(0.0, self.shares.get(each, 0.0)) for each in family}
        most = max(own.values())
        return max(0.0, self.of(family)) * own[key] / most if most else 0.0

    @property
    def withheld(self) -> float:
        """How much it belongs to the questions that no article answers."""
        return self.shares.get(WITHHELD, 0.0)


class BelongingIndex:
    """The names of articles. Never changed once built: threads may share it."""

    def __init__(self, names: Members, nearest: DenseIndex, letters: LetterCounts, texts: EncodedTexts) -> None:
        """`names` are the rows of each article's names in `texts`; the others have a row for each name, in their
        order. ValueError when they do not fit."""
        count = len(names.rows)
        if letters.dtype != np.int8 or letters.shape != (count, COLUMNS) or sorted(nearest.ids) != list(range(count)):
            raise ValueError(
                f"Letters of shape {letters.shape} and {len(nearest)} vectors do not fit {count} names; build the "
                "index again."
            )
        if nearest.dimensions != texts.dimensions or (count and int(names.rows.max()) >= len(texts)):
            raise ValueError("The names are of other texts; build the index again.")
        self._names, self._nearest, self._letters, self._texts = names, nearest, letters, texts
        self._owners = np.repeat(names.ids, np.diff(names.starts))

    @classmethod
    def build(
        cls, names: Mapping[int, Sequence[str]], withheld: Sequence[str], texts: EncodedTexts
    ) -> "BelongingIndex":
        """An index of the `names` of each article by title key, and of the questions `withheld`, which none answers;
        ValueError for a name that `texts` does not hold."""
        all_names = {**names, WITHHELD: withheld} if withheld else dict(names)
        rows = Members.build({key: texts.rows([*map(text_key, own)]).tolist() for key, own in all_names.items()})
        ordered = [name for key in rows.ids.tolist() for name in all_names[key]]
        vectors = DenseIndex.build(range(len(ordered)), texts.vector_block[rows.rows])
        return cls(rows, vectors, letter_counts(ordered), texts)

    @classmethod
    def load(cls, folder: Path, texts: EncodedTexts) -> "BelongingIndex":
        """The index that `save` wrote; IndexFileError naming what is missing, damaged or does not fit."""
        names, nearest = Members.load(folder / NAMES_FILE), DenseIndex.load(folder / VECTORS_FILE)
        try:
            letters = np.load(folder / LETTERS_FILE, mmap_mode="r", allow_pickle=False)
            return cls(names, nearest, np.asarray(letters), texts)
        except FileNotFoundError as error:
            raise IndexFileError(f"The index of names lacks {error.filename}; build the index again.") from error
        except (OSError, ValueError, EOFError) as error:
            raise IndexFileError(
                f"The index of names in {folder} is damaged ({error}); build the index again."
            ) from error

    def save(self, folder: Path) -> None:
        """Writes three files into `folder`, which is made; IndexFileError when that fails."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._names.save(folder / NAMES_FILE)
            self._nearest.save(folder / VECTORS_FILE)
            np.save(folder / LETTERS_FILE, np.ascontiguousarray(self._letters), allow_pickle=False)
        except OSError as error:
            raise IndexFileError(f"The index of names cannot be written to {folder}: {error}.") from error

    @property
    def ids(self) -> list[int]:
        """The title keys of the articles, ascending."""
        return [key for key in self._names.ids.tolist() if key != WITHHELD]

    @property
    def withholds(self) -> bool:
        """Whether there are questions that no article answers."""
        return WITHHELD in self._names.ids

    def belonging(self, vector: NDArray[np.floating], text: str) -> Belonging:
        """To whom a question belongs that has this unit vector and this text."""
        numbers, _ = self._nearest.nearest(vector, NEAREST)
        if not len(numbers):
            return Belonging({})
        near = self._texts.vector_block[self._names.rows[numbers]]
        alike = likeness(
            np.concatenate([near, vector[np.newaxis]]),
            np.concatenate([self._letters[numbers], letter_counts([text])]),
        )
        known, met = alike[:-1, :-1], alike[:-1, -1]
        known[np.diag_indices_from(known)] += RIDGE
        weights = np.linalg.solve(known, met)
        owners, place = np.unique(self._owners[numbers], return_inverse=True)
        shares = np.bincount(place, weights)
        return Belonging(dict(zip(owners.tolist(), shares.tolist(), strict=True)))


def likeness(vectors: NDArray[np.floating], letters: LetterCounts) -> NDArray[np.floating]:
    """How alike texts are, each with each, by their unit vectors and the counts of their letter sequences."""
    alike: NDArray[np.floating] = np.exp(SHARPNESS * (vectors @ vectors.T - 1))
    alike += LETTERS_SHARE * cosines(letters)
    return alike
