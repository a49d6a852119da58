"""`footnote index` with the real encoder, killed while it exports the model, encodes, writes: what served serves on."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.indexing.active import ActiveGeneration
from bot.storage.database import open_database
from embeddings.encoders import Encoder
from tests.end_to_end.conftest import REAL, ROOT, Command, environment

ARTICLES = 40
"""Enough titles and sentences for more than one batch, so that there is a moment between them."""


def publish(docs: Path, version: int) -> None:
    docs.mkdir(exist_ok=True)
    for number in range(ARTICLES):
        text = f"# Article {number} of edition {version}\n\nIn edition {version} rule {number} is new.\n"
        (docs / f"article-{number}.md").write_text(text, encoding="utf-8")


def served_version(data: Path) -> int:
    """The edition that serves, whole and in every index."""
    with open_database(data / "footnote.db") as database:
        generation = ActiveGeneration(database, data / "index").current()
    (version,) = {int(article.title.rsplit(" ", 1)[1]) for article in generation.articles.values()}
    assert len(generation.articles) == len(generation.passages) == ARTICLES
    assert len(generation.indexes.lexical.scored(f"edition {version} rule").best(100)) == ARTICLES
    return version


def kill(data: Path, docs: Path, after: str, delay: float, **variables: str) -> None:
    """Start the command and kill it `delay` seconds after it has said a line that begins with the pattern `after`."""
    command = [sys.executable, "-m", REAL, "index", str(docs), "--data-dir", str(data)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(**variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if re.match(after, line):
                    break
            time.sleep(delay)
        finally:
            process.kill()
        assert process.wait(20) == -signal.SIGKILL, process.stderr.read()


@pytest.mark.encoder
def test_three_kills_leave_the_old_generation_serving_and_the_next_run_finishes(
    footnote: Command, monkeypatch: pytest.MonkeyPatch, real_encoder: Encoder, exported_models: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: real_encoder)
    monkeypatch.setenv("FOOTNOTE_CANDIDATES", "60")  # so that a search can find every article
    data, docs = tmp_path / "data", tmp_path / "docs"
    texts = 2 * ARTICLES
    publish(docs, 0)
    assert footnote("index", str(docs), "--data-dir", str(data)).code == 0

    exported = {"FOOTNOTE_MODELS_DIR": str(exported_models.parent)}
    moments = (
        ("Encoding: 0 of", 1.5, {}),  # it exports the model
        (r"Encoding: [1-9]\d* of", 0.0, exported),
        (f"Encoding: {texts} of", 0.003, exported),
    )
    for version, (line, delay, variables) in enumerate(moments, start=1):
        publish(docs, version)
        kill(data, docs, line, delay, **variables)
        written = not line.startswith("Encoding: 0")
        assert served_version(data) in {version - 1, version} if written else {version - 1}
        shown = footnote("search", "which rule is new", "-k", "1000", "--json", "--data-dir", str(data))
        assert len(shown.json["hits"]) == ARTICLES

        done = footnote("index", "--json", "--data-dir", str(data))
        assert done.code == 0, done.err
        assert json.loads(done.out)["articles"]["failed"] == 0
        assert served_version(data) == version
        assert not list((data / "index").glob(".building-*"))
