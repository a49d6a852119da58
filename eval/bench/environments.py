"""An environment of its own for each peer, made once for each content of its requirements file."""

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from eval.bench.contenders import Peer
from eval.errors import NoEnvironment

TORCH = "2.13.0"
MADE_FROM = "made-from.txt"
STEP_SECONDS = 1800.0
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--no-deps")


def ensure_environment(peer: Peer, folder: Path, torch_index: str | None) -> Path:
    """The Python of the peer's environment `folder`, which is made anew when its requirements have changed.

    torch comes first, in its build for processors: from the index that pip is configured with or else from
    `torch_index`. Raises NoEnvironment with what pip said last; all that it said is in `folder`.log.
    """
    python, made_from = folder / "bin" / "python", folder / MADE_FROM
    wanted = fingerprint(peer)
    if python.exists() and made_from.is_file() and made_from.read_text(encoding="ascii").strip() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    log = folder.with_suffix(".log")
    log.write_bytes(b"")
    _require(peer, log, [[sys.executable, "-m", "venv", str(folder)]])
    _require(peer, log, [[str(python), *PIP, *source] for source in torch_sources(torch_index)])
    _require(peer, log, [[str(python), *PIP, "--requirement", str(peer.requirements)]])
    made_from.write_text(wanted + "\n", encoding="ascii")
    return python


def fingerprint(peer: Peer) -> str:
    """16 hexadecimal digits over all that an environment is made from."""
    parts = (peer.requirements.read_bytes(), TORCH.encode(), platform.python_version().encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def torch_sources(torch_index: str | None) -> list[list[str]]:
    """What to ask pip for, best first: on Linux the build without CUDA, which only some indexes have."""
    if sys.platform != "linux":
        return [[f"torch=={TORCH}"]]
    wanted = f"torch=={TORCH}+cpu"
    return [[wanted]] + ([["--index-url", torch_index, wanted]] if torch_index else [])


def run_step(command: list[str], log: Path) -> bool:
    """Run one command, its output at the end of `log`; whether it went well."""
    with log.open("ab") as output:
        try:
            done = subprocess.run(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=STEP_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            output.write(f"ERROR: {error}\n".encode())
            return False
    return done.returncode == 0


def _require(peer: Peer, log: Path, alternatives: list[list[str]]) -> None:
    if not any(run_step(command, log) for command in alternatives):
        lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
        told = [line for line in lines if line.startswith("ERROR")] or [line for line in lines if line] or ["nothing"]
        raise NoEnvironment(
            f"The environment of {peer.title} cannot be made; the last that was said: {told[-1][:300]} "
            f"(all of it is in {log.name}, beside the environments)."
        )
