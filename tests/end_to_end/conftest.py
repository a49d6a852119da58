"""The command line as a person has it: in this process, or in one of its own."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot import assembly, cli
from tests.fakes import LetterEncoder

GOOD = "---\nid: good\ntitle: How do I reset my password?\n---\n1. Open **Security**.\n2. Select **Reset password**.\n"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON value and nothing else."""
        return json.loads(self.out)

    def require_sentence(self) -> str:
        """The one line of standard error of a command that could not be done; nothing else was printed."""
        assert (self.code, self.out) == (1, ""), self
        lines = self.err.strip().split("\n")
        sentence = lines[-1]
        assert "Traceback" not in self.err, self.err
        assert sentence.endswith("."), sentence
        assert all(": " in line and " of " in line for line in lines[:-1]), self.err  # progress, and nothing else
        return sentence


Command = Callable[..., Done]


@pytest.fixture
def footnote(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """The command in this process, over letters instead of a model."""
    monkeypatch.setattr(assembly, "open_encoder", lambda settings: LetterEncoder())

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["footnote", *arguments])
        capfd.readouterr()
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        else:
            code = 0
        return Done(code, *capfd.readouterr())

    return run


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def small(footnote: Command, place: Path, tmp_path: Path) -> Path:
    """The data directory of a help center of one article."""
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    assert footnote("index", str(tmp_path / "good.md"), "--data-dir", str(place)).code == 0
    return place


LETTERED = "tests.end_to_end.lettered"
REAL = "bot"


def environment(**variables: str) -> dict[str, str]:
    """This process's, without the developer's settings."""
    kept = {key: value for key, value in os.environ.items() if not key.upper().startswith("FOOTNOTE_")}
    return {**kept, "PYTHONPATH": str(ROOT), **variables}


def own_process(*arguments: str | bytes, cwd: Path = ROOT, module: str = LETTERED, **variables: str) -> Done:
    """The command in a process of its own; its module is REAL for the real encoder."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        timeout=240,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@dataclass(frozen=True)
class Running:
    """A server in a process of its own, and the file that its standard output and standard error go to."""

    address: str
    log: Path
    process: int


@contextmanager
def own_server(data: Path, log: Path, module: str = LETTERED, port: int = 0, **variables: str) -> Iterator[Running]:
    """`footnote serve` over a data directory on a port, else a free one, ready to answer; stopped by SIGTERM at the
    end."""
    with socket.create_server(("127.0.0.1", port)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", module, "serve", "--port", str(port), "--data-dir", str(data)]
    with (
        log.open("wb") as told,
        subprocess.Popen(command, cwd=ROOT, env=environment(**variables), stdout=told, stderr=told) as process,
    ):
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield Running(f"http://127.0.0.1:{port}", log, process.pid)
            process.terminate()
            assert process.wait(20) == 0, log.read_text()
        finally:
            process.kill()


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with suppress(httpx2.TransportError):  # it does not listen yet
            if httpx2.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"The server was not ready after 120 s: {log.read_text()}")
