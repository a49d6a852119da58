from dataclasses import replace
from pathlib import Path

import pytest

from embeddings.errors import EncoderError
from embeddings.export import checksum_file, export_graph, graph_file
from embeddings.model_files import bundled_minilm

FILES = bundled_minilm()


def test_a_graph_is_known_by_its_weights() -> None:
    other = replace(FILES, identity="0" * 16)
    assert graph_file(FILES, Path("m")) != graph_file(other, Path("m"))


@pytest.mark.encoder
def test_nothing_half_made_is_left(exported_models: Path) -> None:
    graph = graph_file(FILES, exported_models)
    assert {file.name for file in exported_models.iterdir()} == {graph.name, checksum_file(graph).name}


def test_wrong_weights_are_not_exported(tmp_path: Path) -> None:
    wrong = replace(FILES, weights={"model.safetensors": "0" * 64})
    with pytest.raises(EncoderError, match="not the promised ones"):
        export_graph(wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []
