import json
from datetime import date
from pathlib import Path

import pytest

from knowledge.errors import SourceError
from knowledge.models import Article, Audience, Rejected
from knowledge.sources.folder import LARGEST
from knowledge.sources.jsonl import JsonlSource


def source(tmp_path: Path, *lines: object) -> JsonlSource:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return JsonlSource(path)


def test_rows_become_articles(tmp_path: Path) -> None:
    rows = source(
        tmp_path,
        {"_id": "Doc (1)", "title": "Fees", "text": "None <b>at all</b>.", "updated": "2026-02-09", "url": "/x"},
        "",
        {"id": 7, "html": "<h1>Cards</h1><p>Two.</p>", "updated_at": "Feb 9, 2026", "internal": True},
        {"id": "c", "text": "# Own title\n\nText.", "internal": False, "other": {"a": 1}},
        {"id": "d", "text": "Text."},
    )
    assert rows.complete
    first, second, third, fourth = (item for item in rows.read() if isinstance(item, Article))
    assert (first.id, first.title, first.body, first.origin) == ("Doc (1)", "Fees", "None **at all**.", "line 1")
    assert (first.updated_at, first.url, first.audience) == (date(2026, 2, 9), "/x", Audience.PUBLIC)
    assert (second.id, second.title, second.body, second.origin) == ("7", "Cards", "Two.", "line 3")
    assert (second.updated_at, second.audience) == (date(2026, 2, 9), Audience.INTERNAL)
    assert (third.title, third.body, third.audience) == ("Own title", "Text.", Audience.PUBLIC)
    assert fourth.title == "d"


def test_bad_rows_are_rejected_by_line(tmp_path: Path) -> None:
    rows = source(
        tmp_path,
        {"id": "a", "text": "x"},
        "{broken",
        "[1]",
        {"text": "no id"},
        {"id": "b", "text": "  "},
        {"id": "c", "text": ["x"]},
        {"id": "a", "text": "again"},
        {"id": "d", "text": "x", "platform": "fridge"},
        {"id": "e", "text": "x" * LARGEST},
        {"id": "f", "html": "<div>" * 1000},
        "[" * 100_000,
        {"id": "g", "html": '<p>a</p><iframe><![><img src="]><img src=x>'},
        {"id": "z", "text": "\ud800last\u0000"},
    )
    found = list(rows.read())
    assert [item.id for item in found if isinstance(item, Article)] == ["a", "z"]
    sentences = {item.origin: item.sentence for item in found if isinstance(item, Rejected)}
    assert set(sentences) == {f"line {number}" for number in range(2, 13)}
    assert sentences["line 2"].startswith("rows.jsonl: line 2 is not valid JSON")
    assert "no JSON object" in sentences["line 3"]
    assert 'has no "id"' in sentences["line 4"]
    assert "has no text" in sentences["line 5"]
    assert "no string" in sentences["line 6"]
    assert 'line 7 has the id "a", and so has line 1' in sentences["line 7"]
    assert "platform" in sentences["line 8"]
    assert "more than 5 MB" in sentences["line 9"]
    assert "nested too deep" in sentences["line 10"]
    assert "HTML that cannot be read" in sentences["line 12"]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        list(JsonlSource(tmp_path / "none.jsonl").read())


def test_bytes_that_are_no_text_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"id": "a", "text": "x\xff"}\n{"id": "b", "text": "x"}\n')
    rejected, article = JsonlSource(path).read()
    assert isinstance(rejected, Rejected)
    assert isinstance(article, Article)
    assert "not UTF-8" in rejected.sentence


@pytest.mark.parametrize("value", ["true", "yes", 2, []])
def test_an_internal_that_is_no_truth_value_is_never_shown(tmp_path: Path, value: object) -> None:
    (item,) = source(tmp_path, {"id": "a", "text": "Text.", "internal": value}).read()
    assert isinstance(item, Rejected) and "neither true nor false" in item.sentence


@pytest.mark.parametrize("field", ["title", "url", "section", "locale", "updated", "views", "supersedes", "platform"])
def test_half_a_character_in_a_field_harms_nothing_else(tmp_path: Path, field: str) -> None:
    value = "/x\ud800" if field == "url" else "x\ud800"
    broken, good = source(tmp_path, {"id": "a", "text": "A.", field: value}, {"id": "b", "text": "B."}).read()
    assert isinstance(good, Article)
    json.dumps(broken.to_json() if isinstance(broken, Article) else broken.sentence, ensure_ascii=False).encode()
