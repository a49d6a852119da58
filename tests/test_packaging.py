"""The wheel holds everything that the program needs to run, and nothing of the tests."""

import configparser
import importlib
import re
import zipfile
from email.parser import Parser
from pathlib import Path

import hatchling.build
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "embeddings", "eval", "knowledge", "prompts")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)  # hatchling builds the project that it stands in
        name = hatchling.build.build_wheel(str(folder))
    return zipfile.ZipFile(folder / name)


def under(wheel: zipfile.ZipFile, folder: str) -> set[str]:
    return {name for name in wheel.namelist() if name.startswith(f"{folder}/")}


def information(wheel: zipfile.ZipFile, file: str) -> str:
    (name,) = [name for name in wheel.namelist() if name.endswith(f".dist-info/{file}")]
    return wheel.read(name).decode()


def test_top_level_is_the_five_packages(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_is_in(wheel: zipfile.ZipFile, package: str) -> None:
    """Modules, and what they read: templates, scripts, texts, models, migrations, articles."""
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*") if path.is_file()}
    assert {file for file in files if "__pycache__" not in file} == under(wheel, package)


def test_nothing_else_is_in(wheel: zipfile.ZipFile) -> None:
    """Neither tests nor data, caches, indexes or models; every file is one that git would keep."""
    strangers = re.compile(r"(^|/)(tests?|data|docs|__pycache__|\.[^/]+|runs)/|\.(pyc|db|faiss|npz|safetensors|log)$")
    assert not [name for name in wheel.namelist() if strangers.search(name)]
    assert sum(entry.file_size for entry in wheel.infolist()) < 9_000_000


def test_license_is_in(wheel: zipfile.ZipFile) -> None:
    assert information(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_commands_exist(wheel: zipfile.ZipFile) -> None:
    points = configparser.ConfigParser()
    points.read_string(information(wheel, "entry_points.txt"))
    assert set(points["console_scripts"]) == {"footnote", "footnote-eval"}
    for target in points["console_scripts"].values():
        module, _, name = target.partition(":")
        assert f"{module.replace('.', '/')}.py" in wheel.namelist()
        assert callable(getattr(importlib.import_module(module), name))


def test_metadata_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    said = Parser().parsestr(information(wheel, "METADATA"))
    assert (said["Name"], said["License-Expression"]) == ("footnote", "Apache-2.0")
    assert said["Requires-Python"] == ">=3.11"
    assert str(said.get_payload()).strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
    assert not [line for line in said.get_all("Requires-Dist", []) if " @ " in line], "a requirement names an address"
