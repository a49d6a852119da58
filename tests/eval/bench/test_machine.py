from pathlib import Path

import pytest

from eval.bench import machine
from eval.bench.machine import describe_machine


def test_the_machine_is_named() -> None:
    found = describe_machine()
    assert found["processor"] and int(found["cores"]) >= 1 and float(found["memory_gb"]) > 0.1


def test_the_first_processor_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text("model name\t: Slow One\nflags\t\t: fpu avx512_vnni avx2\n\nmodel name\t: Other\n")
    monkeypatch.setattr(machine, "CPU_FILE", file)
    found = describe_machine()
    assert (found["processor"], found["extensions"]) == ("Slow One", "avx2, avx512_vnni")


def test_a_system_without_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "CPU_FILE", tmp_path / "none")
    assert describe_machine()["extensions"] == "" and describe_machine()["processor"]
