"""Haystack: an `InMemoryDocumentStore` behind a pipeline of BM25 and embedding retriever, joined by reciprocal ranks.

https://haystack.deepset.ai/tutorials/33_hybrid_retrieval, without the ranker that it puts behind the join. The joiner's
default takes the higher of both scores, which is always the one of BM25; ranks are what its page advises for mixed
retrievers.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench_protocol import read_passages, run, versions_of
from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)


class Haystack:
    """A `Builder`."""

    def __init__(self, model: str, index: Path) -> None:
        self._model = model
        self._file = str(index / "store.json")

    def load(self) -> Mapping[str, str]:
        """The embedder of documents."""
        self._embedder = SentenceTransformersDocumentEmbedder(model=self._model, progress_bar=False)
        self._embedder.warm_up()
        return versions_of("haystack-ai", "sentence-transformers-haystack", "sentence-transformers", "torch")

    def index(self, corpus: Path) -> None:
        """Embedded documents to disk; BM25 is in the store."""
        documents = [Document(id=key, content=text) for key, text in read_passages(corpus)]
        store = InMemoryDocumentStore()
        store.write_documents(self._embedder.run(documents=documents)["documents"])
        Path(self._file).parent.mkdir(parents=True, exist_ok=True)
        store.save_to_disk(self._file)

    def describe(self) -> Mapping[str, float]:
        """It was handed passages."""
        return {}

    def open(self) -> None:
        """The store from disk, and the pipeline."""
        store = InMemoryDocumentStore.load_from_disk(self._file)
        pipeline = Pipeline()
        pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=self._model, progress_bar=False))
        pipeline.add_component("dense", InMemoryEmbeddingRetriever(store))
        pipeline.add_component("words", InMemoryBM25Retriever(store))
        pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("embedder", "dense")
        pipeline.connect("words", "joiner")
        pipeline.connect("dense", "joiner")
        pipeline.warm_up()
        self._pipeline = pipeline

    def search(self, text: str, limit: int) -> Sequence[str]:
        """Passages by reciprocal ranks."""
        question = {
            "embedder": {"text": text},
            "dense": {"top_k": limit},
            "words": {"query": text, "top_k": limit},
        }
        return [document.id for document in self._pipeline.run(question)["joiner"]["documents"]]


if __name__ == "__main__":
    run(Haystack)
