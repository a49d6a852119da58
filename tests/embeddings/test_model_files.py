"""Which models may be loaded, and how they are named."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings import model_files
from embeddings.errors import EncoderError
from embeddings.model_files import BUNDLED_WEIGHTS_SHA256, bundled_minilm, hub_model, local_model, open_model

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "tiny"
    (target / "1_Pooling").mkdir(parents=True)
    write(
        target / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        ],
    )
    write(target / "config.json", {"hidden_size": 8, "max_position_embeddings": 64})
    write(target / "1_Pooling" / "config.json", {"word_embedding_dimension": 8, "pooling_mode_mean_tokens": True})
    write(target / "tokenizer.json", {"version": "1.0"})
    (target / "model.safetensors").write_bytes(b"weights")
    return target


def write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def test_the_bundled_model() -> None:
    files = bundled_minilm()
    assert (files.name, files.dimensions, files.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)
    assert files.weights == {"model.safetensors": BUNDLED_WEIGHTS_SHA256}
    files.verify()
    assert open_model("", Path("unused")) == open_model(" all-MiniLM-L6-v2 ", Path("unused")) == files


def test_a_copy_of_the_bundled_model_is_the_same_model(tmp_path: Path) -> None:
    shutil.copytree(bundled_minilm().folder, tmp_path / "copy")
    assert local_model(tmp_path / "copy").identity == bundled_minilm().identity


def test_a_missing_package_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "BUNDLED_PACKAGE", "no_such_package")
    with pytest.raises(EncoderError, match=r"no-such-package .* is not installed"):
        bundled_minilm()


def test_a_folder(folder: Path) -> None:
    files = open_model(str(folder), folder)
    assert (files.name, files.dimensions, files.max_tokens) == ("tiny", 8, 64)
    assert len(files.identity) == 16
    files.verify()


def test_other_weights_are_found_out(folder: Path) -> None:
    files = local_model(folder)
    (folder / "model.safetensors").write_bytes(b"others")
    with pytest.raises(EncoderError, match=r"model\.safetensors of the encoder tiny are not the promised ones"):
        files.verify()
    (folder / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match=r"model\.safetensors cannot be read"):
        files.verify()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.safetensors", "other weights"),
        ("tokenizer.json", '{"version": "2.0"}'),
        ("1_Pooling/config.json", '{"word_embedding_dimension": 8, "pooling_mode_cls_token": true}'),
        ("sentence_bert_config.json", '{"max_seq_length": 32}'),
        ("config_sentence_transformers.json", '{"prompts": {"query": "query: "}}'),
    ],
)
def test_the_identity_names_what_changes_vectors(folder: Path, file: str, content: str) -> None:
    before = local_model(folder).identity
    (folder / file).write_text(content)
    assert local_model(folder).identity != before


def test_the_identity_does_not_depend_on_the_place(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "elsewhere")
    assert local_model(tmp_path / "elsewhere").identity == local_model(folder).identity


@pytest.mark.parametrize("file", ["modules.json", "config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(EncoderError, match=file.replace(".", r"\.")):
        local_model(folder)


@pytest.mark.parametrize("file", ["pytorch_model.bin", "model.pkl"])
def test_refuses_weights_that_can_run_code(folder: Path, file: str) -> None:
    (folder / "model.safetensors").rename(folder / file)
    with pytest.raises(EncoderError, match="refused"):
        local_model(folder)


def test_refuses_a_dense_module_with_such_weights(folder: Path) -> None:
    modules = json.loads((folder / "modules.json").read_text())
    modules.append({"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"})
    write(folder / "modules.json", modules)
    (folder / "2_Dense").mkdir()
    write(folder / "2_Dense" / "config.json", {"in_features": 8, "out_features": 4})
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"weights")
    with pytest.raises(EncoderError, match="refused"):
        local_model(folder)
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"weights")
    files = local_model(folder)
    assert files.dimensions == 4
    assert set(files.weights) == {"model.safetensors", "2_Dense/model.safetensors"}


def test_refuses_code(folder: Path) -> None:
    (folder / "1_Pooling" / "modeling.py").write_text("print('run')")
    with pytest.raises(EncoderError, match=r"brings code \(modeling\.py\)"):
        local_model(folder)


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_refuses_a_request_for_remote_code(folder: Path, file: str) -> None:
    write(folder / file, {"hidden_size": 8, "max_position_embeddings": 64, "auto_map": {"AutoModel": "x--y.Z"}})
    with pytest.raises(EncoderError, match="remote code"):
        local_model(folder)


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        ({"path": "", "type": "custom.Thing"}, r"custom\.Thing"),
        ({"path": "", "type": "sentence_transformers.models.CLIPModel"}, "CLIPModel"),
        ({"path": "../other", "type": "sentence_transformers.models.Pooling"}, "outside its folder"),
        ({"path": "/other", "type": "sentence_transformers.models.Pooling"}, "outside its folder"),
        ({"path": 1, "type": "sentence_transformers.models.Pooling"}, "not a list of modules"),
    ],
)
def test_refuses_unknown_modules(folder: Path, module: dict[str, object], sentence: str) -> None:
    write(folder / "modules.json", [module])
    with pytest.raises(EncoderError, match=sentence):
        local_model(folder)


@pytest.mark.parametrize("content", ["{", "[]", '"text"', "\xff"])
def test_a_damaged_modules_file_is_a_sentence(folder: Path, content: str) -> None:
    (folder / "modules.json").write_text(content, encoding="latin-1")
    with pytest.raises(EncoderError):
        local_model(folder)


@pytest.mark.parametrize("spec", ["nothing here", "a/b/c", "/no/such/folder", "org/na me@" + REVISION])
def test_a_spec_that_is_nothing_is_a_sentence(spec: str, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="is no folder and no hub name"):
        open_model(spec, tmp_path)


@pytest.mark.parametrize(
    "spec", ["org/name", "org/name@main", "org/name@", "org/name@" + REVISION[:-1], "org/name@" + REVISION.upper()]
)
def test_a_hub_name_needs_a_pinned_revision(spec: str, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="pinned revision"):
        open_model(spec, tmp_path)


def test_a_hub_model_in_the_cache_needs_no_network(folder: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "cache" / "models--org--tiny" / "snapshots" / REVISION
    shutil.copytree(folder, snapshot)
    files = open_model(f"org/tiny@{REVISION}", tmp_path / "cache")
    assert files.folder == snapshot
    assert files.name == "org/tiny"
    assert files.identity == local_model(folder).identity


def test_a_hub_model_is_fetched_when_the_cache_lacks_a_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    snapshot = cache / "models--org--tiny" / "snapshots" / REVISION
    shutil.copytree(folder, snapshot)
    (snapshot / "model.safetensors").unlink()
    asked: list[bool] = []

    def snapshot_download(name: str, *, local_files_only: bool, allow_patterns: list[str], **rest: object) -> str:
        asked.append(local_files_only)
        assert not any(pattern.endswith((".bin", ".py", ".pkl", "*")) for pattern in allow_patterns)
        if not local_files_only:
            (snapshot / "model.safetensors").write_bytes(b"weights")
        return str(snapshot)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    assert hub_model("org/tiny", REVISION, cache).identity == local_model(folder).identity
    assert asked == [True, False]


def test_a_hub_model_that_cannot_be_fetched_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def snapshot_download(name: str, **rest: object) -> str:
        raise ConnectionError("no network")

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    with pytest.raises(EncoderError, match="cannot be fetched"):
        hub_model("org/tiny", REVISION, tmp_path)


def test_the_bundled_model_is_found_without_importing_its_package() -> None:
    code = (
        "import sys\n"
        "from embeddings.model_files import bundled_minilm\n"
        "bundled_minilm()\n"
        "sys.exit(bool({'torch', 'huggingface_hub', 'sentence_transformers'} & set(sys.modules)))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
