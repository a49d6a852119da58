"""A sentence-transformers model as one ONNX graph: tokens in, unit vectors out. Made once for each model."""

import hashlib
import logging
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embeddings.errors import EncoderError
from embeddings.model_files import ModelFiles

EXPORTER = "v1"
"""Changes with everything here that changes the graph."""
INPUTS = ("input_ids", "attention_mask")
OUTPUT = "sentence_embedding"


def graph_file(files: ModelFiles, folder: Path) -> Path:
    """Where the model's graph is kept in `folder`: under the identity of the weights and of this exporter."""
    return folder / f"{files.identity}-{EXPORTER}.onnx"


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
    return hashlib.sha256(graph.read_bytes()).hexdigest() == promised.read_text(encoding="ascii").strip()


def export_graph(files: ModelFiles, folder: Path) -> Path:
    """Write the model's graph and checksum into `folder` (this loads torch; about 20 s for a small model).

    Raises EncoderError when the weights are not the promised ones or the model cannot be exported; the latter is noted
    in `failure_file`.
    """
    files.verify()
    graph = graph_file(files, folder)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{graph.name}.{os.getpid()}"
    try:
        _export(files, partial)
        digest = hashlib.sha256(partial.read_bytes()).hexdigest()
        checksum_file(graph).unlink(missing_ok=True)
        partial.replace(graph)
        checksum_file(graph).write_text(digest, encoding="ascii")
    except Exception as error:  # whatever torch's exporter raises, the model is served by torch then
        sentence = f"The encoder {files.name} cannot be exported to ONNX: {' '.join(str(error).split())[:400]}"
        failure_file(graph).write_text(sentence, encoding="utf-8")
        raise EncoderError(sentence) from error
    finally:
        partial.unlink(missing_ok=True)
    return graph


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

    class Sentence(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.parts = torch.nn.ModuleList(list(model))

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features: Mapping[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
            for part in self.parts:
                features = part(features)
            return torch.nn.functional.normalize(features[OUTPUT], p=2, dim=1)

    ids = torch.ones((2, 16), dtype=torch.long)
    rows, tokens = torch.export.Dim("rows", min=1, max=4096), torch.export.Dim("tokens", min=2, max=files.max_tokens)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Sentence().eval(),
            (ids, torch.ones_like(ids)),
            str(file),
            dynamo=True,
            verbose=False,
            external_data=False,
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_shapes={name: {0: rows, 1: tokens} for name in INPUTS},
        )
