"""The encoder around a model that never has to be loaded."""

import json
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.errors import EncoderError
from embeddings.model_files import ModelFiles, bundled_minilm, local_model
from embeddings.sentence_transformer import BATCH, SentenceTransformerEncoder


class FakeModel:
    """Stands where a loaded SentenceTransformer would; records its batches."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.verbs: set[str] = set()

    def encode_query(self, texts: Sequence[str], **options: Any) -> np.ndarray:
        self.verbs.add("query")
        return self._vectors(texts)

    def encode_document(self, texts: Sequence[str], **options: Any) -> np.ndarray:
        self.verbs.add("document")
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        self.batches.append(list(texts))
        vectors = np.zeros((len(texts), 384), dtype=np.float64)
        for row, text in enumerate(texts):
            vectors[row, len(text) % 384] = {"spoilt": np.nan, "huge": np.inf, "flat": 0.0}.get(text.split(" ")[0], 3.0)
        return vectors


class FakeEncoder(SentenceTransformerEncoder):
    def __init__(self, files: ModelFiles) -> None:
        super().__init__(files, threads=1)
        self.fake = FakeModel()
        self.loads = 0

    def _load(self) -> FakeModel:
        self.loads += 1
        return self.fake


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder(bundled_minilm())


def test_uses_the_verb_of_each_side(encoder: FakeEncoder) -> None:
    encoder.encode_queries(["a"])
    assert encoder.fake.verbs == {"query"}
    encoder.encode_passages(["a"])
    assert encoder.fake.verbs == {"query", "document"}


def test_gives_no_token_vectors(encoder: FakeEncoder) -> None:
    encoding = encoder.encode_queries(["a", "b c"])
    assert encoder.token_dimensions == 0
    assert encoding.tokens.shape == (0, 0)
    assert encoding.starts.tolist() == [0, 0, 0]


def test_batches_like_lengths_together_and_keeps_the_order(encoder: FakeEncoder) -> None:
    texts = ["x" * (number * 37 % 301) for number in range(75)]
    done: list[int] = []
    vectors = encoder.encode_passages(texts, done.append).vectors
    assert [int(row.argmax()) for row in vectors] == [len(text) for text in texts]
    assert done == [BATCH, BATCH, 75 - 2 * BATCH]
    lengths = [len(text) for batch in encoder.fake.batches for text in batch]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize("text", ["spoilt by nothing at all", "huge number", "flat line"])
def test_names_the_text_without_a_usable_vector(encoder: FakeEncoder, text: str) -> None:
    with pytest.raises(EncoderError, match=text):
        encoder.encode_passages(["a good one", text])


def test_loads_once_for_many_threads(encoder: FakeEncoder) -> None:
    threads = [threading.Thread(target=encoder.encode_queries, args=(["a"],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert encoder.loads == 1


def test_loads_nothing_for_no_texts(encoder: FakeEncoder) -> None:
    encoder.encode_passages([])
    encoder.count_tokens("word")
    assert encoder.loads == 0


def test_refuses_no_threads() -> None:
    with pytest.raises(ValueError, match="0 threads"):
        SentenceTransformerEncoder(bundled_minilm(), threads=0)


def copied_model(folder: Path) -> Path:
    shutil.copytree(bundled_minilm().folder, folder, ignore=shutil.ignore_patterns("model.safetensors", "*.md"))
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_damaged_tokenizer_is_named(tmp_path: Path) -> None:
    folder = copied_model(tmp_path / "model")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderError, match=r"tokenizer\.json cannot be read"):
        SentenceTransformerEncoder(local_model(folder), threads=1).count_tokens("word")


def test_weights_changed_after_opening_are_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    folder = copied_model(tmp_path / "model")
    encoder = SentenceTransformerEncoder(local_model(folder), threads=1)
    (folder / "model.safetensors").write_bytes(b"others")
    with pytest.raises(EncoderError, match="not the promised ones"):
        encoder.encode_queries(["a"])


@pytest.mark.encoder
def test_weights_that_are_none_are_a_sentence(tmp_path: Path) -> None:
    encoder = SentenceTransformerEncoder(local_model(copied_model(tmp_path / "model")), threads=1)
    with pytest.raises(EncoderError, match="cannot be loaded"):
        encoder.encode_queries(["a"])


@pytest.mark.encoder
def test_the_length_in_the_files_is_the_length_that_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled_minilm().folder, folder)
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 8, "do_lower_case": False}))
    files = local_model(folder)
    assert files.max_tokens == 8
    assert files.identity != bundled_minilm().identity
    words = "one two three four five six"
    encoding = SentenceTransformerEncoder(files, threads=1).encode_queries([f"{words} {'fees ' * 50}", words])
    np.testing.assert_allclose(encoding.vectors[0], encoding.vectors[1], atol=1e-5)
