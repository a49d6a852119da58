"""The encoder that serves: the exported graph in ONNX Runtime, without torch. Torch does what cannot be exported."""

import json
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.encoders import Encoder, Encoding, Progress
from embeddings.errors import EncoderError, LesserMode
from embeddings.export import (
    INPUTS,
    OUTPUTS,
    Precision,
    export_graph,
    failure_file,
    graph_file,
    graph_identity,
    is_sound,
)
from embeddings.model_encoder import ModelEncoder
from embeddings.model_files import ModelFiles
from embeddings.quantisation import quantise_graph
from embeddings.reduction import token_dimensions
from embeddings.token_batches import TokenBatch, TokenisedTexts, alone

TOKEN_BUDGET = 512
"""Tokens that are encoded together, padding included: more is slower, because what is computed leaves the caches."""
SLOWER = ["SkipLayerNormFusion"]
"""What ONNX Runtime does to make a graph quicker, and does not on the CPU: a seventh of the time in fp32."""
QUERY_PROMPTS, PASSAGE_PROMPTS = ("query",), ("document", "passage", "corpus")


@dataclass(frozen=True, slots=True)
class _Graph:
    """A loaded graph with its tokenizer, which cuts at the model's length, and the token that it pads with."""

    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    pad: int

    def run(self, batch: TokenBatch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Vectors of the batch's texts and of their tokens that are kept."""
        inputs = dict(zip(INPUTS, (batch.ids, batch.mask), strict=True))
        vectors, tokens = self.session.run(list(OUTPUTS), inputs)
        return vectors, tokens[batch.kept]


class OnnxEncoder(ModelEncoder):
    """An `Encoder` over a model's exported graph, which it makes at the first text if it is not there yet.

    `fallback` counts tokens, and encodes when the graph can be neither made nor loaded: the lesser mode, in which
    `problem` says why. Torch as the fallback gives no token vectors, so there is no late interaction then; its vectors
    of texts are those of fp32 to about 1e-6 (int8 is further off: decision 10), so the identity stays.

    Threads may share an encoder. Each run of the graph takes one thread: passages are encoded in `threads` runs at a
    time, questions where they are asked.
    """

    def __init__(
        self, files: ModelFiles, folder: Path, threads: int, fallback: Encoder, precision: Precision = "fp32"
    ) -> None:
        super().__init__(files)
        self._folder = folder
        self._threads = threads
        self._fallback = fallback
        self._precision: Precision = precision
        self._lock = threading.Lock()
        self._graph: _Graph | None = None
        self._prompts = _prompts(files.folder)
        self.problem: str | None = None

    @property
    def identity(self) -> str:
        """The identity of the model's files, of the exporter and of the precision."""
        return graph_identity(self._files, self._precision)

    @property
    def token_dimensions(self) -> int:
        """The length of a token's vector; the fallback's in the lesser mode, into which the first text may lead."""
        if self.problem is not None or self._failures():
            return self._fallback.token_dimensions
        return token_dimensions(self.dimensions)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, special ones left out."""
        return self._fallback.count_tokens(text)

    def verify(self) -> None:
        """EncoderError when a file of weights is missing or not the promised one; LesserMode when torch stands in."""
        self._files.verify()
        made = graph_file(self._files, self._folder, self._precision).exists()
        if (made or self._failures()) and self._loaded() is None:
            again = " and ".join(str(file) for file in self._failures())
            raise LesserMode(f"{self.problem}{f' Delete {again} to have it tried again.' if again else ''}")

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        """Questions as unit vectors, and their tokens; EncoderError when a vector is none."""
        graph = self._loaded()
        if graph is None:
            return self._fallback.encode_queries(texts)
        return self._encode(graph, texts, self._prompts[0])

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        """Passages as unit vectors, and their tokens, in batches of like length; EncoderError when a vector is none."""
        graph = self._loaded()
        if graph is None:
            return self._fallback.encode_passages(texts, progress)
        return self._encode(graph, texts, self._prompts[1], self._threads, progress)

    def _encode(
        self, graph: _Graph, texts: Sequence[str], prompt: str, workers: int = 1, progress: Progress | None = None
    ) -> Encoding:
        if len(texts) == 1 and not prompt:
            return self._encode_alone(graph, texts[0])
        tokenised = TokenisedTexts(texts, graph.tokenizer, prompt, graph.pad)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        tokens = np.zeros((tokenised.starts[-1], token_dimensions(self.dimensions)), dtype=np.int8)

        def encode(group: NDArray[np.int64]) -> int:
            batch = tokenised.batch(group)
            whole, parts = self._run(graph, batch)
            self._check(batch, whole, parts, texts)
            vectors[group] = whole
            tokens[batch.places] = np.rint(parts * 127)
            return len(group)

        with closing(_each(encode, tokenised.groups(TOKEN_BUDGET), workers)) as counts:
            for count in counts:
                if progress is not None:
                    progress(count)
        return Encoding(vectors, tokens, tokenised.starts)

    def _encode_alone(self, graph: _Graph, text: str) -> Encoding:
        """The same as of several, without what puts texts together: most questions come alone."""
        batch = alone(text, graph.tokenizer)
        vector, parts = self._run(graph, batch)
        self._check(batch, vector, parts, [text])
        return Encoding(vector, np.rint(parts * 127).astype(np.int8), np.array([0, len(parts)]))

    def _run(self, graph: _Graph, batch: TokenBatch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        try:
            return graph.run(batch)
        except Exception as error:  # ONNX Runtime's own kinds have no common one
            rows, tokens = batch.ids.shape
            raise EncoderError(
                f"The encoder {self._files.name} failed at {rows} texts of up to {tokens} tokens: {error}"
            ) from error

    def _check(
        self, batch: TokenBatch, vectors: NDArray[np.float32], tokens: NDArray[np.float32], texts: Sequence[str]
    ) -> None:
        if np.isfinite(vectors).all() and np.isfinite(tokens).all():
            return
        owners = np.repeat(np.arange(len(batch.texts)), batch.kept.sum(axis=1))
        spoilt = [*np.flatnonzero(~np.isfinite(vectors).all(axis=1)), *owners[~np.isfinite(tokens).all(axis=1)]]
        if spoilt:
            beginning = texts[batch.texts[spoilt[0]]][:60]
            raise EncoderError(
                f"The encoder {self._files.name} gave no usable vector for the text that begins {beginning!r}; "
                "leave that text out."
            )

    def _failures(self) -> list[Path]:
        """The files that say why a graph that is needed could not be made."""
        needed = dict.fromkeys(graph_file(self._files, self._folder, each) for each in ("fp32", self._precision))
        return [failure_file(graph) for graph in needed if failure_file(graph).is_file()]

    def _loaded(self) -> _Graph | None:
        with self._lock:
            if self._graph is None and self.problem is None:
                try:
                    self._graph = self._load()
                except EncoderError as error:
                    self.problem = f"{error} Torch encodes instead, which is slower and gives no token vectors."
            return self._graph

    def _load(self) -> _Graph:
        for failure in self._failures():
            raise EncoderError(failure.read_text(encoding="utf-8"))
        file = self._made()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        try:
            session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER
            )
            tokenizer = Tokenizer.from_file(str(self._files.tokenizer))
        except Exception as error:  # the libraries raise plain exceptions for damaged files
            raise EncoderError(f"The exported encoder {file.name} cannot be loaded: {error}") from error
        pad = (tokenizer.padding or {}).get("pad_id", 0)
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.max_tokens)
        return _Graph(session, tokenizer, pad)

    def _made(self) -> Path:
        """The graph, sound: exported or quantised now if it must be."""
        graph = graph_file(self._files, self._folder, self._precision)
        if is_sound(graph):
            return graph
        if not is_sound(graph_file(self._files, self._folder)):
            export_graph(self._files, self._folder)
        return graph if self._precision == "fp32" else quantise_graph(self._files, self._folder)


def _each(
    encode: Callable[[NDArray[np.int64]], int], groups: Iterable[NDArray[np.int64]], workers: int
) -> Generator[int]:
    """What `encode` gives for each group, `workers` of them at a time."""
    if workers == 1:
        yield from map(encode, groups)
        return
    pool = ThreadPoolExecutor(workers)
    try:
        yield from pool.map(encode, groups)
    finally:
        pool.shutdown(cancel_futures=True)


def _prompts(folder: Path) -> tuple[str, str]:
    """What the model wants in front of a question and of a passage (as sentence-transformers chooses it)."""
    file = folder / "config_sentence_transformers.json"
    values = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    named: dict[str, str] = values.get("prompts") or {}
    default = named.get(values.get("default_prompt_name") or "", "")

    def first(names: Sequence[str]) -> str:
        return next((named[name] for name in names if named.get(name)), default)

    return first(QUERY_PROMPTS), first(PASSAGE_PROMPTS)
