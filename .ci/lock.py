"""Write requirements.lock and requirements-dev.lock from pyproject.toml (`make lock`).

torch is left out of the locks: the Makefile installs its pinned CPU build first, so that nothing pulls the CUDA
packages unasked.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CUDA_OR_TORCH = re.compile(r"^(torch|triton|nvidia-[\w-]+|cuda-[\w-]+)==")


def compile_lock(extras: list[str], constraint: Path | None = None) -> str:
    """The locked requirements with hashes, as pip-compile prints them."""
    command = [
        sys.executable,
        "-m",
        "piptools",
        "compile",
        "-q",
        "--generate-hashes",
        "--strip-extras",
        "--allow-unsafe",
    ]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-header", "--no-annotate"]
    for extra in extras:
        command += ["--extra", extra]
    if constraint is not None:
        command += ["--constraint", str(constraint)]
    command += ["--output-file", "-", "pyproject.toml"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603


def entries(lock: str) -> dict[str, str]:
    """Each locked requirement with its hash lines, by its `name==version`."""
    blocks = re.findall(r"^[A-Za-z0-9_.-]+==[^\n]*(?:\n    --hash[^\n]*)*", lock, flags=re.MULTILINE)
    return {block.split(" ", 1)[0].strip(): block for block in blocks if not CUDA_OR_TORCH.match(block)}


def main() -> None:
    """Write both files; the second holds only what the first does not."""
    runtime = entries(compile_lock(["build", "postgres"]))
    lock = ROOT / "requirements.lock"
    lock.write_text("\n".join(runtime.values()) + "\n", encoding="utf-8")
    dev = entries(compile_lock(["build", "postgres", "dev"], constraint=lock))
    (ROOT / "requirements-dev.lock").write_text(
        "\n".join(block for name, block in dev.items() if name not in runtime) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
