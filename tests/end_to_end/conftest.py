"""The command line as a person has it: in this process, or in one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import assembly, cli
from tests.fakes import LetterEncoder

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


def own_process(
    *arguments: str | bytes, cwd: Path = ROOT, module: str = "tests.end_to_end.lettered", **variables: str
) -> Done:
    """The command in a process of its own; its module is `bot` for the real encoder."""
    environment = {key: value for key, value in os.environ.items() if not key.upper().startswith("FOOTNOTE_")}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        timeout=240,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
