"""What any encoder must do, the fake one and the real one alike."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.batching import BatchingEncoder
from embeddings.encoders import Encoder
from embeddings.model_files import bundled_minilm
from embeddings.onnx import OnnxEncoder
from embeddings.sentence_transformer import SentenceTransformerEncoder
from tests.fakes import LetterEncoder

TEXTS = [
    "How do I change the email on my account?",
    "",
    "x",
    "🙂🙂🙂",
    "مرحبا كيف حالك",
    "如何修改邮箱地址",
    "lone \ud800 surrogate",
    "<|endoftext|> '; DROP TABLE users; -- \" AND *",
    "withdrawal " * 9_000,
]


REAL = [pytest.param(name, marks=pytest.mark.encoder) for name in ("torch", "fp32", "int8", "batching")]


@pytest.fixture(scope="module", params=["letters", *REAL])
def encoder(request: pytest.FixtureRequest, exported_models: Path) -> Encoder:
    torch = SentenceTransformerEncoder(bundled_minilm(), threads=1)
    onnx = OnnxEncoder(bundled_minilm(), exported_models, 1, torch)
    kinds: dict[str, Encoder] = {
        "letters": LetterEncoder(),
        "torch": torch,
        "fp32": onnx,
        "int8": OnnxEncoder(bundled_minilm(), exported_models, 1, torch, "int8"),
        "batching": BatchingEncoder(onnx, 8, 1),
    }
    return kinds[request.param]


def test_gives_unit_vectors_of_the_promised_shape(encoder: Encoder) -> None:
    for encoding in (encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)):
        assert encoding.vectors.dtype == np.float32
        assert encoding.vectors.shape == (len(TEXTS), encoder.dimensions)
        assert np.isfinite(encoding.vectors).all()
        np.testing.assert_allclose(np.linalg.norm(encoding.vectors, axis=1), 1.0, atol=1e-5)


def test_gives_token_vectors_of_the_promised_shape(encoder: Encoder) -> None:
    for encoding in (encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)):
        assert encoding.tokens.dtype == np.int8 and encoding.starts.dtype == np.int64
        assert encoding.tokens.shape == (encoding.starts[-1], encoder.token_dimensions)
        assert encoding.starts[0] == 0 and len(encoding.starts) == len(TEXTS) + 1
        counts = np.diff(encoding.starts).tolist()
        if encoder.token_dimensions:
            read = [min(encoder.count_tokens(text), encoder.max_tokens - 2) for text in TEXTS]
            assert counts == read or isinstance(encoder, LetterEncoder)
            lengths = np.linalg.norm(encoding.tokens.astype(float), axis=1)
            np.testing.assert_allclose(lengths, 127, atol=5)
        else:
            assert not any(counts)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    for encoding in (encoder.encode_queries([]), encoder.encode_passages([])):
        assert encoding.vectors.shape == (0, encoder.dimensions)
        assert encoding.tokens.shape == (0, encoder.token_dimensions)
        assert encoding.starts.tolist() == [0]


def test_a_vector_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    texts = [f"Passage {number} about " + "deposits and fees " * (number % 7) for number in range(40)]
    for encode in (encoder.encode_passages, encoder.encode_queries):
        together = encode(texts)
        for number in (0, 13, 39):
            alone = encode([texts[number]])
            np.testing.assert_allclose(together.vectors[number], alone.vectors[0], atol=1e-5)
            tokens = together.tokens[together.starts[number] : together.starts[number + 1]]
            np.testing.assert_allclose(tokens, alone.tokens, atol=1)


def test_an_equal_text_is_the_nearest(encoder: Encoder) -> None:
    passages = ["Change your email address", "Withdraw bitcoin to a wallet", "Fees for spot trading"]
    question = encoder.encode_queries(["Withdraw bitcoin to a wallet"])
    scores = encoder.encode_passages(passages).vectors @ question.vectors[0]
    assert int(scores.argmax()) == 1


def test_progress_counts_every_passage(encoder: Encoder) -> None:
    done: list[int] = []
    encoder.encode_passages([f"passage {number}" for number in range(70)], done.append)
    assert sum(done) == 70
    assert all(step > 0 for step in done)


def test_counts_tokens_beyond_its_own_limit(encoder: Encoder) -> None:
    assert encoder.count_tokens("") == 0
    assert encoder.count_tokens("fees " * 1_000) == 1_000
    assert encoder.max_tokens > 2
    assert encoder.identity


@pytest.mark.parametrize("text", TEXTS)
def test_counts_tokens_of_any_text(encoder: Encoder, text: str) -> None:
    assert encoder.count_tokens(text) >= 0


def test_counting_and_opening_load_neither_torch_nor_faiss() -> None:
    code = (
        "import sys\n"
        "from embeddings.model_files import open_model\n"
        "from embeddings.sentence_transformer import SentenceTransformerEncoder\n"
        "from pathlib import Path\n"
        "encoder = SentenceTransformerEncoder(open_model('', Path('unused')), threads=1)\n"
        "assert encoder.count_tokens('How do I log in?') == 6\n"
        "assert encoder.encode_queries([]).vectors.shape == (0, 384)\n"
        "sys.exit(bool({'torch', 'faiss', 'sentence_transformers', 'transformers'} & set(sys.modules)))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
