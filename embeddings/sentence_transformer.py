"""The encoder that runs a sentence-transformers model on the CPU."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from tokenizers import Tokenizer

from embeddings.encoders import Encoding, Progress, Vectors, without_tokens
from embeddings.errors import EncoderError
from embeddings.model_encoder import ModelEncoder
from embeddings.model_files import ModelFiles
from embeddings.token_batches import encodable

BATCH = 32
QUOTED_CHARACTERS = 60


class SentenceTransformerEncoder(ModelEncoder):
    """An `Encoder` over the files of one model, without token vectors: the lesser mode without late interaction.

    Loads tokenizer and model at their first use; threads may share it.
    """

    def __init__(self, model: ModelFiles, threads: int) -> None:
        if threads < 1:
            raise ValueError(f"An encoder cannot run on {threads} threads; give 1 or more.")
        super().__init__(model)
        self._threads = threads
        self._model_lock = threading.Lock()
        self._tokenizer_lock = threading.Lock()
        self._model: Any = None
        self._tokenizer: Tokenizer | None = None

    @property
    def token_dimensions(self) -> int:
        """0: no token vectors."""
        return 0

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` by the model's own tokenizer, however many, special ones left out. Loads no torch."""
        return len(self._loaded_tokenizer().encode(encodable(text), add_special_tokens=False).ids)

    def encode_queries(self, texts: Sequence[str]) -> Encoding:
        """Questions as unit vectors; EncoderError when the model cannot be loaded or gives a vector that is none."""
        return without_tokens(self._encode(texts, lambda model: model.encode_query, None))

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Encoding:
        """Passages as unit vectors, encoded in batches of like length; EncoderError as in `encode_queries`."""
        return without_tokens(self._encode(texts, lambda model: model.encode_document, progress))

    def verify(self) -> None:
        """EncoderError when a file of weights is missing or not the promised one."""
        self._files.verify()

    def _encode(self, texts: Sequence[str], verb: Callable[[Any], Any], progress: Progress | None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        encode = verb(self._loaded_model())
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            batch = [encodable(texts[row]) for row in rows]
            raw = encode(batch, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
            vectors[rows] = _unit(np.asarray(raw, dtype=np.float32), batch)
            if progress is not None:
                progress(len(rows))
        return vectors

    def _loaded_model(self) -> Any:
        with self._model_lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> Any:
        self._files.verify()
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # type: ignore[no-untyped-call]
            torch.set_num_threads(self._threads)
            model = SentenceTransformer(
                str(self._files.folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True, "dtype": torch.float32},
            )
        except (OSError, ImportError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
            raise EncoderError(
                f"The encoder {self._files.name} in {self._files.folder} cannot be loaded ({error}); install it again."
            ) from error
        model.max_seq_length = self.max_tokens
        dimensions = model.get_embedding_dimension()
        if dimensions != self.dimensions:
            raise EncoderError(
                f"The encoder {self._files.name} gives {dimensions} numbers where its files say {self.dimensions}; "
                "take another model."
            )
        return model

    def _loaded_tokenizer(self) -> Tokenizer:
        with self._tokenizer_lock:
            if self._tokenizer is None:
                self._tokenizer = _tokenizer(self._files)
            return self._tokenizer


def _tokenizer(files: ModelFiles) -> Tokenizer:
    try:
        content = files.tokenizer.read_text(encoding="utf-8")
        tokenizer = Tokenizer.from_str(content)
    except Exception as error:  # the library raises a plain Exception for a damaged file
        raise EncoderError(
            f"The tokenizer {files.tokenizer} cannot be read ({error}); install the model again."
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _unit(raw: NDArray[np.float32], texts: Sequence[str]) -> Vectors:
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    usable = np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)
    if not usable.all():
        beginning = texts[int(np.flatnonzero(~usable)[0])][:QUOTED_CHARACTERS]
        raise EncoderError(
            f"The encoder gave no usable vector for the text that begins {beginning!r}; leave that text out."
        )
    unit: Vectors = raw / lengths
    return unit
