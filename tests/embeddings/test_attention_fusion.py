from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info
from onnx.numpy_helper import from_array

from embeddings.attention_fusion import fuse_attention
from embeddings.export import INPUTS, OUTPUTS

WORDS, WIDTH, HEADS = 40, 8, 2
HEAD = WIDTH // HEADS


def constants(scale: float) -> dict[str, NDArray[Any]]:
    random = np.random.default_rng(7)
    matrices = {name: random.normal(size=(WIDTH, WIDTH)) for name in ("wq", "wk", "wv")}
    biases = {name: random.normal(size=WIDTH) for name in ("bq", "bk", "bv")}
    floats = {"table": random.normal(size=(WORDS, WIDTH)), **matrices, **biases, "scale": np.array(scale)}
    return {
        **{name: value.astype(np.float32) for name, value in floats.items()},
        "hidden": np.array(np.finfo(np.float32).min, dtype=np.float32),
        "none": np.array(0, dtype=np.float32),
        "by_heads": np.array([0, 0, HEADS, HEAD], dtype=np.int64),
        "whole": np.array([0, 0, WIDTH], dtype=np.int64),
        "middle": np.array([1, 2], dtype=np.int64),
        "last": np.array([2], dtype=np.int64),
        "tokens": np.array([1], dtype=np.int64),
    }


def projection(name: str, order: list[int]) -> list[Any]:
    return [
        make_node("MatMul", ["x", f"w{name}"], [f"{name}.product"]),
        make_node("Add", [f"{name}.product", f"b{name}"], [f"{name}.sum"]),
        make_node("Reshape", [f"{name}.sum", "by_heads"], [f"{name}.split"]),
        make_node("Transpose", [f"{name}.split"], [name], perm=order),
    ]


def model(causal: bool = False, scale: float = HEAD**-0.5) -> onnx.ModelProto:
    """One attention over a table of words, as an exporter spells it out; `causal` hides later tokens too."""
    values = constants(scale)
    tokens = 10
    if causal:
        values["later"] = np.triu(np.full((tokens, tokens), -1e9), 1).astype(np.float32)
    nodes = [
        make_node("Gather", ["table", INPUTS[0]], ["x"]),
        make_node("Cast", [INPUTS[1]], ["kept"], to=TensorProto.BOOL),
        make_node("Unsqueeze", ["kept", "middle"], ["keys"]),
        make_node("Where", ["keys", "none", "hidden"], ["padding"]),
        *(
            [make_node("Add", ["padding", "later"], ["mask"])]
            if causal
            else [make_node("Identity", ["padding"], ["mask"])]
        ),
        *projection("q", [0, 2, 1, 3]),
        *projection("k", [0, 2, 3, 1]),
        *projection("v", [0, 2, 1, 3]),
        make_node("MatMul", ["q", "k"], ["met"]),
        make_node("Mul", ["met", "scale"], ["scaled"]),
        make_node("Add", ["scaled", "mask"], ["masked"]),
        make_node("Softmax", ["masked"], ["shares"], axis=-1),
        make_node("MatMul", ["shares", "v"], ["weighted"]),
        make_node("Transpose", ["weighted"], ["turned"], perm=[0, 2, 1, 3]),
        make_node("Reshape", ["turned", "whole"], ["given"]),
        make_node("LpNormalization", ["given"], [OUTPUTS[1]], axis=-1, p=2),
        make_node("Cast", [INPUTS[1]], ["counted"], to=TensorProto.FLOAT),
        make_node("Unsqueeze", ["counted", "last"], ["share"]),
        make_node("Mul", ["given", "share"], ["own"]),
        make_node("ReduceSum", ["own", "tokens"], ["sum"], keepdims=0),
        make_node("LpNormalization", ["sum"], [OUTPUTS[0]], axis=-1, p=2),
    ]
    graph = make_graph(
        nodes,
        "attention",
        [make_tensor_value_info(name, TensorProto.INT64, ["rows", "tokens"]) for name in INPUTS],
        [make_tensor_value_info(name, TensorProto.FLOAT, None) for name in OUTPUTS],
        [from_array(value, name) for name, value in values.items()],
    )
    return make_model(graph, opset_imports=[make_opsetid("", 20)], ir_version=10)


def run(given: onnx.ModelProto, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Mapping[str, NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(given.SerializeToString(), providers=["CPUExecutionProvider"])
    return dict(zip(OUTPUTS, session.run(list(OUTPUTS), dict(zip(INPUTS, (ids, mask), strict=True))), strict=True))


def kinds(given: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in given.graph.node]


@pytest.mark.parametrize("tokens", [1, 3, 17])
def test_one_node_gives_what_twelve_gave(tokens: int) -> None:
    spelt_out = model()
    fused = fuse_attention(spelt_out)
    assert kinds(fused).count("MultiHeadAttention") == 1
    assert not {"Softmax", "Transpose", "Where"} & set(kinds(fused))
    assert len(kinds(fused)) < len(kinds(spelt_out))
    ids = np.random.default_rng(3).integers(0, WORDS, (4, tokens))
    mask = (np.arange(tokens) < np.array([[tokens], [max(1, tokens - 1)], [max(1, tokens // 2)], [1]])).astype(np.int64)
    before, after = run(spelt_out, ids, mask), run(fused, ids, mask)
    assert np.allclose(before[OUTPUTS[0]], after[OUTPUTS[0]], atol=1e-5)
    assert np.allclose(before[OUTPUTS[1]][mask == 1], after[OUTPUTS[1]][mask == 1], atol=1e-5)


def test_the_factor_is_kept() -> None:
    ids, mask = np.arange(5).reshape(1, 5), np.ones((1, 5), dtype=np.int64)
    plain, sharp = (run(fuse_attention(model(scale=scale)), ids, mask)[OUTPUTS[0]] for scale in (0.1, 2.0))
    assert not np.allclose(plain, sharp, atol=1e-3)
    assert np.allclose(sharp, run(model(scale=2.0), ids, mask)[OUTPUTS[0]], atol=1e-5)


def test_an_attention_that_hides_more_than_padding_stays_as_it_is() -> None:
    causal = model(causal=True)
    assert fuse_attention(causal) is causal


def test_a_graph_without_attention_stays_as_it_is() -> None:
    without = model()
    del without.graph.node[9:]
    assert fuse_attention(without) is without
