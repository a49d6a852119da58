"""What every test shares: no network by accident, no settings from the developer's environment."""

import os
import socket
from collections.abc import Iterator

import pytest

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
