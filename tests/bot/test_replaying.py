"""`footnote ask --replay` and `--history`, over letters instead of a model."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import RequestRefused
from bot.models import CustomerContext, Turn
from bot.replaying import replay
from bot.settings import Settings
from bot.staffed import StaffedFootnote, open_staffed
from bot.storage.conversations import start_conversation
from bot.storage.turns import turns_of
from bot.turns import take_turn
from knowledge.models import Platform
from tests.fakes import LetterEncoder
from tests.scripted_llm import MODEL, Says, scripted_server

EMAIL = """---
id: change-email
title: How do I change my email?
updated_at: 2026-02-09
actions:
  - label: Change email
    url: https://www.corvane.example/account/email
---

1. Open **Email**.
2. Select **Change**.
"""
FEES = "---\nid: fees\ntitle: What does a withdrawal cost?\n---\n\nA withdrawal of USDT on TRC20 costs 1.5 USDT.\n"
SEED_PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bot.assembly.open_encoder", lambda settings: LetterEncoder())
    monkeypatch.setenv("FOOTNOTE_ANSWER_THRESHOLD", "0.05")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "email.md").write_text(EMAIL)
    (folder / "fees.md").write_text(FEES)
    assert run("index", "articles").exit_code == 0


@pytest.fixture
def footnote() -> Iterator[StaffedFootnote]:
    opened = open_staffed(Settings(host="127.0.0.1", port=9123))
    yield opened
    opened.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def taken(footnote: StaffedFootnote, *texts: str) -> tuple[Turn, ...]:
    context = CustomerContext(platform=Platform.APP)
    conversation, _ = start_conversation(footnote.database, "site", context, datetime.now(UTC))
    for number, text in enumerate(texts):
        take_turn(footnote.assistant, footnote.switchboard, footnote.database, conversation, text, f"m{number}")
    return turns_of(footnote.database, conversation.id)


def test_a_replay_is_the_same_byte_for_byte(footnote: StaffedFootnote) -> None:
    turns = taken(footnote, "hello", "How do I change my email?", "What does a withdrawal cost?", "I want a human")
    for turn in turns:
        first, again = run("ask", "--replay", turn.id, "--json"), run("ask", "--replay", turn.id, "--json")
        assert (first.exit_code, first.stderr) == (0, "")
        assert first.stdout == again.stdout
        assert turn.reply and turn.receipt
        assert json.loads(first.stdout)["reply"] == turn.receipt["reply"]
        assert turn.reply["text"].startswith(turn.receipt["reply"]["text"]), "what to expect follows a call"
    assert turns[1].reply and turns[1].reply["kind"] == "answer"
    assert turns[1].reply["citations"][0]["url"].startswith("http://127.0.0.1:9123/")
    assert turns[1].reply["actions"][0]["label"] == "Change email"
    assert "Open" in run("ask", "--replay", turns[1].id).stdout


def test_a_rebuilt_index_is_the_same_index(footnote: StaffedFootnote) -> None:
    (turn,) = taken(footnote, "How do I change my email?")
    assert run("index", "--rebuild").exit_code == 0
    told = run("ask", "--replay", turn.id, "--json")
    assert (told.exit_code, told.stderr) == (0, "")


def test_a_masked_secret_is_replayed_as_one(footnote: StaffedFootnote) -> None:
    (turn,) = taken(footnote, f"my phrase is {SEED_PHRASE}")
    assert turn.reply and turn.reply["reason"] == "secret_seen"
    assert "abandon" not in json.dumps(turn.receipt)
    told = run("ask", "--replay", turn.id, "--json")
    assert told.exit_code == 0 and turn.receipt and json.loads(told.stdout)["reply"] == turn.receipt["reply"]


def test_a_changed_article_is_told_and_the_answer_shown_anyway(footnote: StaffedFootnote) -> None:
    email, fees = taken(footnote, "How do I change my email?", "What does a withdrawal cost?")
    Path("articles/email.md").write_text(EMAIL + "3. Wait.\n")
    assert run("index").exit_code == 0
    told = run("ask", "--replay", email.id, "--json")
    assert told.exit_code == 1 and "Wait." in json.loads(told.stdout)["reply"]["text"]
    assert "The index was" in told.stderr and "The article change-email, which was cited, has changed." in told.stderr
    assert told.stderr.count("\n") == 1
    told = run("ask", "--replay", fees.id, "--json")
    assert told.exit_code in (0, 1) and "The index was" in told.stderr


def test_another_configuration_is_told(footnote: StaffedFootnote, monkeypatch: pytest.MonkeyPatch) -> None:
    (turn,) = taken(footnote, "How do I change my email?")
    monkeypatch.setenv("FOOTNOTE_ANSWER_THRESHOLD", "0.06")
    told = run("ask", "--replay", turn.id)
    assert told.exit_code == 0 and "configuration was" in told.stderr


def test_the_history_is_that_of_then(footnote: StaffedFootnote) -> None:
    turns = taken(footnote, "hello", "How do I change my email?", "thanks")
    assert turns[1].receipt and turns[1].receipt["history"]["turns"] == [turns[0].id]
    assert replay(footnote.assistant, footnote.database, turns[1].id).differences == ()


@pytest.mark.parametrize("turn", ["nonsense", "", "'; DROP TABLE turns; --"])
def test_no_such_turn(footnote: StaffedFootnote, turn: str) -> None:
    with pytest.raises(RequestRefused, match="no turn"):
        replay(footnote.assistant, footnote.database, turn)


def test_a_turn_without_a_receipt(footnote: StaffedFootnote) -> None:
    (turn,) = taken(footnote, "hello")
    with footnote.database.write() as connection:
        connection.exec_driver_sql("UPDATE turns SET receipt = NULL, reply = NULL")
    with pytest.raises(RequestRefused, match="no receipt"):
        replay(footnote.assistant, footnote.database, turn.id)


def test_the_history_after_a_return_is_that_of_then(footnote: StaffedFootnote) -> None:
    """What was said before a person took over, and what the person said, was no history then and is none now."""
    conversation, _ = start_conversation(footnote.database, "site", CustomerContext(), datetime.now(UTC))

    def send(text: str, client_message_id: str) -> Turn:
        everything = (footnote.assistant, footnote.switchboard, footnote.database, conversation)
        return take_turn(*everything, text, client_message_id).turn

    send("How do I change my email?", "m1")
    footnote.switchboard.claim(conversation.id, "ada")
    assert send("Is anybody there?", "m2").receipt is None
    footnote.switchboard.say(conversation.id, "ada", "Yes.", "a1")
    footnote.switchboard.give_back(conversation.id, "ada")
    first, second = send("What does a withdrawal cost?", "m3"), send("thanks", "m4")
    assert first.receipt and first.receipt["history"]["turns"] == []
    assert second.receipt and second.receipt["history"]["turns"] == [first.id]
    for turn in (first, second):
        again = replay(footnote.assistant, footnote.database, turn.id)
        assert (again.same, again.differences) == (True, ())


def test_what_the_customer_was_told_beside_the_reply_is_no_part_of_a_replay(footnote: StaffedFootnote) -> None:
    _, second = taken(footnote, "I want to talk to a human", "I want to talk to a human")
    assert second.reply and second.reply["text"].startswith("A person has been called already")
    again = replay(footnote.assistant, footnote.database, second.id)
    assert (again.same, again.differences) == (True, ())


def test_wrong_usage() -> None:
    assert run("ask").exit_code == run("ask", "q", "--replay", "t").exit_code == 2


def test_a_history_from_a_file() -> None:
    Path("h.json").write_text('\ufeff[{"role": "user", "text": "How do I change my email?"}]', encoding="utf-8")
    assert run("ask", "What does a withdrawal cost?", "--history", "h.json").exit_code == 0
    Path("bad.json").write_text('[{"role": "robot", "text": "x"}]')
    told = run("ask", "What?", "--history", "bad.json")
    assert told.exit_code == 1 and "robot" in str(told.exception)
    Path("latin.json").write_bytes('[{"role": "user", "text": "für"}]'.encode("latin-1"))
    assert "not UTF-8" in str(run("ask", "What?", "--history", "latin.json").exception)
    assert isinstance(run("ask", "What?", "--history", "nowhere.json").exception, OSError)


def test_a_language_models_answer_is_verified_and_replayed_without_asking_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted_server() as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.url)
        monkeypatch.setenv("FOOTNOTE_LLM_MODEL", MODEL)
        server.enqueue(Says(text="A withdrawal of USDT on TRC20 costs 1.5 USDT [1]."))
        opened = open_staffed(Settings(host="127.0.0.1", port=9123))
        try:
            (turn,) = taken(opened, "What does a USDT withdrawal on TRC20 cost?")
            assert turn.reply is not None and turn.reply["kind"] == "answer"
            assert turn.trace["composition"]["composer"] == "model"
            again = replay(opened.assistant, opened.database, turn.id)
            assert (again.same, again.differences) == (True, ())
            assert len(server.requests) == 1
            server.enqueue(Says(text="A withdrawal of USDT on TRC20 costs 0.5 USDT [1]."))
            _, wrong = taken(opened, "hello", "What does a USDT withdrawal on TRC20 cost?")
            assert wrong.trace["composition"]["composer"] == "extractive"
            assert wrong.reply is not None and "1.5 USDT" in wrong.reply["text"] and "0.5" not in wrong.reply["text"]
        finally:
            opened.close()
