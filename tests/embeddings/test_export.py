from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from sentence_transformers import SentenceTransformer

from embeddings.errors import EncoderError
from embeddings.export import (
    INPUTS,
    OUTPUTS,
    REDUCTION,
    checksum_file,
    export_graph,
    failure_file,
    graph_file,
    graph_identity,
    is_sound,
    write_graph,
)
from embeddings.model_files import bundled_minilm

FILES = bundled_minilm()


def test_a_graph_is_known_by_its_weights_its_precision_and_its_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(FILES, identity="0" * 16)
    names = {graph_file(FILES, Path("m")), graph_file(other, Path("m")), graph_file(FILES, Path("m"), "int8")}
    monkeypatch.setattr("embeddings.export.EXPORTER", "another")
    names.add(graph_file(FILES, Path("m")))
    assert len(names) == 4
    assert graph_file(FILES, Path("m"), "int8").stem == graph_identity(FILES, "int8")


@pytest.mark.encoder
def test_nothing_half_made_is_left(exported_models: Path) -> None:
    graphs = [graph_file(FILES, exported_models), graph_file(FILES, exported_models, "int8")]
    expected = {file.name for graph in graphs for file in (graph, checksum_file(graph))}
    assert {file.name for file in exported_models.iterdir()} == expected
    assert all(is_sound(graph) for graph in graphs)


@pytest.mark.encoder
def test_token_vectors_are_the_last_hidden_states_made_shorter(exported_models: Path) -> None:
    graph = graph_file(FILES, exported_models)
    (tensor,) = [each for each in onnx.load(graph).graph.initializer if each.name == REDUCTION]
    reduction = onnx.numpy_helper.to_array(tensor)
    model = SentenceTransformer(str(FILES.folder), device="cpu", local_files_only=True)
    features = model.preprocess(["How do I log in?"])
    with torch.no_grad():
        states = model[0](dict(features))["token_embeddings"][0].numpy()
    reduced = states @ reduction
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    inputs = {name: features[name].numpy() for name in INPUTS}
    _, tokens = session.run(list(OUTPUTS), inputs)
    np.testing.assert_allclose(tokens[0], reduced / np.linalg.norm(reduced, axis=1, keepdims=True), atol=1e-5)
    np.testing.assert_allclose(reduction.T @ reduction, np.eye(64), atol=1e-5)
    share = np.linalg.norm(reduced) ** 2 / np.linalg.norm(states) ** 2
    assert share > 0.5, "64 of 384 directions hold more than half of a token"


def test_wrong_weights_are_not_exported(tmp_path: Path) -> None:
    wrong = replace(FILES, weights={"model.safetensors": "0" * 64})
    with pytest.raises(EncoderError, match="not the promised ones"):
        export_graph(wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_graph_takes_its_place_whole_or_not_at_all(tmp_path: Path) -> None:
    graph = tmp_path / "deep" / "graph.onnx"
    write_graph(graph, lambda file: file.write_bytes(b"good") and None, "It cannot be made")
    assert is_sound(graph)

    def half(file: Path) -> None:
        file.write_bytes(b"half")
        raise RuntimeError("No such\noperator.")

    with pytest.raises(EncoderError, match=r"It cannot be made: No such operator\.$"):
        write_graph(graph, half, "It cannot be made")
    assert is_sound(graph) and graph.read_bytes() == b"good"
    assert failure_file(graph).read_text() == "It cannot be made: No such operator."
    assert len(list(graph.parent.iterdir())) == 3
