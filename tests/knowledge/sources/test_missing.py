from pathlib import Path

import pytest

from knowledge.errors import SourceError
from knowledge.sources import open_remembered


def test_a_source_that_is_gone_fails_when_it_is_read(tmp_path: Path) -> None:
    source = open_remembered("folder:/help", str(tmp_path / "none"))
    assert source.key == "folder:/help"
    with pytest.raises(SourceError, match="none: check the path"):
        source.read()


def test_a_source_that_is_there_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Text.", "utf-8")
    source = open_remembered("folder:/elsewhere", str(tmp_path))
    assert source.key == f"folder:{tmp_path.resolve()}"
