"""LangChain: `EnsembleRetriever` over `BM25Retriever` and FAISS, half and half, as its page on ensembles shows it.

https://reference.langchain.com/python/langchain-classic/retrievers/ensemble. BM25 cannot be saved: it is made anew at
each start from the documents in the FAISS store.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench_protocol import read_passages, run, versions_of
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings


class LangChain:
    """A `Builder`."""

    def __init__(self, model: str, index: Path) -> None:
        self._model = model
        self._folder = str(index / "faiss")
        self._embeddings: Any = None
        self._ensembles: dict[int, EnsembleRetriever] = {}

    def load(self) -> Mapping[str, str]:
        """The embeddings."""
        if self._embeddings is None:
            self._embeddings = HuggingFaceEmbeddings(model_name=self._model)
            self._embeddings.embed_query("warm up")
        return versions_of(
            "langchain-classic", "langchain-community", "langchain-huggingface", "sentence-transformers", "torch"
        )

    def index(self, corpus: Path) -> None:
        """FAISS to disk; BM25 for its time."""
        documents = [Document(page_content=text, id=key) for key, text in read_passages(corpus)]
        FAISS.from_documents(documents, self._embeddings).save_local(self._folder)
        BM25Retriever.from_documents(documents)

    def describe(self) -> Mapping[str, float]:
        """It was handed passages."""
        return {}

    def open(self) -> None:
        """The store from disk, BM25 from its documents."""
        self.load()
        self._store = FAISS.load_local(self._folder, self._embeddings, allow_dangerous_deserialization=True)
        documents = [self._store.docstore.search(key) for key in self._store.index_to_docstore_id.values()]
        self._bm25 = BM25Retriever.from_documents(documents)
        self._ensembles = {}

    def search(self, text: str, limit: int) -> Sequence[str]:
        """Passages by weighted reciprocal ranks."""
        return [document.id for document in self._ensemble(limit).invoke(text)]

    def _ensemble(self, limit: int) -> EnsembleRetriever:
        if limit not in self._ensembles:
            self._bm25.k = limit
            dense = self._store.as_retriever(search_kwargs={"k": limit})
            self._ensembles[limit] = EnsembleRetriever(retrievers=[self._bm25, dense], weights=[0.5, 0.5])
        return self._ensembles[limit]


if __name__ == "__main__":
    run(LangChain)
