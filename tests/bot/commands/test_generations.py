import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import RequestRefused
from tests.fakes import LetterEncoder


@pytest.fixture(autouse=True)
def two_generations(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    monkeypatch.chdir(tmp_path)
    assert "There is no index yet" in run("generations").stdout
    (tmp_path / "articles").mkdir()
    for fee in (1, 2):
        (tmp_path / "articles" / "fees.md").write_text(f"# Fees\n\nThe fee is {fee} USDT.\n")
        run("index", "articles")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_they_are_listed_the_newest_first() -> None:
    kept = json.loads(run("generations", "--json").stdout)["generations"]
    assert [(each["generation"], each["standing"]) for each in kept] == [(2, "serves"), (1, "served before")]
    assert {(each["articles"], each["passages"]) for each in kept} == {(1, 1)} and kept[0]["built_at"].endswith(
        "+00:00"
    )
    shown = run("generations").stdout
    assert "served before" in shown and "UTC" in shown


def test_the_one_before_answers_again() -> None:
    told = json.loads(run("roll-back", "--json").stdout)
    assert told == {"generation": 1, "articles": 1, "passages": 1}
    hits = json.loads(run("search", "fee", "--json").stdout)["hits"]
    assert "1 USDT" in json.dumps(hits[0])
    assert isinstance(run("roll-back").exception, RequestRefused)
