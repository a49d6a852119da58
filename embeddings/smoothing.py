"""Factors that take the outliers out of what will be rounded (SmoothQuant: Xiao et al., ICML 2023).

A layer normalisation gives a few columns that are ten times as large as the others; in 8 bits they leave the others few
steps. So each column is divided by a factor, and the weights that it meets are multiplied by it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.export import INPUTS
from embeddings.model_files import ModelFiles
from embeddings.reduction import sample_sentences

EVERY = 4
"""Each so manieth sentence of the sample is looked at."""
LEAST = 1e-5
"""In place of the largest number of a column of zeros."""


def smoothing_factors(
    model: Any, files: ModelFiles, weights: Mapping[str, Sequence[NDArray[np.float32]]]
) -> dict[str, NDArray[np.float32]]:
    """For each value in `weights` that a layer normalisation gives, the factor of each of its columns.

    `model` is an onnx.ModelProto; `weights` maps a value of its graph to the matrices that it is multiplied with. The
    factor is the root of the column's largest number in the sample, over the largest of its weights; the geometric mean
    of all is 1.
    """
    normalised = {node.output[0] for node in model.graph.node if node.op_type == "LayerNormalization"}
    largest = _largest(model, files, [name for name in weights if name in normalised])
    return {name: _factors(columns, weights[name]) for name, columns in largest.items()}


def _factors(columns: NDArray[np.float32], weights: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    met = np.max([np.abs(matrix).max(axis=1) for matrix in weights], axis=0)
    factors = np.sqrt(np.maximum(columns, LEAST) / np.maximum(met, LEAST))
    smooth: NDArray[np.float32] = factors / np.exp(np.log(factors).mean())
    return smooth


def _largest(model: Any, files: ModelFiles, names: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """The largest magnitude of each column of the values `names`, over the sample."""
    import onnx

    if not names:
        return {}
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    session = onnxruntime.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(files.tokenizer))
    tokenizer.no_padding()
    tokenizer.enable_truncation(files.max_tokens)
    found: dict[str, NDArray[np.float32]] = {}
    for encoding in tokenizer.encode_batch(sample_sentences()[::EVERY]):
        ids = np.array([encoding.ids], dtype=np.int64)
        values = session.run(list(names), dict(zip(INPUTS, (ids, np.ones_like(ids)), strict=True)))
        for name, value in zip(names, values, strict=True):
            columns = np.abs(value).reshape(-1, value.shape[-1]).max(axis=0)
            found[name] = np.maximum(columns, found.get(name, 0))
    return found
