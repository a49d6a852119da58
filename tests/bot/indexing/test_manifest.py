import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import IndexUnavailable
from bot.indexing.manifest import Counts, FileEntry, Manifest, read_manifest, verify_files

CONTENT = b"twelve bytes"
ENTRY = FileEntry(bytes=12, sha256=hashlib.sha256(CONTENT).hexdigest())


def manifest(**changes: object) -> Manifest:
    values: dict[str, object] = {
        "number": 3,
        "created_at": datetime(2026, 5, 4, 12, 30, 1, 250, tzinfo=UTC),
        "encoder": "letters ü",
        "dimensions": 27,
        "rules": "headings-1 units-1",
        "listings": ("march.txt",),
        "counts": Counts(articles=2, passages=5, titles=1),
        "files": {"lexical/postings.npz": ENTRY},
    }
    return Manifest.model_validate({**values, **changes})


def test_a_manifest_reads_back_what_it_wrote(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(manifest().to_bytes())
    read = read_manifest(tmp_path, 3)
    assert read == manifest()
    assert read.sha256 == hashlib.sha256((tmp_path / "manifest.json").read_bytes()).hexdigest()


def test_its_checksum_can_be_checked_without_footnote() -> None:
    sealed = json.loads(manifest().to_bytes())
    text = json.dumps(sealed["manifest"], sort_keys=True, ensure_ascii=False)
    assert sealed["sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_manifest_refuses_what_it_does_not_know() -> None:
    for wrong in ({"extra": 1}, {"number": 0}, {"created_at": datetime(2026, 5, 4)}, {"dimensions": 0}):
        with pytest.raises(ValidationError):
            manifest(**wrong)


def test_files_are_compared_by_size_and_content(tmp_path: Path) -> None:
    file = tmp_path / "lexical" / "postings.npz"
    file.parent.mkdir()
    file.write_bytes(CONTENT)
    assert FileEntry.of(file) == ENTRY
    verify_files(tmp_path, manifest())
    for content, sentence in ((CONTENT + b"!", "has 13 bytes instead of 12"), (CONTENT[::-1], "its checksum differs")):
        file.write_bytes(content)
        with pytest.raises(IndexUnavailable, match=sentence):
            verify_files(tmp_path, manifest())
