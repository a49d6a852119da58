"""Recorded turns asked of a candidate, over letters instead of a model, on both databases."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select
from typer.testing import CliRunner, Result

from bot.indexing.progress import SilentProgress
from bot.models import CustomerContext
from bot.settings import DatabaseUrl, Settings, load_settings
from bot.staffed import StaffedFootnote, open_staffed
from bot.storage.conversations import start_conversation
from bot.storage.database import Database, open_database
from bot.storage.schema import metadata
from bot.turns import take_turn
from bot.updating import build
from eval import replay as replaying
from eval.cli import app
from eval.errors import EvaluationError
from eval.replay import candidate_of, replay_turns, require_store
from knowledge.models import Platform
from knowledge.sources import open_source
from tests.fakes import LetterEncoder
from tests.postgresql import running_postgresql
from tests.scripted_llm import MODEL, Says, scripted_server

EMAIL = "---\nid: change-email\ntitle: How do I change my email?\nsection: account\n---\n\n1. Open **Email**.\n"
FEES = (
    "---\nid: fees\ntitle: What does a withdrawal cost?\nsection: money\n---\n\nA withdrawal of USDT costs 1.5 USDT.\n"
)
SEED_PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
ASKED = ("hello", "How do I change my email?", "What does a withdrawal cost?", "I want a human")
SINCE = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def own_settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("FOOTNOTE_ANSWER_THRESHOLD", "0.05")
    monkeypatch.setenv("FOOTNOTE_DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "email.md").write_text(EMAIL)
    (folder / "fees.md").write_text(FEES)
    if request.param == "sqlite":
        yield load_settings()
        return
    with running_postgresql().database() as url:
        monkeypatch.setenv("FOOTNOTE_DATABASE_URL", url.get_secret_value())
        yield load_settings()


@pytest.fixture
def staffed(own_settings: Settings, tmp_path: Path) -> Iterator[StaffedFootnote]:
    opened = open_staffed(own_settings)
    indexed(opened, tmp_path)
    yield opened
    opened.close()


sqlite_only = pytest.mark.parametrize("own_settings", ["sqlite"], indirect=True)


def indexed(opened: StaffedFootnote, tmp_path: Path) -> None:
    build(opened, [open_source(tmp_path / "articles")], SilentProgress())


def taken(opened: StaffedFootnote, *texts: str) -> str:
    context = CustomerContext(platform=Platform.APP, locale="es")
    conversation, _ = start_conversation(opened.database, "site", context, datetime.now(UTC))
    for number, text in enumerate(texts):
        take_turn(opened.assistant, opened.switchboard, opened.database, conversation, text, f"m{number}")
    return conversation.id


def told(*arguments: str) -> dict[str, Any]:
    result: Result = CliRunner().invoke(app, ["replay", "--days", "1", "--json", *arguments])
    assert result.exit_code == 0, (result.output, result.exception)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: each["count"] for name, each in found["counts"].items() if each["count"]}


def contents(database: Database) -> str:
    """A checksum over every row of every table."""
    tables: list[Table] = metadata.sorted_tables
    digest = hashlib.sha256()
    with database.read() as connection:
        for table in tables:
            digest.update("\n".join(sorted(map(repr, connection.execute(select(table))))).encode())
    return digest.hexdigest()


def test_the_same_candidate_changes_nothing_and_leaves_no_trace(
    staffed: StaffedFootnote, own_settings: Settings, tmp_path: Path
) -> None:
    taken(staffed, *ASKED, f"my phrase is {SEED_PHRASE}")
    staffed.close()
    where: Path | DatabaseUrl = own_settings.database
    with open_database(where) as database:
        before = contents(database)
    file = where.read_bytes() if isinstance(where, Path) else b""
    found = told("--output", str(tmp_path / "out"))
    assert counts(found) == {"answered_then": 2, "answered_now": 2, "unchanged": 5}
    assert (found["n"], found["flips"], found["skipped"], found["p_answered"]) == (5, [], {}, 1.0)
    assert {name: each["n"] for name, each in found["sections"].items()} == {
        "(no search)": 3,
        "account": 1,
        "money": 1,
    }
    assert (file if isinstance(where, Path) else b"") == (where.read_bytes() if isinstance(where, Path) else b"")
    with open_database(where) as database:
        assert contents(database) == before
    assert json.loads((tmp_path / "out" / "replay.json").read_text()) == found
    assert SEED_PHRASE not in (tmp_path / "out" / "replay.html").read_text()


@sqlite_only
def test_other_settings_and_another_generation(
    staffed: StaffedFootnote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(staffed, *ASKED)
    (tmp_path / "articles" / "fees.md").unlink()
    (tmp_path / "articles" / "email.md").write_text(EMAIL + "2. Select **Change**.\n")
    indexed(staffed, tmp_path)
    strict = {"answered_then": 2, "unchanged": 2, "answered_to_abstained": 2}
    monkeypatch.setenv("FOOTNOTE_ANSWER_THRESHOLD", "1")
    found = told("--generation", "1")
    assert counts(found) == strict and found["threshold"] == 1
    assert found["counts"]["answered_to_abstained"]["interval_95"][0] > 0
    assert [flip["now"]["reason"] for flip in found["flips"]] == ["low_confidence"] * 2
    monkeypatch.setenv("FOOTNOTE_ANSWER_THRESHOLD", "0.05")
    assert counts(told("--generation", "1"))["unchanged"] == 4
    changed = told()
    by_question = {flip["question"]: flip for flip in changed["flips"]}
    assert by_question["How do I change my email?"]["changes"] == ["citations"]
    assert "top_article" in by_question["What does a withdrawal cost?"]["changes"]
    assert by_question["What does a withdrawal cost?"]["section"] == "(not in the index)"
    shown = CliRunner().invoke(app, ["replay", "--days", "1"]).stdout
    assert "4 questions asked of generation 2" in shown and "other citations" in shown


@sqlite_only
def test_what_a_person_had_is_left_out_and_the_history_is_that_of_then(
    staffed: StaffedFootnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation, _ = start_conversation(staffed.database, "site", CustomerContext(), datetime.now(UTC))
    texts = {"m1": "What does a withdrawal cost?", "m2": "is anybody there?", "m3": "How do I change my email?"}
    everything = (staffed.assistant, staffed.switchboard, staffed.database, conversation)
    take_turn(*everything, texts["m1"], "m1")
    staffed.switchboard.claim(conversation.id, "ada")
    take_turn(*everything, texts["m2"], "m2")
    staffed.switchboard.give_back(conversation.id, "ada")
    take_turn(*everything, texts["m3"], "m3")
    take_turn(*everything, "and on the web?", "m4")
    report = replay_turns(staffed.database, SINCE, candidate_of(staffed.assistant), SilentProgress())
    assert report.total.n == report.total.unchanged == 3 and report.flips == []
    with staffed.database.write() as connection:
        connection.exec_driver_sql("UPDATE turns SET receipt = NULL WHERE client_message_id = 'm1'")
        connection.exec_driver_sql("UPDATE turns SET suggestion = reply, reply = NULL WHERE client_message_id = 'm3'")
    monkeypatch.setattr(replaying, "recorded_turn_ids", lambda database, since: ("gone", *_ids(database)))
    again = replay_turns(staffed.database, SINCE, candidate_of(staffed.assistant), SilentProgress())
    assert again.skipped == {replaying.OLDER: 1} and again.flips == []
    assert again.total.n == again.total.unchanged == 2, "a reply that came too late to be shown is compared like others"
    newest = replay_turns(staffed.database, SINCE, candidate_of(staffed.assistant), SilentProgress(), most=1)
    assert newest.total.n == 1


def _ids(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.exec_driver_sql("SELECT id FROM turns ORDER BY position").scalars())


@sqlite_only
def test_no_language_model_is_asked_unless_wanted(own_settings: Settings, tmp_path: Path, monkeypatch: Any) -> None:
    with scripted_server() as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.url)
        monkeypatch.setenv("FOOTNOTE_LLM_MODEL", MODEL)
        server.enqueue(Says(text="A withdrawal of USDT costs 1.5 USDT [1]."))
        opened = open_staffed(load_settings())
        try:
            indexed(opened, tmp_path)
            taken(opened, "What does a USDT withdrawal cost?")
            assert len(server.requests) == 1
            found = told()
            assert len(server.requests) == 1 and counts(found)["unchanged"] == 1 and not found["asks_model"]
            server.enqueue(Says(text="A withdrawal of USDT costs 1.5 USDT [1]."))
            assert counts(told("--ask-model"))["unchanged"] == 1 and len(server.requests) == 2
        finally:
            opened.close()


@sqlite_only
def test_what_cannot_be_replayed_is_told(staffed: StaffedFootnote, tmp_path: Path, monkeypatch: Any) -> None:
    with pytest.raises(EvaluationError, match="no store to read"):
        require_store(load_settings(data_dir=tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()
    assert told()["counts"] == {} and "0 questions" in CliRunner().invoke(app, ["replay", "--days", "1"]).stdout
    none = CliRunner().invoke(app, ["replay", "--days", "1", "--generation", "9"])
    assert none.exit_code == 1 and "no generation 9" in str(none.exception)
    (tmp_path / "file").write_text("")
    full = CliRunner().invoke(app, ["replay", "--days", "1", "--output", str(tmp_path / "file" / "x")])
    assert "cannot be written" in str(full.exception)
    monkeypatch.setattr(LetterEncoder, "identity", "other-64")
    other = CliRunner().invoke(app, ["replay", "--days", "1", "--generation", "1"])
    assert "made with the encoder letters-64" in str(other.exception)
