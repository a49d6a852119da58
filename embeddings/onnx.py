"""The encoder that serves: the exported graph in ONNX Runtime, without torch. Torch does what cannot be exported."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.encoders import Encoder, Progress, Vectors
from embeddings.errors import EncoderError, LesserMode
from embeddings.export import INPUTS, export_graph, failure_file, graph_file, is_sound
from embeddings.model_encoder import ModelEncoder
from embeddings.model_files import ModelFiles

BATCH = 32
QUERY_PROMPTS, PASSAGE_PROMPTS = ("query",), ("document", "passage", "corpus")


@dataclass(frozen=True, slots=True)
class _Graph:
    """A loaded graph with its tokenizer, which cuts at the model's length and pads each batch to its longest text."""

    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encodings = self.tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        (vectors,) = self.session.run(None, dict(zip(INPUTS, (ids, mask), strict=True)))
        return np.asarray(vectors, dtype=np.float32)


class OnnxEncoder(ModelEncoder):
    """An `Encoder` over a model's exported graph, which it makes at the first text if it is not there yet.

    `fallback` counts tokens, and encodes when the graph can be neither made nor loaded; `problem` then says why. Its
    vectors are the same to about 1e-6, so both share one identity. Threads may share an encoder.
    """

    def __init__(self, files: ModelFiles, folder: Path, threads: int, fallback: Encoder) -> None:
        super().__init__(files)
        self._folder = folder
        self._threads = threads
        self._fallback = fallback
        self._lock = threading.Lock()
        self._graph: _Graph | None = None
        self._prompts = _prompts(files.folder)
        self.problem: str | None = None

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, special ones left out."""
        return self._fallback.count_tokens(text)

    def verify(self) -> None:
        """EncoderError when a file of weights is missing or not the promised one; LesserMode when torch stands in."""
        self._files.verify()
        graph = graph_file(self._files, self._folder)
        if (graph.exists() or failure_file(graph).exists()) and self._loaded() is None:
            raise LesserMode(f"{self.problem} Delete {failure_file(graph)} to have it tried again.")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions; EncoderError when a vector is none."""
        graph = self._loaded()
        if graph is None:
            return self._fallback.encode_queries(texts)
        return self._encode(graph, texts, self._prompts[0], None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of passages, encoded in batches of like length; EncoderError when a vector is none."""
        graph = self._loaded()
        if graph is None:
            return self._fallback.encode_passages(texts, progress)
        return self._encode(graph, texts, self._prompts[1], progress)

    def _encode(self, graph: _Graph, texts: Sequence[str], prompt: str, progress: Progress | None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            batch = [prompt + texts[row].encode("utf-8", "replace").decode("utf-8") for row in rows]
            vectors[rows] = graph.encode(batch)
            if not np.isfinite(vectors[rows]).all():
                raise EncoderError(
                    f"The encoder {self._files.name} gave no vector for a text such as {batch[0][:60]!r}."
                )
            if progress is not None:
                progress(len(rows))
        return vectors

    def _loaded(self) -> _Graph | None:
        with self._lock:
            if self._graph is None and self.problem is None:
                try:
                    self._graph = self._load()
                except EncoderError as error:
                    self.problem = f"{error} Torch encodes instead, which is slower."
            return self._graph

    def _load(self) -> _Graph:
        file = graph_file(self._files, self._folder)
        if failure_file(file).is_file():
            raise EncoderError(failure_file(file).read_text(encoding="utf-8"))
        if not is_sound(file):
            file = export_graph(self._files, self._folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_file(str(self._files.tokenizer))
        except Exception as error:  # the libraries raise plain exceptions for damaged files
            raise EncoderError(f"The exported encoder {file.name} cannot be loaded: {error}") from error
        tokenizer.enable_truncation(self.max_tokens)
        tokenizer.enable_padding()
        return _Graph(session, tokenizer)


def _prompts(folder: Path) -> tuple[str, str]:
    """What the model wants in front of a question and of a passage (as sentence-transformers chooses it)."""
    file = folder / "config_sentence_transformers.json"
    values = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    named: dict[str, str] = values.get("prompts") or {}
    default = named.get(values.get("default_prompt_name") or "", "")

    def first(names: Sequence[str]) -> str:
        return next((named[name] for name in names if named.get(name)), default)

    return first(QUERY_PROMPTS), first(PASSAGE_PROMPTS)
