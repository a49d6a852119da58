import json
from pathlib import Path

import pytest

from bot.settings import Settings
from eval.bench.footnote_runner import FootnoteEngine


def test_documents_are_found_over_an_index_that_is_there(
    letter_settings: Settings, dataset_folder: Path, tmp_path: Path
) -> None:
    corpus = tmp_path / "documents.jsonl"
    rows = [json.loads(line) for line in (dataset_folder / "corpus.jsonl").read_text().splitlines()]
    corpus.write_text("\n".join(json.dumps({key: row[key] for key in ("_id", "title", "text")}) for row in rows))
    engine = FootnoteEngine(letter_settings)
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
    with pytest.raises(Exception, match="index"):
        engine.open()
    engine.close()
