import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import cli
from bot.cli import app
from tests.fakes import LetterEncoder

EMAIL = """---
id: change-email
title: How do I change my email?
updated_at: 2026-02-09
---

1. Open **Email**.
2. Select **Change**.
"""
FEES = "---\nid: fees\ntitle: What does a withdrawal cost?\n---\n\nA withdrawal of USDT on TRC20 costs 1.5 USDT.\n"


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "email.md").write_text(EMAIL)
    (folder / "fees.md").write_text(FEES)
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def json_of(*arguments: str) -> dict:  # type: ignore[type-arg]
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_index_reports_what_changed(articles: Path) -> None:
    first = json_of("index", str(articles))
    assert first["articles"] == {"added": 2, "changed": 0, "removed": 0, "unchanged": 0, "failed": 0}
    assert (first["generation"], first["passages"]) == (1, 2)
    (articles / "fees.md").unlink()
    (articles / "email.md").write_text(EMAIL + "\nDone.\n")
    second = json_of("index")
    assert second["articles"] == {"added": 0, "changed": 1, "removed": 1, "unchanged": 0, "failed": 0}


def test_index_if_missing_leaves_an_index_alone(articles: Path) -> None:
    run("index", str(articles))
    result = run("index", "--if-missing")
    assert (result.exit_code, result.stdout) == (0, "")


def test_without_any_source_the_sample_help_center_is_indexed() -> None:
    assert json_of("index")["articles"]["added"] >= 80


def test_one_missing_source_does_not_stop_the_others(articles: Path, tmp_path: Path) -> None:
    other = tmp_path / "more.jsonl"
    other.write_text('{"id": "more", "title": "More", "text": "More text."}\n')
    run("index", str(articles), str(other))
    other.unlink()
    report = json_of("index")
    assert report["articles"] == {"added": 0, "changed": 0, "removed": 0, "unchanged": 3, "failed": 1}
    assert "more.jsonl" in run("doctor").stdout


def test_a_forgotten_source_is_gone_for_good(articles: Path, tmp_path: Path) -> None:
    other = tmp_path / "more.jsonl"
    other.write_text('{"id": "more", "title": "More", "text": "More text about vaults."}\n')
    run("index", str(articles), str(other))
    assert json_of("forget", "more.jsonl")["articles"]["removed"] == 1
    assert json_of("index")["articles"]["unchanged"] == 2
    assert all(hit["article_id"] != "more" for hit in json_of("search", "vaults")["hits"])


def test_only_a_known_source_can_be_forgotten(articles: Path) -> None:
    run("index", str(articles))
    result = run("forget", "elsewhere")
    assert result.exit_code == 1 and str(articles) in str(result.exception)


def test_ask_prints_the_public_json(articles: Path) -> None:
    run("index", str(articles))
    told = json_of("ask", "How do I change my email?", "--platform", "web")
    assert set(told) == {"reply", "timings_ms", "trace"} and told["trace"] is None
    assert set(told["reply"]) == {"kind", "text", "citations", "actions", "confidence", "reason", "options"}
    assert set(told["timings_ms"]) == {"encode", "search", "compose", "total"}


def test_ask_explains(articles: Path) -> None:
    run("index", str(articles))
    trace = json_of("ask", "How do I change my email?", "--explain")["trace"]
    assert {"rewritten_question", "candidates", "decision", "index_generation", "config_hash"} <= set(trace)
    assert {"dense", "lexical", "title"} <= set(trace["candidates"][0]["signals"])


def test_search_prints_the_public_json(articles: Path) -> None:
    run("index", str(articles))
    found = json_of("search", "withdrawal cost TRC20", "-k", "1")
    assert found["query"] == "withdrawal cost TRC20"
    (hit,) = found["hits"]
    assert set(hit) == {"rank", "score", "article_id", "title", "heading", "url", "text", "updated_at", "platform"}
    assert (hit["rank"], hit["article_id"], hit["platform"]) == (1, "fees", "any")
    assert hit["url"].startswith("http://127.0.0.1:8000/help/fees")


def test_for_a_person_too(articles: Path) -> None:
    assert "2 added" in run("index", str(articles)).stdout
    assert "fees" in run("search", "withdrawal cost").stdout
    shown = run("ask", "I want to talk to an agent").stdout
    assert "passing this conversation to a person" in shown


def test_settings_lists_all_and_where_they_come_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_PORT", "8081")
    rows = {row["name"]: row for row in json_of("settings", "--data-dir", str(tmp_path / "d"))}  # type: ignore[index]
    assert (rows["port"]["value"], rows["port"]["source"]) == ("8081", "environment")
    assert rows["data_dir"]["source"] == "command line"
    assert "FOOTNOTE_ENCODER" in run("settings").stdout.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ask", "anything"], "no index"),
        (["ask", ""], "question is empty"),
        (["index", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["footnote", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    told = capsys.readouterr().err.strip()
    assert end.value.code == 1
    assert sentence in told and "\n" not in told and "Traceback" not in told


@pytest.mark.parametrize(
    "arguments", [["ask"], ["ask", "q", "--platform", "fridge"], ["nothing"], ["search", "q", "-k", "0"]]
)
def test_wrong_usage(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2
