"""`footnote index --gate` with the encoder that ships and the real gate in a process of its own."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import IndexUnavailable
from embeddings.encoders import Encoder

pytestmark = pytest.mark.encoder
ROWS = (
    {"id": "answerable-001", "kind": "answerable", "topic": "freeze", "text": "i lost my phone, block my account",
     "expect": "answer", "articles": ["freeze"]},
    {"id": "answerable-002", "kind": "answerable", "topic": "fees", "text": "what do you take for sending usdt out",
     "expect": "answer", "articles": ["fees"]},
)  # fmt: skip
ARTICLES = {
    "freeze": "# How do I freeze a lost account?\n\nOpen Security. Select **Freeze account**.\n",
    "fees": "# What does a withdrawal cost?\n\nA withdrawal of USDT costs 1 USDT.\n",
    "pets": "# May I bring my dog?\n\nA dog may come along to the office.\n",
}


@pytest.fixture(autouse=True)
def center(real_encoder: Encoder, exported_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda _: real_encoder)
    monkeypatch.setenv("FOOTNOTE_MODELS_DIR", str(exported_models.parent))
    monkeypatch.chdir(tmp_path)
    for folder in ("articles", "cases"):
        (tmp_path / folder).mkdir()
    for name, text in ARTICLES.items():
        (tmp_path / "articles" / f"{name}.md").write_text(text)
    (tmp_path / "cases" / "all.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    (tmp_path / "cases" / "gates.toml").write_text('[metrics."success@1"]\nat_least = 0.9\n')


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_an_index_that_lost_an_article_does_not_come_to_serve() -> None:
    first = run("index", "articles", "--gate", "--suite", "cases")
    assert first.exit_code == 0, first.output
    assert "The gate is open: it serves." in first.stdout
    Path("articles/freeze.md").unlink()
    second = run("index", "--gate", "--suite", "cases")
    assert isinstance(second.exception, IndexUnavailable)
    assert "success@1 is 0.5000 over 2" in str(second.exception) and "footnote roll-back 2" in str(second.exception)
    kept = json.loads(run("generations", "--json").stdout)["generations"]
    assert [(each["generation"], each["standing"]) for each in kept] == [(2, "set aside"), (1, "serves")]
