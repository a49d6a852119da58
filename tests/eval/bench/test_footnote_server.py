import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import IndexUnavailable
from bot.settings import Settings
from eval.bench.footnote_builder import BuildingEngine
from eval.bench.footnote_server import FootnoteEngine


def test_documents_are_found_over_an_index_that_is_there(
    letter_settings: Settings, dataset_folder: Path, tmp_path: Path
) -> None:
    corpus = tmp_path / "documents.jsonl"
    rows = [json.loads(line) for line in (dataset_folder / "corpus.jsonl").read_text().splitlines()]
    corpus.write_text("\n".join(json.dumps({key: row[key] for key in ("_id", "title", "text")}) for row in rows))
    engine = BuildingEngine(letter_settings)
    assert "footnote" in engine.load()
    engine.index(corpus)
    told = engine.describe()
    assert told["passages"] == 3 and told["tokens"] > 30
    engine.close()

    again = FootnoteEngine(letter_settings)
    again.open()
    found = again.search("freeze account lost phone", 50)
    assert found[0] == "freeze" and len(found) == len(set(found))
    assert again.search("fees " * 5000, 50)[0] == "fees"
    again.close()


def test_without_an_index_it_says_so(letter_settings: Settings) -> None:
    engine = FootnoteEngine(letter_settings)
    with pytest.raises(IndexUnavailable, match="index"):
        engine.open()
    engine.close()


def test_what_serves_reads_no_files_of_articles() -> None:
    """An index is read, not built: HTML, YAML and the sources' readers stay out of the serving process."""
    code = "import sys, eval.bench.footnote_server; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"bs4", "soupsieve", "yaml", "rich", "torch", "bm25s", "alembic"} & set(loaded)
