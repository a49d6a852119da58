import sys
from pathlib import Path

import pytest

from eval.bench import environments
from eval.bench.contenders import PEERS
from eval.bench.environments import MADE_FROM, TORCH, ensure_environment, fingerprint, torch_sources
from eval.errors import NoEnvironment

TXTAI = PEERS["txtai"]


class Steps:
    """In place of running commands: remembers them; those that contain a text of `failing` fail."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.commands: list[str] = []

    def __call__(self, command: list[str], log: Path) -> bool:
        line = " ".join(command)
        self.commands.append(line)
        if "venv" in line:
            (Path(command[-1]) / "bin").mkdir(parents=True)
            (Path(command[-1]) / "bin" / "python").touch()
        if any(text in line for text in self.failing):
            log.write_text("Collecting\nERROR: No matching distribution\nA hint.\n")
            return False
        return True


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path / "peers" / "txtai"


def test_torch_first_then_the_requirements(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps()
    monkeypatch.setattr(environments, "run_step", steps)
    assert ensure_environment(TXTAI, folder, None) == folder / "bin" / "python"
    venv, torch, requirements = steps.commands
    assert venv.startswith(sys.executable) and torch.endswith(f"--no-deps torch=={TORCH}+cpu")
    assert requirements.endswith(str(TXTAI.requirements))


def test_an_environment_is_made_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps()
    monkeypatch.setattr(environments, "run_step", steps)
    ensure_environment(TXTAI, folder, None)
    ensure_environment(TXTAI, folder, None)
    assert len(steps.commands) == 3
    (folder / MADE_FROM).write_text("something else")
    ensure_environment(TXTAI, folder, None)
    assert len(steps.commands) == 6


def test_the_other_index_is_asked_when_the_configured_one_has_no_torch(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(f"--no-deps torch=={TORCH}")
    monkeypatch.setattr(environments, "run_step", steps)
    ensure_environment(TXTAI, folder, "index.example")
    assert [f"--index-url index.example torch=={TORCH}+cpu" in line for line in steps.commands] == [0, 0, 1, 0]


@pytest.mark.parametrize("failing", ["venv", "torch==", "--requirement"])
def test_what_cannot_be_made_is_a_sentence_and_is_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    monkeypatch.setattr(environments, "run_step", Steps(failing))
    with pytest.raises(NoEnvironment, match=r"of txtai cannot be made.*ERROR: No matching distribution \(") as caught:
        ensure_environment(TXTAI, folder, None)
    assert str(folder) not in str(caught.value)
    steps = Steps()
    monkeypatch.setattr(environments, "run_step", steps)
    ensure_environment(TXTAI, folder, None)
    assert len(steps.commands) == 3


def test_a_step_writes_into_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert environments.run_step([sys.executable, "-c", "print('fine')"], log)
    assert not environments.run_step([sys.executable, "-c", "raise SystemExit('broken')"], log)
    assert not environments.run_step([str(tmp_path / "nobody")], log)
    text = log.read_text()
    assert "fine" in text and "broken" in text and "ERROR" in text


def test_each_peer_has_other_contents() -> None:
    assert len({fingerprint(peer) for peer in PEERS.values()}) == len(PEERS)


def test_where_torch_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert torch_sources("x") == [[f"torch=={TORCH}"]]


def test_torch_is_the_one_of_the_project() -> None:
    pinned = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    assert f'"torch=={TORCH}"' in pinned
