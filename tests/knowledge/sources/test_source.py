"""What every source promises, checked for each of them."""

import json
import os
from pathlib import Path

import pytest

from knowledge.errors import SourceError
from knowledge.models import Article, Rejected
from knowledge.parsing.markdown import normalise_markdown
from knowledge.sources import open_source

LISTING = "All\nFAQ\nOne\nText.Published on 1 Aug 20245Two\nMore.Published on 2 Aug 2024"
ROWS = "\n".join(json.dumps({"id": name, "title": name, "text": f"Text of {name}."}) for name in ("One", "Two"))


@pytest.fixture(params=["folder", "one.md", "one.html", "one.HTM", "rows.jsonl", "listing.txt"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    texts = {".jsonl": ROWS, ".txt": LISTING}
    if path.suffix:
        path.write_text(texts.get(path.suffix, "Text."), "utf-8")
    else:
        path.mkdir()
        (path / "one.md").write_text("# One\n\nText.", "utf-8")
        (path / "two.md").write_text("---\n:\n", "utf-8")
    return path


def test_every_source_keeps_the_promises_of_the_protocol(location: Path) -> None:
    source, again = open_source(str(location)), open_source(location)
    found = list(source.read())
    assert found
    assert found == list(again.read())
    assert source.key == again.key
    assert str(location.resolve()) in source.key
    assert isinstance(source.complete, bool)
    articles = [item for item in found if isinstance(item, Article)]
    assert len({article.id for article in articles}) == len(articles) > 0
    for item in found:
        assert item.source == source.key
        assert item.origin
        if isinstance(item, Rejected):
            assert item.sentence.endswith(".")
        else:
            assert item.title
            assert normalise_markdown(item.body) == item.body != ""


def test_what_cannot_be_a_source_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "notes.docx").write_text("x")
    (tmp_path / "empty.md").touch()
    with pytest.raises(SourceError, match=r"none\.md: check the path"):
        open_source(tmp_path / "none.md")
    with pytest.raises(SourceError, match=r"notes\.docx is of no known kind: .* \.md, \.html, \.htm, \.jsonl, \.txt\."):
        open_source(tmp_path / "notes.docx")
    with pytest.raises(SourceError, match=r"empty\.md is empty"):
        open_source(tmp_path / "empty.md")
    (tmp_path / "nothing").mkdir()
    with pytest.raises(SourceError, match="holds no article"):
        open_source(tmp_path / "nothing")


def test_a_path_that_no_database_can_hold_is_refused(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    (folder / "a.md").write_text("Text.", "utf-8")
    with pytest.raises(SourceError, match="no UTF-8 text: rename it"):
        open_source(folder)
