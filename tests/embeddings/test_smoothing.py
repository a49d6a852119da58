"""A graph with the inputs of an encoder: embeddings, a layer normalisation with an outlier, two products."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info
from onnx.numpy_helper import from_array

from embeddings.export import INPUTS, graph_file
from embeddings.model_files import bundled_minilm
from embeddings.quantisation import quantise_graph
from embeddings.smoothing import smoothing_factors

FILES = bundled_minilm()
COLUMNS, OUTLIER = 32, 5
RANDOM = np.random.default_rng(11)
GAMMA = np.ones(COLUMNS, dtype=np.float32)
GAMMA[OUTLIER] = 40
WEIGHTS = {name: RANDOM.standard_normal((COLUMNS, 24)).astype(np.float32) for name in ("first", "second")}
IDS = np.array([[101, 2129, 2079, 102]], dtype=np.int64)


def outlying_graph() -> onnx.ModelProto:
    embeddings = RANDOM.standard_normal((30522, COLUMNS)).astype(np.float32)
    nodes = [
        make_node("Gather", ["words", INPUTS[0]], ["states"]),
        make_node("LayerNormalization", ["states", "gamma", "beta"], ["normal"]),
        make_node("MatMul", ["normal", "first"], ["one"]),
        make_node("MatMul", ["normal", "second"], ["other"]),
        make_node("MatMul", ["states", "first"], ["plain"]),
    ]
    inputs = [make_tensor_value_info(name, TensorProto.INT64, ["rows", "tokens"]) for name in INPUTS]
    outputs = [make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("one", "other", "plain")]
    constants = {"words": embeddings, "gamma": GAMMA, "beta": np.zeros(COLUMNS, dtype=np.float32), **WEIGHTS}
    tensors = [from_array(value, name) for name, value in constants.items()]
    graph = make_graph(nodes, "outlying", inputs, outputs, tensors)
    return make_model(graph, opset_imports=[make_opsetid("", 20)], ir_version=10)


def run(model: bytes) -> list[NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(["one", "other", "plain"], {INPUTS[0]: IDS, INPUTS[1]: np.ones_like(IDS)})


def test_outliers_of_a_normalisation_get_large_factors() -> None:
    weights = list(WEIGHTS.values())
    factors = smoothing_factors(outlying_graph(), FILES, {"normal": weights, "states": weights[:1]})
    assert list(factors) == ["normal"], "only what a normalisation gives"
    assert factors["normal"].shape == (COLUMNS,) and factors["normal"].argmax() == OUTLIER
    assert factors["normal"][OUTLIER] == pytest.approx(np.sqrt(40) * np.median(factors["normal"]), rel=0.5)
    assert np.exp(np.log(factors["normal"]).mean()) == pytest.approx(1, rel=1e-4)


def test_a_graph_without_a_normalisation_is_not_run() -> None:
    assert smoothing_factors(outlying_graph(), FILES, {"states": [WEIGHTS["first"]]}) == {}


def test_smoothing_brings_the_products_nearer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = outlying_graph()
    onnx.save(model, graph_file(FILES, tmp_path))
    exact = run(model.SerializeToString())
    smoothed = run(quantise_graph(FILES, tmp_path).read_bytes())
    monkeypatch.setattr("embeddings.quantisation.smoothing_factors", lambda *given: {})
    rough = run(quantise_graph(FILES, tmp_path).read_bytes())
    for near, far, right in zip(smoothed[:2], rough[:2], exact[:2], strict=True):
        assert np.abs(near - right).mean() < 0.6 * np.abs(far - right).mean()
        assert np.abs(near - right).max() < 0.02 * np.abs(right).max()
    assert np.array_equal(smoothed[2], rough[2]), "what is not normalised is as before"
