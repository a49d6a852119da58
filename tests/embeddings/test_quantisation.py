"""A small graph: two products with weights, one between what is computed, one with the reduction."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info
from onnx.numpy_helper import from_array

from embeddings.errors import EncoderError
from embeddings.export import REDUCTION, failure_file, graph_file, is_sound
from embeddings.model_files import bundled_minilm
from embeddings.quantisation import LEAST_TABLE, _column_scales, quantise_graph

FILES = bundled_minilm()
RANDOM = np.random.default_rng(3)
WEIGHTS = RANDOM.standard_normal((48, 32)).astype(np.float32)
INPUT = RANDOM.standard_normal((4, 5, 48)).astype(np.float32)


def small_graph(folder: Path, weights: NDArray[np.float32]) -> Path:
    nodes = [
        make_node("MatMul", ["x", "w"], ["once"], "first"),
        make_node("MatMul", ["x", "w"], ["again"], "second"),
        make_node("Transpose", ["again"], ["turned"], perm=[0, 2, 1]),
        make_node("MatMul", ["once", "turned"], ["between"], "between"),
        make_node("MatMul", ["once", REDUCTION], ["reduced"], "reducing"),
    ]
    shapes = {"x": ["rows", "tokens", 48], "between": None, "reduced": None, "once": None}
    values = {name: make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()}
    constants = [from_array(weights, "w"), from_array(np.eye(32, 8, dtype=np.float32), REDUCTION)]
    graph = make_graph(nodes, "small", [values.pop("x")], list(values.values()), constants)
    file = graph_file(FILES, folder)
    onnx.save(make_model(graph, opset_imports=[make_opsetid("", 20)], ir_version=10), file)
    return file


def run(file: Path, rows: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return dict(zip((output.name for output in session.get_outputs()), session.run(None, {"x": rows}), strict=True))


def test_products_with_weights_are_rounded_and_near(tmp_path: Path) -> None:
    small_graph(tmp_path, WEIGHTS)
    file = quantise_graph(FILES, tmp_path)
    assert is_sound(file) and file == graph_file(FILES, tmp_path, "int8")
    found = run(file, INPUT)
    exact = INPUT @ WEIGHTS
    assert 0 < np.abs(found["once"] - exact).max() < 0.04 * np.abs(exact).max()
    np.testing.assert_allclose(found["reduced"], found["once"][..., :8], rtol=1e-6)
    np.testing.assert_allclose(found["between"], found["once"] @ found["once"].swapaxes(1, 2), rtol=1e-4, atol=1e-4)


def test_only_the_weights_of_the_encoder_are_rounded(tmp_path: Path) -> None:
    small_graph(tmp_path, WEIGHTS)
    model = onnx.load(quantise_graph(FILES, tmp_path))
    kinds = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    assert kinds["w.rounded"] == TensorProto.INT8 and kinds[REDUCTION] == TensorProto.FLOAT
    assert "w" not in kinds
    assert [node.name for node in model.graph.node if node.op_type == "MatMul"] == ["between", "reducing"]
    assert sum(node.op_type == "QuantizeLinear" for node in model.graph.node) == 1, "what both need is rounded once"


def test_a_row_does_not_depend_on_the_others(tmp_path: Path) -> None:
    small_graph(tmp_path, WEIGHTS)
    file = quantise_graph(FILES, tmp_path)
    loud = np.concatenate([INPUT, 1000 * INPUT[:1], np.zeros_like(INPUT[:1])])
    together = run(file, loud)["once"]
    assert np.array_equal(together[:4], run(file, INPUT)["once"])
    assert np.array_equal(together[2], run(file, INPUT[2:3])["once"][0])
    np.testing.assert_allclose(together[4], 1000 * together[0], rtol=1e-5)
    assert not together[5].any(), "a row of zeros stays one"


@pytest.mark.parametrize("rows", [6, 7])
def test_no_processor_overflows(rows: int) -> None:
    weights = RANDOM.standard_normal((rows, 500)).astype(np.float32)
    weights[:, 0] = 0
    weights[:, 1] = 1
    rounded = np.rint(weights / _column_scales(weights)).astype(int)
    padded = np.concatenate([rounded, np.zeros((rows % 2, 500), dtype=int)])
    assert np.abs(rounded).max() <= 127
    assert 255 * np.abs(padded[0::2] + padded[1::2]).max() < 2**15
    assert (np.abs(rounded).max(axis=0)[1:] >= 63).all(), "and the range is used"


def test_weights_that_are_no_numbers_are_told_and_remembered(tmp_path: Path) -> None:
    weights = WEIGHTS.copy()
    weights[1, 1] = np.nan
    small_graph(tmp_path, weights)
    with pytest.raises(EncoderError, match="quantised to 8 bits: Its weights w hold a number that is not finite"):
        quantise_graph(FILES, tmp_path)
    assert "not finite" in failure_file(graph_file(FILES, tmp_path, "int8")).read_text()
    assert not graph_file(FILES, tmp_path, "int8").exists()


def test_a_graph_without_weights_is_refused(tmp_path: Path) -> None:
    node = make_node("Identity", ["x"], ["y"])
    x, y = (make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in "xy")
    onnx.save(make_model(make_graph([node], "none", [x], [y])), graph_file(FILES, tmp_path))
    with pytest.raises(EncoderError, match="no products with weights"):
        quantise_graph(FILES, tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a graph"])
def test_a_damaged_exact_graph_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    graph_file(FILES, tmp_path).write_bytes(content)
    with pytest.raises(EncoderError, match="cannot be quantised"):
        quantise_graph(FILES, tmp_path)


def test_a_large_table_is_kept_in_eight_bits_with_a_scale_for_each_row(tmp_path: Path) -> None:
    table = RANDOM.standard_normal((LEAST_TABLE // 32, 32)).astype(np.float32) * np.float32(3)
    table[7] = 0
    nodes = [make_node("Gather", ["t", "ids"], ["x"], "words"), make_node("MatMul", ["x", "w"], ["y"], "product")]
    ids = make_tensor_value_info("ids", TensorProto.INT64, ["tokens"])
    outputs = [make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("x", "y")]
    constants = [from_array(table, "t"), from_array(RANDOM.standard_normal((32, 4)).astype(np.float32), "w")]
    exact = graph_file(FILES, tmp_path)
    model = make_model(make_graph(nodes, "g", [ids], outputs, constants), opset_imports=[make_opsetid("", 20)])
    model.ir_version = 10
    onnx.save(model, exact)
    file = quantise_graph(FILES, tmp_path)
    assert file.stat().st_size < 0.35 * exact.stat().st_size
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    wanted = np.array([3, 7, 3, 100], dtype=np.int64)
    (found,) = session.run(["x"], {"ids": wanted})
    steps = np.abs(table[wanted]).max(axis=1, keepdims=True) / 127
    assert (np.abs(found - table[wanted]) <= steps / 2 + 1e-6).all()
    assert not found[1].any()
