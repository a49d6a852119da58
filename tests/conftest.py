"""What every test shares: no network by accident, no settings from the developer's environment."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from bot.assembly import open_encoder, open_footnote
from bot.indexing.progress import SilentProgress
from bot.settings import Settings
from bot.updating import update_index
from embeddings.encoders import Encoder
from embeddings.export import export_graph
from embeddings.model_files import bundled_minilm
from embeddings.quantisation import quantise_graph

# How quickly examples come depends on what else the machine does, and says nothing about the code. The same examples
# each time, so that a change is judged by what it changed; `make soak` looks for new ones.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="FOOTNOTE_SOAK" not in os.environ
)
settings.load_profile("house")

LOCAL = ("127.0.0.1", "::1", "localhost", "0.0.0.0")


@pytest.fixture(autouse=True)
def only_local_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anywhere but this machine fails with its address."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and isinstance(address, tuple) and address[0] not in LOCAL:
            raise AssertionError(f"A test reached for the network: {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No FOOTNOTE_* variable and no footnote.toml of the developer's reaches a test."""
    for key in [key for key in os.environ if key.upper().startswith("FOOTNOTE_")]:
        monkeypatch.delenv(key)
    yield


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Makes a folder of that name once for all processes that share the run of the tests."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(name: str, make: Callable[[Path], None]) -> Path:
        made = shared / name
        with FileLock(shared / f"{name}.lock"):
            if not made.is_dir():
                unfinished = shared / f"{name}.unfinished"
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                make(unfinished)
                unfinished.rename(made)
        return made

    return folder


@pytest.fixture(scope="session")
def exported_models(once: Once) -> Path:
    """A folder with the graphs of the encoder that ships, in both precisions. A test that asks for it is marked
    `encoder`."""

    def export(folder: Path) -> None:
        export_graph(bundled_minilm(), folder / "onnx")
        quantise_graph(bundled_minilm(), folder / "onnx")

    return once("models", export) / "onnx"


@pytest.fixture(scope="session")
def real_encoder(exported_models: Path) -> Encoder:
    """The encoder that ships, loaded once. A test that asks for it is marked `encoder`."""
    return open_encoder(Settings.model_construct(data_dir=exported_models.parent, models_dir=exported_models.parent))


@pytest.fixture(scope="session")
def sample_center(once: Once, real_encoder: Encoder) -> Path:
    """A data directory with the sample help center, indexed by the real encoder as `footnote index` does it.

    Made once and shared: read it, or copy it first. A test that asks for it is marked `encoder`.
    """

    def index(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.assembly.open_encoder", lambda _: real_encoder)
            footnote = open_footnote(_settings(folder))
        try:
            report = update_index(footnote, (), SilentProgress())
        finally:
            footnote.close()
        assert not report.rejected

    return once("sample-center", index)


def _settings(data_dir: Path) -> Settings:
    """The defaults, whatever the developer has set, over a data directory."""
    return Settings.model_construct(data_dir=data_dir)
