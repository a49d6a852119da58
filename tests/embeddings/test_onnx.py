import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from embeddings.errors import EncoderError, LesserMode
from embeddings.export import Precision, checksum_file, graph_file, is_sound, write_graph
from embeddings.model_files import bundled_minilm
from embeddings.onnx import OnnxEncoder, _Graph, _prompts
from embeddings.sentence_transformer import SentenceTransformerEncoder
from tests.fakes import LetterEncoder

FILES = bundled_minilm()
TEXTS = ["How do I log in?", "", "Fees " * 700, "提现", "A withdrawal costs 1.5 USDT on TRC20."]


def over(folder: Path, precision: Precision = "fp32") -> OnnxEncoder:
    return OnnxEncoder(FILES, folder, 1, SentenceTransformerEncoder(FILES, threads=1), precision)


@pytest.mark.encoder
def test_the_same_vectors_as_torch(exported_models: Path) -> None:
    torch, exact, rounded = SentenceTransformerEncoder(FILES, 1), over(exported_models), over(exported_models, "int8")
    expected = torch.encode_passages(TEXTS).vectors
    np.testing.assert_allclose(exact.encode_passages(TEXTS).vectors, expected, atol=2e-6)
    cosines = (rounded.encode_passages(TEXTS).vectors * expected).sum(axis=1)
    assert 0.97 < cosines.min() < 0.9999
    assert exact.problem is None and rounded.problem is None
    assert len({torch.identity, exact.identity, rounded.identity}) == 3


@pytest.mark.encoder
def test_like_words_have_like_token_vectors(exported_models: Path) -> None:
    encoding = over(exported_models).encode_queries(["reset password", "a new password"])
    cosines = encoding.tokens.astype(float) @ encoding.tokens.T / 127**2
    np.testing.assert_allclose(np.diag(cosines), 1, atol=0.03)
    assert encoding.starts.tolist() == [0, 2, 5]
    assert cosines[1, 2:].argmax() == 2


@pytest.mark.encoder
@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_serving_loads_no_torch(exported_models: Path, precision: str) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from embeddings.model_files import bundled_minilm\n"
        "from embeddings.onnx import OnnxEncoder\n"
        "from embeddings.sentence_transformer import SentenceTransformerEncoder\n"
        "files = bundled_minilm()\n"
        f"folder, torch = Path({str(exported_models)!r}), SentenceTransformerEncoder(files, 1)\n"
        f"encoder = OnnxEncoder(files, folder, 1, torch, {precision!r})\n"
        "assert encoder.encode_queries(['How do I log in?']).tokens.shape == (6, 64)\n"
        "sys.exit(bool({'torch', 'transformers', 'onnx'} & set(sys.modules)))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.encoder
def test_a_damaged_graph_is_not_sound(exported_models: Path, tmp_path: Path) -> None:
    graph = tmp_path / graph_file(FILES, exported_models).name
    content = bytearray(graph_file(FILES, exported_models).read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)
    checksum_file(graph).write_text(checksum_file(graph_file(FILES, exported_models)).read_text())
    assert not is_sound(graph)
    assert not is_sound(tmp_path / "absent.onnx")


@pytest.mark.encoder
@pytest.mark.parametrize("harm", ["cut short", "no checksum"])
def test_a_damaged_graph_in_8_bits_is_made_again(exported_models: Path, tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "onnx"
    shutil.copytree(exported_models, folder)
    graph = graph_file(FILES, folder, "int8")
    if harm == "cut short":
        graph.write_bytes(graph.read_bytes()[:1000])
    else:
        checksum_file(graph).unlink()
    encoder = over(folder, "int8")
    found, expected = encoder.encode_queries(TEXTS), over(exported_models, "int8").encode_queries(TEXTS)
    assert encoder.problem is None and is_sound(graph)
    assert np.array_equal(found.vectors, expected.vectors) and np.array_equal(found.tokens, expected.tokens)


class Letters384(LetterEncoder):
    dimensions = 384
    identity = FILES.identity


def refusing(attempts: list[object]) -> Callable[..., None]:
    def refuse(*given: object) -> None:
        attempts.append(given)
        raise RuntimeError("No such\noperator.")

    return refuse


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_what_cannot_be_exported_is_encoded_by_the_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: Precision
) -> None:
    attempts: list[object] = []
    monkeypatch.setattr("embeddings.export._export", refusing(attempts))
    for lesser in (False, True):
        encoder = OnnxEncoder(FILES, tmp_path, 1, Letters384(), precision)
        assert encoder.token_dimensions == (32 if lesser else 64), "a file tells it before anything is loaded"
        assert encoder.encode_queries(TEXTS).vectors.shape == (len(TEXTS), 384)
        assert encoder.encode_passages(TEXTS).tokens.shape[1] == 32 == encoder.token_dimensions
        assert encoder.problem is not None and "ONNX: No such operator." in encoder.problem
        with pytest.raises(LesserMode, match="Torch encodes instead, which is slower and gives no token vectors"):
            encoder.verify()
    assert len(attempts) == 1, "a failed export is not tried at every start"


def test_what_cannot_be_quantised_is_encoded_by_the_fallback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[object] = []
    monkeypatch.setattr("embeddings.export._export", lambda files, file: file.write_bytes(b"graph"))
    monkeypatch.setattr("embeddings.quantisation._quantise", refusing(attempts))
    for _ in range(2):
        encoder = OnnxEncoder(FILES, tmp_path, 1, Letters384(), "int8")
        assert encoder.encode_queries(["x"]).tokens.shape[1] == 32 == encoder.token_dimensions
        with pytest.raises(LesserMode, match=r"quantised to 8 bits: No such operator.*Delete .*int8\.failed"):
            encoder.verify()
    assert len(attempts) == 1
    assert OnnxEncoder(FILES, tmp_path, 1, Letters384()).token_dimensions == 64, "that in fp32 is there"


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_a_graph_that_cannot_be_loaded_is_told(tmp_path: Path, precision: Precision) -> None:
    broken = graph_file(FILES, tmp_path, precision)
    write_graph(broken, lambda file: file.write_bytes(b"not a graph") and None, "")
    encoder = OnnxEncoder(FILES, tmp_path, 1, Letters384(), precision)
    encoder.encode_queries(["x"])
    assert encoder.problem is not None and f"{broken.name} cannot be loaded" in encoder.problem
    assert encoder.token_dimensions == 32
    with pytest.raises(LesserMode, match="cannot be loaded"):
        encoder.verify()


class Session:
    """Stands where a graph would: vectors that a person can compute, spoilt for texts about fees."""

    def __init__(self, spoilt: str) -> None:
        self.spoilt = spoilt
        self.runs = 0

    def run(self, outputs: Sequence[str], inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        self.runs += 1
        time.sleep(0.001)
        if self.spoilt == "everything":
            raise RuntimeError("Out of memory.")
        ids = inputs["input_ids"]
        vectors, tokens = np.zeros((len(ids), 384), np.float32), np.zeros((*ids.shape, 64), np.float32)
        vectors[:, 0] = inputs["attention_mask"].sum(axis=1)
        tokens[:, :, 0] = ids % 100 / 100
        for row in np.flatnonzero((ids == TOKENIZER.token_to_id("fees")).any(axis=1)):
            if self.spoilt == "vector":
                vectors[row, 3] = np.inf
            else:
                tokens[row, 1, 3] = np.nan
        return [vectors, tokens]


TOKENIZER = Tokenizer.from_file(str(FILES.tokenizer))
TOKENIZER.no_padding()


@pytest.mark.parametrize("spoilt", ["vector", "tokens"])
def test_a_vector_that_is_none_is_told_with_its_text(tmp_path: Path, spoilt: str) -> None:
    encoder = OnnxEncoder(FILES, tmp_path, 1, Letters384())
    encoder._graph = _Graph(Session(spoilt), TOKENIZER, 0)
    assert encoder.encode_passages(["log in", "a longer text without them"]).tokens.shape == (7, 64)
    with pytest.raises(EncoderError, match="no usable vector for the text that begins 'low fees'"):
        encoder.encode_passages(["log in", "low fees", "a longer text without them"])


def test_a_run_that_fails_is_a_sentence(tmp_path: Path) -> None:
    encoder = OnnxEncoder(FILES, tmp_path, 1, Letters384())
    encoder._graph = _Graph(Session("everything"), TOKENIZER, 0)
    with pytest.raises(EncoderError, match=r"failed at 2 texts of up to 4 tokens: Out of memory\."):
        encoder.encode_queries(["log in", "x"])


def test_progress_counts_texts_whatever_the_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.onnx.TOKEN_BUDGET", 40)
    encoder = OnnxEncoder(FILES, tmp_path, 1, Letters384())
    encoder._graph = _Graph(Session(""), TOKENIZER, 0)
    done: list[int] = []
    encoder.encode_passages(["a"] * 20 + ["word " * 100], done.append)
    assert sum(done) == 21 and len(done) == 3


@pytest.mark.parametrize("workers", [1, 3])
def test_who_stops_is_not_kept_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    monkeypatch.setattr("embeddings.onnx.TOKEN_BUDGET", 1)
    encoder, session = OnnxEncoder(FILES, tmp_path, workers, Letters384()), Session("")
    encoder._graph = _Graph(session, TOKENIZER, 0)

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encoder.encode_passages(["a"] * 500, stop)
    assert session.runs < 250


def test_passages_are_the_same_by_one_thread_and_by_many(tmp_path: Path) -> None:
    texts = [f"word {'logs ' * (number % 50)}" for number in range(200)]
    encodings = []
    for workers in (1, 4):
        encoder = OnnxEncoder(FILES, tmp_path, workers, Letters384())
        encoder._graph = _Graph(Session(""), TOKENIZER, 0)
        encodings.append(encoder.encode_passages(texts))
    assert np.array_equal(encodings[0].vectors, encodings[1].vectors)
    assert np.array_equal(encodings[0].tokens, encodings[1].tokens)
    assert np.array_equal(encodings[0].starts, encodings[1].starts)


@pytest.mark.parametrize(
    ("config", "prompts"),
    [
        ("{}", ("", "")),
        ('{"prompts": {"query": "q: ", "document": "d: "}}', ("q: ", "d: ")),
        ('{"prompts": {"query": "q: ", "passage": "p: "}}', ("q: ", "p: ")),
        ('{"prompts": {"any": "a: "}, "default_prompt_name": "any"}', ("a: ", "a: ")),
    ],
)
def test_prompts_of_a_model(tmp_path: Path, config: str, prompts: tuple[str, str]) -> None:
    (tmp_path / "config_sentence_transformers.json").write_text(config)
    assert _prompts(tmp_path) == prompts


def test_a_model_without_that_file_has_no_prompts(tmp_path: Path) -> None:
    assert _prompts(tmp_path) == ("", "")
