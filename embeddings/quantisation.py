"""An exported graph with its weights in 8 bits: a smaller file, quicker products, vectors that are a little off.

Weights are rounded to int8 with one scale for each column, the table of words with one for each word. What weights are
multiplied with is rounded to uint8 while the graph runs, with one scale for each row, that is, for each token. ONNX
Runtime's own dynamic quantisation takes one scale for a whole batch: a text's vector then depends on the texts beside
it (their cosine fell to .96), and is further off. Here a text has the same vector alone and in any batch, and on every
processor (see `_column_scales`).
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.attention_fusion import fuse_attention
from embeddings.export import REDUCTION, graph_file, write_graph
from embeddings.model_files import ModelFiles
from embeddings.smoothing import smoothing_factors

LEAST_SCALE = 1e-9
"""In place of the scale of a row of zeros."""
LEAST_TABLE = 1_000_000
"""Numbers in a table from which on it is kept in 8 bits."""
Shape = tuple[str | int, ...]
BLOCKED_OPSET = 21
"""The version of ONNX's operators since which QuantizeLinear takes a scale for each row."""


def quantise_graph(files: ModelFiles, folder: Path) -> Path:
    """Write the model's graph in int8 and its checksum into `folder`, from the sound one in fp32 that lies there.

    Loads the onnx package, no torch; some 5 s for a small model. Raises EncoderError when the graph cannot be
    quantised, which is noted in its `failure_file`.
    """
    graph = graph_file(files, folder, "int8")
    exact = graph_file(files, folder, "fp32")
    write_graph(
        graph, lambda file: _quantise(files, exact, file), f"The encoder {files.name} cannot be quantised to 8 bits"
    )
    return graph


def _quantise(files: ModelFiles, exact: Path, file: Path) -> None:
    import onnx

    model = fuse_attention(onnx.load(exact))
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    weights = {name: onnx.numpy_helper.to_array(tensor) for name, tensor in tensors.items() if len(tensor.dims) == 2}
    products = [node for node in model.graph.node if _is_with_weights(node, weights)]
    if not products:
        raise ValueError("It has no products with weights.")
    met: dict[str, list[NDArray[np.float32]]] = {}
    for node in products:
        met.setdefault(node.input[0], []).append(weights[node.input[1]])
    rewriting = _Rewriting(smoothing_factors(model, files, met), _leading_shapes(model))
    nodes: list[Any] = []
    for node in model.graph.node:
        if _is_with_weights(node, weights):
            nodes += rewriting.product(node, weights[node.input[1]])
        elif _is_look_up(node, weights):
            nodes += rewriting.look_up(node, weights[node.input[0]])
        else:
            nodes.append(node)
    used = {name for node in nodes for name in node.input}
    gone = {name for name in weights if name not in used}
    kept = [tensor for name, tensor in tensors.items() if name not in gone]
    constants = [onnx.numpy_helper.from_array(value, name) for name, value in rewriting.constants.items()]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend([*kept, *constants])
    for opset in model.opset_import:
        if opset.domain == "":
            opset.version = max(opset.version, BLOCKED_OPSET)
    if not any(opset.domain == "com.microsoft" for opset in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, file)


class _Rewriting:
    """Products in 8 bits in place of those in fp32, and the constants that they need."""

    def __init__(self, smoothing: Mapping[str, NDArray[np.float32]], shapes: Mapping[str, Shape]) -> None:
        self.constants: dict[str, NDArray[Any]] = {
            "quantised.one": np.array(1, dtype=np.float32),
            "quantised.step": np.array(1 / 127, dtype=np.float32),
            "quantised.least": np.array(LEAST_SCALE, dtype=np.float32),
            "quantised.zero": np.array(128, dtype=np.uint8),
            "quantised.last": np.array([-1], dtype=np.int64),
        }
        self._smoothing = smoothing
        self._shapes = shapes
        self._rounded: set[str] = set()
        self._zeros: dict[Shape, str] = {}

    def product(self, node: Any, weights: NDArray[np.float32]) -> Iterator[Any]:
        """The nodes that compute what `node` did, its left side times `weights`."""
        left, right = node.input
        factors = self._smoothing.get(left)
        if left not in self._rounded:
            self._rounded.add(left)
            yield from self._rounding(left, len(weights), factors)
        name = right if factors is None else f"{left}.{right}"
        if f"{name}.rounded" not in self.constants:
            self._add_weights(name, weights if factors is None else weights * factors[:, np.newaxis])
        inputs = [f"{left}.rounded", f"{name}.rounded", "quantised.one", f"{name}.scales", "quantised.zero"]
        product = f"{node.output[0]}.unscaled"
        yield _node("MatMulIntegerToFloat", inputs, product, domain="com.microsoft")
        yield _node("Mul", [product, f"{left}.scales"], node.output[0])

    def look_up(self, node: Any, table: NDArray[np.float32]) -> Iterator[Any]:
        """The nodes that look rows of a table up, which is kept in int8 with one scale for each row."""
        data, ids = node.input
        if not np.isfinite(table).all():
            raise ValueError(f"Its table {data} holds a number that is not finite.")
        scales = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, LEAST_SCALE).astype(np.float32)
        self.constants[f"{data}.rounded"] = np.rint(table / scales).astype(np.int8)
        self.constants[f"{data}.scales"] = scales
        output = node.output[0]
        yield _node("Gather", [f"{data}.rounded", ids], f"{output}.rows", axis=0)
        yield _node("Gather", [f"{data}.scales", ids], f"{output}.row_scales", axis=0)
        yield _node("Cast", [f"{output}.rows"], f"{output}.unscaled_rows", to=1)
        yield _node("Mul", [f"{output}.unscaled_rows", f"{output}.row_scales"], output)

    def _add_weights(self, name: str, weights: NDArray[np.float32]) -> None:
        if not np.isfinite(weights).all():
            raise ValueError(f"Its weights {name} hold a number that is not finite.")
        scales = _column_scales(weights)
        self.constants[f"{name}.rounded"] = np.rint(weights / scales).astype(np.int8)
        self.constants[f"{name}.scales"] = scales

    def _rounding(self, name: str, columns: int, factors: NDArray[np.float32] | None) -> Iterator[Any]:
        """Nodes that give `name`, divided by `factors`, as uint8 around 128, and its scales, one for each row."""
        smooth = name
        if factors is not None:
            smooth = f"{name}.smooth"
            self.constants[f"{name}.shares"] = 1 / factors
            yield _node("Mul", [name, f"{name}.shares"], smooth)
        yield _node("Abs", [smooth], f"{name}.magnitudes")
        yield _node("ReduceMax", [f"{name}.magnitudes", "quantised.last"], f"{name}.largest", keepdims=1)
        yield _node("Mul", [f"{name}.largest", "quantised.step"], f"{name}.exact_scales")
        yield _node("Max", [f"{name}.exact_scales", "quantised.least"], f"{name}.scales")
        shape = self._shapes.get(name, (name,))
        if shape not in self._zeros:
            self._zeros[shape] = f"{name}.zeros"
            yield _node("Shape", [f"{name}.scales"], f"{name}.shape")
            yield _node("Expand", ["quantised.zero", f"{name}.shape"], f"{name}.zeros")
        inputs = [smooth, f"{name}.scales", self._zeros[shape]]
        yield _node("QuantizeLinear", inputs, f"{name}.rounded", axis=-1, block_size=columns)


def _leading_shapes(model: Any) -> dict[str, Shape]:
    """Of each value whose shape the exporter has noted, all dimensions but the last: a name or a number each."""
    shapes = {value.name: value.type.tensor_type.shape.dim for value in model.graph.value_info}
    known = {name: [dim.dim_param or dim.dim_value for dim in dims] for name, dims in shapes.items() if dims}
    return {name: tuple(dims[:-1]) for name, dims in known.items() if all(dims)}


def _node(kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> Any:
    from onnx.helper import make_node

    return make_node(kind, inputs, [output], f"{output}.node", **attributes)


def _is_with_weights(node: Any, weights: Container[str]) -> bool:
    """Whether it multiplies with one of `weights`, the reduction excepted."""
    return node.op_type == "MatMul" and node.input[1] in weights and node.input[1] != REDUCTION


def _is_look_up(node: Any, weights: Mapping[str, NDArray[np.float32]]) -> bool:
    """Whether it looks rows up in a table that is worth keeping small: that of the words, half of a small encoder."""
    is_gather = node.op_type == "Gather" and node.input[0] in weights
    return (
        is_gather
        and weights[node.input[0]].size >= LEAST_TABLE
        and not any(attribute.name == "axis" and attribute.i != 0 for attribute in node.attribute)
    )


def _column_scales(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The steps in which columns are rounded: shape (columns,), so large that no processor overflows.

    x86 without VNNI adds the products of two neighbours in 16 bits (VPMADDUBSW): 255 times the sum of two rounded
    weights, in rows 2n and 2n + 1, has to stay below 2^15.
    """
    even = np.concatenate([weights, np.zeros((len(weights) % 2, weights.shape[1]), dtype=np.float32)])
    pairs = np.abs(even[0::2] + even[1::2]).max(axis=0)
    scales: NDArray[np.float32] = np.maximum(np.abs(weights).max(axis=0), pairs) / np.float32(127)
    scales[scales == 0] = 1
    return scales
