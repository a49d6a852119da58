"""A sentence-transformers model as one ONNX graph: tokens in, unit vectors out. Made once for each model."""

import hashlib
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EncoderError
from embeddings.model_files import ModelFiles
from embeddings.reduction import fit_reduction, sample_sentences, token_dimensions

Precision = Literal["fp32", "int8"]

EXPORTER = "v4"
"""Changes with everything here, in the reduction and in the quantisation that changes a graph."""
INPUTS = ("input_ids", "attention_mask")
"""Shape (rows, tokens) each."""
OUTPUTS = ("sentence_embedding", "token_embeddings")
"""Unit vectors of shape (rows, dimensions) and (rows, tokens, token_dimensions)."""
REDUCTION = "reduction"
"""The matrix in a graph that makes its token vectors shorter."""
SAMPLE_BATCH = 32


def graph_identity(files: ModelFiles, precision: Precision) -> str:
    """Names what decides the vectors of a graph: the model's files, this exporter and the precision."""
    return f"{files.identity}-{EXPORTER}-{precision}"


def graph_file(files: ModelFiles, folder: Path, precision: Precision = "fp32") -> Path:
    """Where the model's graph is kept in `folder`: under its identity."""
    return folder / f"{graph_identity(files, precision)}.onnx"


def checksum_file(graph: Path) -> Path:
    """Beside a graph, its sha256 as hexadecimal digits: a damaged graph may load and give wrong vectors."""
    return graph.with_suffix(".sha256")


def failure_file(graph: Path) -> Path:
    """Beside a graph that could not be made, the sentence that says why, so that it is not tried at every start."""
    return graph.with_suffix(".failed")


def is_sound(graph: Path) -> bool:
    """Whether the graph is there and has the checksum that it was written with."""
    promised = checksum_file(graph)
    if not graph.is_file() or not promised.is_file():
        return False
    return _sha256(graph) == promised.read_text(encoding="ascii").strip()


def export_graph(files: ModelFiles, folder: Path) -> Path:
    """Write the model's graph in fp32 and its checksum into `folder` (this loads torch; some 20 s for a small model).

    Raises EncoderError when the weights are not the promised ones or the model cannot be exported; the latter is noted
    in `failure_file`.
    """
    files.verify()
    graph = graph_file(files, folder)
    write_graph(graph, lambda file: _export(files, file), f"The encoder {files.name} cannot be exported to ONNX")
    return graph


def write_graph(graph: Path, make: Callable[[Path], None], refusal: str) -> None:
    """Have `make` write a graph, and put it in its place with its checksum; nothing half made is ever there.

    When `make` fails, `refusal` and the reason are noted in `failure_file` and raised as EncoderError.
    """
    graph.parent.mkdir(parents=True, exist_ok=True)
    partial = graph.with_name(f"{graph.name}.{os.getpid()}")
    try:
        make(partial)
        digest = _sha256(partial)
        checksum_file(graph).unlink(missing_ok=True)
        partial.replace(graph)
        checksum_file(graph).write_text(digest, encoding="ascii")
    except Exception as error:  # whatever the libraries raise, the model is served by torch then
        sentence = f"{refusal}: {' '.join(str(error).split())[:400]}"
        failure_file(graph).write_text(sentence, encoding="utf-8")
        raise EncoderError(sentence) from error
    finally:
        partial.unlink(missing_ok=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _export(files: ModelFiles, file: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # else it tells of packages that no graph here needs
    model = SentenceTransformer(
        str(files.folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True, "dtype": torch.float32, "attn_implementation": "eager"},
    )
    model.max_seq_length = files.max_tokens
    reduction = fit_reduction(_token_vectors(model), token_dimensions(files.dimensions))

    class SentenceAndTokens(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.parts = torch.nn.ModuleList(list(model))
            self.register_buffer(REDUCTION, torch.from_numpy(reduction))

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features: Mapping[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
            for part in self.parts:
                features = part(features)
            reduced = features["token_embeddings"] @ self.reduction
            unit = torch.nn.functional.normalize
            return unit(features["sentence_embedding"], p=2, dim=1), unit(reduced, p=2, dim=2)

    ids = torch.ones((2, 16), dtype=torch.long)
    rows, tokens = torch.export.Dim("rows", min=1, max=4096), torch.export.Dim("tokens", min=2, max=files.max_tokens)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            SentenceAndTokens().eval(),
            (ids, torch.ones_like(ids)),
            str(file),
            dynamo=True,
            verbose=False,
            external_data=False,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_shapes={name: {0: rows, 1: tokens} for name in INPUTS},
        )


def _token_vectors(model: Any) -> Iterator[NDArray[np.float32]]:
    """The model's token vectors of the sample, special tokens left out, batch by batch."""
    import torch

    sentences = sample_sentences()
    special = torch.tensor(model.tokenizer.all_special_ids)
    for start in range(0, len(sentences), SAMPLE_BATCH):
        with torch.no_grad():
            features = model[0](model.preprocess(sentences[start : start + SAMPLE_BATCH]))
        kept = features["attention_mask"].bool() & ~torch.isin(features["input_ids"], special)
        yield features["token_embeddings"][kept].numpy()
