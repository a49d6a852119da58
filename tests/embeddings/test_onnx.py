import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import LesserMode
from embeddings.export import checksum_file, graph_file, is_sound
from embeddings.model_files import bundled_minilm
from embeddings.onnx import OnnxEncoder, _prompts
from embeddings.sentence_transformer import SentenceTransformerEncoder
from tests.fakes import LetterEncoder

FILES = bundled_minilm()
TEXTS = ["How do I log in?", "", "Fees " * 700, "提现", "A withdrawal costs 1.5 USDT on TRC20."]


@pytest.mark.encoder
def test_the_same_vectors_as_torch(exported_models: Path) -> None:
    torch = SentenceTransformerEncoder(FILES, threads=1)
    encoder = OnnxEncoder(FILES, exported_models, 1, torch)
    np.testing.assert_allclose(encoder.encode_passages(TEXTS), torch.encode_passages(TEXTS), atol=2e-6)
    assert encoder.problem is None and encoder.identity == torch.identity


@pytest.mark.encoder
def test_serving_loads_no_torch(exported_models: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from embeddings.model_files import bundled_minilm\n"
        "from embeddings.onnx import OnnxEncoder\n"
        "from embeddings.sentence_transformer import SentenceTransformerEncoder\n"
        "files = bundled_minilm()\n"
        f"encoder = OnnxEncoder(files, Path({str(exported_models)!r}), 1, SentenceTransformerEncoder(files, 1))\n"
        "assert encoder.encode_queries(['How do I log in?']).shape == (1, 384)\n"
        "sys.exit(bool({'torch', 'transformers'} & set(sys.modules)))\n"
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


class Letters384(LetterEncoder):
    dimensions = 384
    identity = FILES.identity


def test_what_cannot_be_exported_is_encoded_by_the_fallback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def refuse(files: object, file: Path) -> None:
        attempts.append(file)
        raise RuntimeError("No such\noperator.")

    monkeypatch.setattr("embeddings.export._export", refuse)
    for _ in range(2):
        encoder = OnnxEncoder(FILES, tmp_path, 1, Letters384())
        assert encoder.encode_queries(TEXTS).shape == (len(TEXTS), 384)
        assert encoder.encode_passages(TEXTS).shape == (len(TEXTS), 384)
        assert encoder.problem is not None and "ONNX: No such operator." in encoder.problem
        with pytest.raises(LesserMode, match="Torch encodes instead, which is slower"):
            encoder.verify()
    assert len(attempts) == 1, "a failed export is not tried at every start"


def test_a_graph_that_cannot_be_loaded_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"not a graph")
    monkeypatch.setattr("embeddings.onnx.graph_file", lambda files, folder: tmp_path / "broken.onnx")
    monkeypatch.setattr("embeddings.onnx.is_sound", lambda file: True)
    encoder = OnnxEncoder(FILES, tmp_path, 1, Letters384())
    encoder.encode_queries(["x"])
    assert encoder.problem is not None and "broken.onnx cannot be loaded" in encoder.problem


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
