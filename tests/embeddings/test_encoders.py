"""What any encoder must do, the fake one and the real one alike."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

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


REAL = [pytest.param(name, marks=pytest.mark.encoder) for name in ("torch", "onnx")]


@pytest.fixture(scope="module", params=["letters", *REAL])
def encoder(request: pytest.FixtureRequest, exported_models: Path) -> Encoder:
    torch = SentenceTransformerEncoder(bundled_minilm(), threads=1)
    kinds: dict[str, Encoder] = {
        "letters": LetterEncoder(),
        "torch": torch,
        "onnx": OnnxEncoder(bundled_minilm(), exported_models, 1, torch),
    }
    return kinds[request.param]


def test_gives_unit_vectors_of_the_promised_shape(encoder: Encoder) -> None:
    for vectors in (encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), encoder.dimensions)
        assert np.isfinite(vectors).all()
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_queries([]).shape == (0, encoder.dimensions)
    assert encoder.encode_passages([]).shape == (0, encoder.dimensions)


def test_a_vector_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    texts = [f"Passage {number} about " + "deposits and fees " * (number % 7) for number in range(40)]
    together = encoder.encode_passages(texts)
    alone = np.concatenate([encoder.encode_passages([texts[number]]) for number in (0, 13, 39)])
    np.testing.assert_allclose(together[[0, 13, 39]], alone, atol=1e-5)


def test_an_equal_text_is_the_nearest(encoder: Encoder) -> None:
    passages = ["Change your email address", "Withdraw bitcoin to a wallet", "Fees for spot trading"]
    scores = encoder.encode_passages(passages) @ encoder.encode_queries(["Withdraw bitcoin to a wallet"])[0]
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
        "assert encoder.encode_queries([]).shape == (0, 384)\n"
        "sys.exit(bool({'torch', 'faiss', 'sentence_transformers', 'transformers'} & set(sys.modules)))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
