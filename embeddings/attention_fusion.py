"""Attention as one node instead of twenty: the same numbers, sooner for short texts, where each node costs its call.

An exported graph spells attention out: biases, four reshapes, four transpositions, two products, a mask, a softmax.
ONNX Runtime has one operator for all of it (com.microsoft.MultiHeadAttention). A graph is only taken over when it gives
the same vectors as before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from embeddings.export import INPUTS, OUTPUTS

SAME = 1e-4
"""How far numbers of unit vectors may differ, which rounding in another order brings about."""
HIDDEN = float(np.finfo(np.float32).min)
"""What is added where a key is padding."""
_BY_HEADS, _KEYS_BY_HEADS = [0, 2, 1, 3], [0, 2, 3, 1]
_MASK = "fused.mask"


@dataclass(frozen=True, slots=True)
class _Projection:
    """The value `product` plus `bias`, shape (columns,), by heads of `head_size` columns."""

    product: str
    bias: NDArray[np.float32]
    head_size: int

    @property
    def heads(self) -> int:
        """How many there are."""
        return len(self.bias) // self.head_size


@dataclass(frozen=True, slots=True)
class _Attention:
    """One attention as a graph spells it out: its parts, its factor, and the value that it gives."""

    query: _Projection
    key: _Projection
    value: _Projection
    scale: float
    output: str


def fuse_attention(model: Any) -> Any:
    """The onnx.ModelProto with each attention as one node; the model itself where that is not the same."""
    graph = _Graph(model)
    found = [attention for node in model.graph.node if node.op_type == "Softmax" for attention in graph.attention(node)]
    if not found:
        return model
    fused = _with_fused(model, found)
    return fused if _gives_the_same(model, fused) else model


class _Graph:
    """A model's nodes by what they give, and its constants."""

    def __init__(self, model: Any) -> None:
        from onnx.numpy_helper import to_array

        self.made_by = {output: node for node in model.graph.node for output in node.output}
        self.users: dict[str, list[Any]] = {}
        for node in model.graph.node:
            for name in node.input:
                self.users.setdefault(name, []).append(node)
        self.constants: Mapping[str, NDArray[Any]] = {
            tensor.name: to_array(tensor) for tensor in model.graph.initializer
        }

    def attention(self, softmax: Any) -> Iterator[_Attention]:
        """The attention around a softmax, if it is spelt out in the way that is known here."""
        masked = self._maker(softmax.input[0], "Add")
        scaled = self._maker(masked and masked.input[0], "Mul")
        product = self._maker(scaled and scaled.input[0], "MatMul")
        weighted = self._user(softmax.output[0], "MatMul")
        turned = self._user(weighted and weighted.output[0], "Transpose")
        joined = self._user(turned and turned.output[0], "Reshape")
        factor = self.constants.get(scaled.input[1]) if scaled else None
        if product is None or joined is None or factor is None or factor.size != 1:
            return
        query = self._projection(product.input[0], _BY_HEADS)
        key = self._projection(product.input[1], _KEYS_BY_HEADS)
        value = self._projection(weighted.input[1], _BY_HEADS)
        if query and key and value and query.heads == key.heads == value.heads:
            yield _Attention(query, key, value, float(factor.reshape(-1)[0]), joined.output[0])

    def _projection(self, name: str, order: Sequence[int]) -> _Projection | None:
        turned = self._maker(name, "Transpose")
        split = self._maker(turned and turned.input[0], "Reshape")
        added = self._maker(split and split.input[0], "Add")
        if turned is None or added is None or list(turned.attribute[0].ints) != list(order):
            return None
        size, bias = self._head_size(split.input[1]), self.constants.get(added.input[1])
        return _Projection(added.input[0], bias, size) if bias is not None and size else None

    def _head_size(self, shape: str) -> int | None:
        """The last number of a shape that is put together while the graph runs."""
        parts = self._maker(shape, "Concat")
        last = self.constants.get(parts.input[-1]) if parts else self.constants.get(shape)
        return None if last is None or not last.size else int(last.reshape(-1)[-1])

    def _maker(self, name: str | None, kind: str) -> Any:
        node = self.made_by.get(name) if name else None
        return node if node is not None and node.op_type == kind else None

    def _user(self, name: str | None, kind: str) -> Any:
        users = self.users.get(name, []) if name else []
        return users[0] if len(users) == 1 and users[0].op_type == kind else None


def _with_fused(model: Any, found: Sequence[_Attention]) -> Any:
    """A copy of the model in which `found` are one node each, and what only they needed is gone."""
    import onnx
    from onnx.helper import make_node, make_opsetid
    from onnx.numpy_helper import from_array

    fused = onnx.ModelProto()
    fused.CopyFrom(model)
    given = {attention.output: attention for attention in found}
    nodes = [make_node("Cast", [INPUTS[1]], [_MASK], _MASK, to=onnx.TensorProto.INT32)]
    for node in model.graph.node:
        attention = given.get(node.output[0])
        if attention is None:
            nodes.append(node)
            continue
        parts = (attention.query, attention.key, attention.value)
        bias = f"{attention.output}.bias"
        fused.graph.initializer.append(from_array(np.concatenate([part.bias for part in parts]), bias))
        nodes.append(
            make_node(
                "MultiHeadAttention",
                [*(part.product for part in parts), bias, _MASK],
                [attention.output],
                f"{attention.output}.attention",
                domain="com.microsoft",
                num_heads=attention.query.heads,
                scale=attention.scale,
                mask_filter_value=HIDDEN,
            )
        )
    kept = _needed(nodes, OUTPUTS)
    used = {name for node in kept for name in node.input}
    tensors = [tensor for tensor in fused.graph.initializer if tensor.name in used]
    del fused.graph.node[:], fused.graph.initializer[:]
    fused.graph.node.extend(kept)
    fused.graph.initializer.extend(tensors)
    if not any(opset.domain == "com.microsoft" for opset in fused.opset_import):
        fused.opset_import.append(make_opsetid("com.microsoft", 1))
    return fused


def _needed(nodes: Sequence[Any], outputs: Sequence[str]) -> list[Any]:
    """The nodes without which `outputs` could not be made, in their order."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    return kept[::-1]


def _gives_the_same(model: Any, fused: Any) -> bool:
    """Whether both give the same vectors, padded rows among them."""
    ids = np.arange(1, 31, dtype=np.int64).reshape(3, 10)
    mask = (np.arange(10) < np.array([[10], [6], [2]])).astype(np.int64)
    results = []
    for each in (model, fused):
        try:
            session = onnxruntime.InferenceSession(each.SerializeToString(), providers=["CPUExecutionProvider"])
            vectors, tokens = session.run(list(OUTPUTS), dict(zip(INPUTS, (ids, mask), strict=True)))
        except Exception:  # noqa: BLE001 - an attention that the operator cannot do stays as it is
            return False
        results.append(np.concatenate([vectors.ravel(), tokens[mask == 1].ravel()]))
    return bool(np.abs(results[0] - results[1]).max() <= SAME)
