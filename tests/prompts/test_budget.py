import hashlib
import lzma
from pathlib import Path

import pytest

from prompts import budget
from prompts.budget import CACHE_FILE, PACKED_RANKS, RANKS_SHA256, TokenBudget, ranks_are_unpacked, unpack_ranks
from prompts.errors import RanksError


def test_the_packed_ranks_are_the_published_ones() -> None:
    assert hashlib.sha256(lzma.decompress(PACKED_RANKS.read_bytes())).hexdigest() == RANKS_SHA256


def test_unpacked_once_and_mended_when_damaged(tmp_path: Path) -> None:
    file = unpack_ranks(tmp_path / "tiktoken")
    assert file.name == CACHE_FILE and ranks_are_unpacked(file.parent)
    written = file.stat().st_mtime_ns
    assert unpack_ranks(file.parent).stat().st_mtime_ns == written
    file.write_bytes(file.read_bytes()[:-1])
    assert not ranks_are_unpacked(file.parent)
    unpack_ranks(file.parent)
    assert ranks_are_unpacked(file.parent)
    assert [entry.name for entry in file.parent.iterdir()] == [CACHE_FILE]


@pytest.mark.parametrize("content", [lzma.compress(b"not the ranks"), lzma.compress(b"cut short")[:-9], b""])
def test_damaged_package_data_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    packed = tmp_path / "ranks.xz"
    packed.write_bytes(content)
    monkeypatch.setattr(budget, "PACKED_RANKS", packed)
    with pytest.raises(RanksError, match="install Footnote again"):
        unpack_ranks(tmp_path / "tiktoken")


def test_counts_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    tokens = TokenBudget(tmp_path)
    assert tokens.count("hello world") == 2
    assert tokens.count("<|endoftext|>") > 1
    assert tokens.count("") == 0


@pytest.mark.parametrize(
    ("limit", "kept"), [(0, ()), (1, ("one",)), (3, ("one", "two")), (100, ("one", "two", "three four"))]
)
def test_fitting_keeps_leading_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, kept: tuple[str, ...]
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert TokenBudget(tmp_path).fitting(("one", "two", "three four"), limit) == kept
