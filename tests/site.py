"""A help center over HTTP in this process: a real server on a real port, as `footnote serve` runs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.staffed import StaffedFootnote, open_staffed
from bot.web.app import create_app
from bot.web.server import listening_socket, server_for
from embeddings.encoders import Encoder


@dataclass(frozen=True)
class Site:
    """A server that runs, and the StaffedFootnote that it serves."""

    address: str
    footnote: StaffedFootnote


@contextmanager
def serving(data_dir: Path, encoder: Encoder, **more: Any) -> Iterator[Site]:
    """A server over a data directory, ready to answer; it writes conversations there. The defaults, but for `more`."""
    listener = listening_socket("127.0.0.1", 0)
    settings = Settings.model_construct(data_dir=data_dir, port=listener.getsockname()[1], **more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.assembly.open_encoder", lambda _: encoder)
        footnote = open_staffed(settings)
    server = server_for(create_app(settings, footnote))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Site(settings.links_start_with, footnote)
    finally:
        server.should_exit = True
        thread.join(20)
        footnote.close()
        assert not thread.is_alive()
