"""txtai, hybrid: `Embeddings(path=…, hybrid=True)`, dense vectors and BM25 added with equal weight.

https://neuml.github.io/txtai/embeddings/configuration/general/#hybrid. Without `content`, so ids are all it stores.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench_protocol import read_passages, run, versions_of
from txtai import Embeddings


class Txtai:
    """A `Builder`."""

    def __init__(self, model: str, index: Path) -> None:
        self._model = model
        self._folder = str(index / "txtai")
        self._embeddings = Embeddings()

    def load(self) -> Mapping[str, str]:
        """The model is loaded with an instance."""
        self._embeddings = Embeddings(path=self._model, hybrid=True)
        self._embeddings.transform("warm up")
        return versions_of("txtai", "faiss-cpu", "transformers", "torch")

    def index(self, corpus: Path) -> None:
        """One call for both indexes."""
        self._embeddings.index((key, text, None) for key, text in read_passages(corpus))
        self._embeddings.save(self._folder)

    def describe(self) -> Mapping[str, float]:
        """It was handed passages."""
        return {}

    def open(self) -> None:
        """Index and model."""
        self._embeddings = Embeddings()
        self._embeddings.load(self._folder)

    def search(self, text: str, limit: int) -> Sequence[str]:
        """Passages by the sum of both scores."""
        return [key for key, _ in self._embeddings.search(text, limit)]


if __name__ == "__main__":
    run(Txtai)
