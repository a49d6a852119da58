"""LlamaIndex: `QueryFusionRetriever` over a FAISS vector store and `BM25Retriever`, by reciprocal ranks, without a
language model (`num_queries=1`), as its page on reciprocal rank fusion shows it.

https://developers.llamaindex.ai/python/framework/integrations/retrievers/reciprocal_rerank_fusion

Its FAISS page takes `IndexFlatL2`, whose distances the fusion would sort as similarities, the farthest first: here it
is the inner product, which ranks unit vectors alike and the right way round.
"""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench_protocol import read_passages, run, versions_of
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissVectorStore

faiss = importlib.import_module("faiss")  # that of this script's own environment: Footnote has one door to its faiss


class LlamaIndex:
    """A `Builder`."""

    def __init__(self, model: str, index: Path) -> None:
        self._model = model
        self._vectors = str(index / "vectors")
        self._words = str(index / "words")
        self._embedding: Any = None
        self._fusions: dict[int, QueryFusionRetriever] = {}

    def load(self) -> Mapping[str, str]:
        """The embedding model."""
        if self._embedding is None:
            self._embedding = HuggingFaceEmbedding(model_name=self._model)
            self._dimensions = len(self._embedding.get_query_embedding("warm up"))
        return versions_of(
            "llama-index-core",
            "llama-index-retrievers-bm25",
            "llama-index-vector-stores-faiss",
            "llama-index-embeddings-huggingface",
            "sentence-transformers",
            "torch",
        )

    def index(self, corpus: Path) -> None:
        """Both indexes to disk."""
        nodes = [TextNode(id_=key, text=text) for key, text in read_passages(corpus)]
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(self._dimensions))
        context = StorageContext.from_defaults(vector_store=store)
        index = VectorStoreIndex(nodes, storage_context=context, embed_model=self._embedding)
        index.storage_context.persist(persist_dir=self._vectors)
        words = BM25Retriever.from_defaults(nodes=nodes)
        words.persist(self._words)

    def describe(self) -> Mapping[str, float]:
        """It was handed passages."""
        return {}

    def open(self) -> None:
        """Both indexes from disk."""
        self.load()
        store = FaissVectorStore.from_persist_dir(self._vectors)
        context = StorageContext.from_defaults(vector_store=store, persist_dir=self._vectors)
        self._index = load_index_from_storage(context, embed_model=self._embedding)
        self._bm25 = BM25Retriever.from_persist_dir(self._words)
        self._fusions = {}

    def search(self, text: str, limit: int) -> Sequence[str]:
        """Passages by reciprocal ranks."""
        return [found.node.node_id for found in self._fusion(limit).retrieve(text)]

    def _fusion(self, limit: int) -> QueryFusionRetriever:
        if limit not in self._fusions:
            self._bm25.similarity_top_k = min(limit, len(self._index.index_struct.nodes_dict))
            self._fusions[limit] = QueryFusionRetriever(
                [self._index.as_retriever(similarity_top_k=limit), self._bm25],
                llm=MockLLM(),
                similarity_top_k=limit,
                num_queries=1,
                mode="reciprocal_rerank",
                use_async=False,
            )
        return self._fusions[limit]


if __name__ == "__main__":
    run(LlamaIndex)
